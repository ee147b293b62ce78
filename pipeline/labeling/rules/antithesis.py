"""Antithesis: opposed ideas in balanced form, or crosswise (codebook 1.0, section 5)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.labeling.rules.opposites import OPPOSITES
from pipeline.labeling.rules.reading import agreement, strength
from pipeline.labeling.rules.tokens import PAUSES
from pipeline.labeling.rules.wordlists import word_set
from pipeline.labeling.rules.zones import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit

FEATURES = (
    "antithesis.not_but",
    "antithesis.not_only",
    "antithesis.comma_not",
    "antithesis.not_because",
    "antithesis.not_then_is",
    "antithesis.comparison",
    "antithesis.instead",
    "antithesis.opposites",
    "antithesis.opposites_balanced",
    "antithesis.opposites_neighbour",
    "antithesis.balanced_clauses",
    "antithesis.negated_echo",
    "antithesis.crosswise",
    "antithesis.the_more",
    "antithesis.but_not",
    "antithesis.closing_not",
    "antithesis.not_but_tight",
    "antithesis.signals",
)
_SIGNALS = frozenset(
    f"antithesis.{name}"
    for name in (
        "not_but",
        "not_but_tight",
        "comma_not",
        "closing_not",
        "not_because",
        "not_then_is",
        "opposites_balanced",
        "balanced_clauses",
        "negated_echo",
        "crosswise",
    )
)
TIGHT = 9  # tokens; "not X but Y" said in one breath
REACH = 18  # tokens between "not" and its "but"
_NEGATIONS = word_set("not isn't aren't wasn't weren't doesn't don't didn't never cannot can't won't no neither")


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    found = [
        *_negation_figures(readings, at),
        *_comparison_figures(readings[at]),
        *_opposites(readings, at),
        *_balance(readings[at]),
    ]
    yield from found
    yield from agreement("antithesis.signals", [hit for hit in found if hit.feature in _SIGNALS])


def _negation_figures(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    words = reading.words
    n = len(words)
    seen: set[str] = set()
    for k in _negations(reading):
        kind, place = _figure_of(words, k, n)
        if kind and kind not in seen:
            seen.add(kind)
            yield reading.hit(f"antithesis.{kind}", 1.0, *place)
    if at + 1 < len(readings) and seen.isdisjoint({"not_but"}) and _turns_to_is(reading, readings[at + 1]):
        yield reading.hit("antithesis.not_then_is", 1.0, (0, n))
    if at and _turns_to_is(readings[at - 1], reading):
        yield reading.hit("antithesis.not_then_is", 0.9, (0, n))


def _negations(reading: Reading) -> list[int]:
    if _NEGATIONS.isdisjoint(reading.word_set):
        return []
    return [k for k, word in enumerate(reading.words) if word in _NEGATIONS]


def _figure_of(words: Sequence[str], k: int, n: int) -> tuple[str, list[tuple[int, int]]]:
    after = words[k + 1] if k + 1 < n else ""
    before = words[k - 1] if k else ""
    if after in {"only", "just", "merely", "simply"}:
        return "not_only", [(k, k + 2)]
    window = words[k + 1 : k + 1 + REACH]
    is_because = after in {"because", "by", "for", "from", "to", "in", "as", "a", "the", "that"}
    if "but" in window and words[k] not in {"no", "never"}:
        but = k + 1 + window.index("but")
        is_tight = but - k <= TIGHT and words[min(but + 1, n - 1)] not in SUBJECTS
        kind = "not_because" if is_because else "not_but_tight" if is_tight else "not_but"
        return kind, [(k, k + 1), (but, but + 1)]
    if before in {",", "-", "and", "but"} and words[k] == "not":
        is_last = before in {",", "-"} and PAUSES.isdisjoint(words[k : n - 2])
        kind = "closing_not" if is_last else "comma_not" if before in {",", "-"} else "but_not"
        return kind, [(k, n if is_last else min(n, k + 4))]
    return "", []


def _turns_to_is(denied: Reading, asserted: Reading) -> bool:
    """ "It is not X. It is Y." """
    first, second = denied.words[:8], asserted.words[:4]
    if not first or not second or _NEGATIONS.isdisjoint(first) or not _NEGATIONS.isdisjoint(second):
        return False
    return second[0] in {"it", "it's", "rather", "instead", "they", "this", "he"} and (
        first[0] == second[0] or second[0] in {"rather", "instead", "it", "it's"}
    )


def _comparison_figures(reading: Reading) -> Iterator[Hit]:
    words = reading.words
    for k, word in enumerate(words) if "than" in reading.word_set else ():
        if word in {"less", "more"} and "than" in words[k + 2 : k + 8] and words[k + 1][0].isalpha():
            yield reading.hit("antithesis.comparison", 1.0 if word == "less" else 0.5, (k, k + 1))
            break
    places = [(k, k + 2) for k in range(len(words) - 1) if words[k] == "the" and _is_comparative(words[k + 1])]
    if len(places) > 1:
        yield reading.hit("antithesis.the_more", 1.0, *places)
    if found := reading.cues.get("antithesis.versus"):
        yield reading.hit("antithesis.instead", strength(len(found)), *found)


def _is_comparative(word: str) -> bool:
    return word in {"more", "less", "better", "worse"} or (word.endswith("er") and 4 < len(word) < 9)


def _opposites(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    own = _poles(reading)
    if not own:
        return
    pairs = [(own[a], own[b]) for a in own for b in OPPOSITES.get(a, ()) if b in own and own[a] < own[b]]
    if pairs:
        yield reading.hit("antithesis.opposites", strength(len(pairs)), *((p, p + 1) for pair in pairs for p in pair))
        balanced = [pair for pair in pairs if _mirrors(reading.words, *pair)]
        if balanced:
            places = [(p, p + 1) for pair in balanced for p in pair]
            yield reading.hit("antithesis.opposites_balanced", strength(len(balanced)), *places)
    for other_at in (at - 1, at + 1):
        if 0 <= other_at < len(readings) and len(reading.words) < 26:
            others = _poles(readings[other_at])
            across = [own[a] for a in own for b in OPPOSITES.get(a, ()) if b in others and a not in others]
            if across:
                yield reading.hit(
                    "antithesis.opposites_neighbour", strength(len(across)), *((p, p + 1) for p in across)
                )
                return


def _poles(reading: Reading) -> dict[str, int]:
    """Words that have an opposite, with their last place."""
    n = len(reading.words) - 1
    return {word: n - reading.words[::-1].index(word) for word in sorted(OPPOSITES.keys() & reading.word_set)}


def _mirrors(words: Sequence[str], a: int, b: int) -> bool:
    """The same small words stand round both: "a strong X and a weak Y", "of war ... of peace"."""
    left = a > 0 and b > 0 and words[a - 1] == words[b - 1] and words[a - 1][0].isalpha()
    right = b + 1 < len(words) and words[a + 1] == words[b + 1] and words[a + 1][0].isalpha()
    return left or right or b - a <= 3


def _balance(reading: Reading) -> Iterator[Hit]:
    words = reading.words
    for (a, a_end), (b, b_end) in zip(reading.sentence.clauses, reading.sentence.clauses[1:], strict=False):
        if words[b] in {"but", "and", "while", "yet", "not", "whereas"}:
            b += 1
        short, long = sorted((a_end - a, b_end - b))
        if short < 3 or short / long < 0.6 or long > 14:
            continue
        left, right = set(words[a:a_end]), set(words[b:b_end])
        shared = left & right
        if len(shared) >= 2 and len(shared) / short >= 0.3:
            yield reading.hit(
                "antithesis.balanced_clauses", min(1.0, len(shared) / short + 0.3), (a, a_end), (b, b_end)
            )
            if _NEGATIONS.isdisjoint(left) != _NEGATIONS.isdisjoint(right):
                yield reading.hit("antithesis.negated_echo", 1.0, (a, a_end), (b, b_end))
            break
    if place := _crosswise(reading):
        yield reading.hit("antithesis.crosswise", 1.0, *place)


def _crosswise(reading: Reading) -> list[tuple[int, int]]:
    """A ... B ... B ... A over content words, near enough to be heard."""
    if len(reading.content_words) > len(reading.content) - 2:
        return []
    places: dict[str, list[int]] = {}
    for at in reading.content:
        places.setdefault(reading.words[at], []).append(at)
    twice = sorted((found[0], found[-1]) for found in places.values() if len(found) == 2)
    for (a, a_last), (b, b_last) in pairwise(twice):
        if a < b < b_last < a_last and a_last - a <= 30:
            return [(k, k + 1) for k in (a, b, b_last, a_last)]
    return []
