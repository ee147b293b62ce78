"""Balance: tricolon and antithesis (codebook 1.0, section 5)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.labeling.rules.opposites import OPPOSITES
from pipeline.labeling.rules.reading import strength
from pipeline.labeling.rules.wordlists import STOPWORDS, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit, Sentence

FEATURES = (
    "tricolon.words",
    "tricolon.phrases",
    "tricolon.clauses",
    "tricolon.same_opening",
    "tricolon.same_ending",
    "tricolon.even_length",
    "tricolon.no_and",
    "tricolon.names",
    "tricolon.long_list",
    "tricolon.closes",
    "tricolon.short_sentences",
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
)
MAX_MEMBER = 9  # tokens of a member in a series
REACH = 18  # tokens between "not" and its "but"
_NEGATIONS = word_set("not isn't aren't wasn't weren't doesn't don't didn't never cannot can't won't no neither")
_THIRD_JOINTS = frozenset({"and", "or", "nor"})
_ENDINGS = (
    "ing",
    "ed",
    "ly",
    "tion",
    "ity",
    "ism",
    "ness",
    "ive",
    "ous",
    "ment",
    "able",
    "ful",
    "ent",
    "al",
    "ic",
    "s",
)


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    yield from _tricolon(readings[at])
    yield from _short_sentences(readings, at)
    yield from _negation_figures(readings, at)
    yield from _comparison_figures(readings[at])
    yield from _opposites(readings, at)
    yield from _balance(readings[at])


def _tricolon(reading: Reading) -> Iterator[Hit]:
    """The best series of three in the sentence: members between commas, the third perhaps after "and"."""
    words = reading.words
    best: tuple[float, list[tuple[int, int]], bool] | None = None
    for members, is_joined, is_longer in _series(reading.sentence):
        if is_longer:
            yield reading.hit("tricolon.long_list", 1.0, *members)
            return
        likeness = _likeness(words, members)
        if best is None or likeness > best[0]:
            best = (likeness, members, is_joined)
    if best is None:
        return
    likeness, members, is_joined = best
    lengths = [b - a for a, b in members]
    n_names = sum(reading.sentence.forms[a][0].isupper() and a > 0 for a, _ in members)
    if n_names > 1 or any(words[k][0].isdigit() for a, b in members for k in range(a, b)):
        yield reading.hit("tricolon.names", 1.0, *members)
        return
    kind = "words" if max(lengths) == 1 else "phrases" if max(lengths) <= 4 else "clauses"
    yield reading.hit(f"tricolon.{kind}", 0.5 + likeness / 2, *members)
    if len({words[a] for a, _ in members}) == 1:
        yield reading.hit("tricolon.same_opening", 1.0, *members)
    if _shared_ending([words[b - 1] for _, b in members]) or _shared_ending([words[a] for a, _ in members]):
        yield reading.hit("tricolon.same_ending", 1.0, *members)
    yield reading.hit("tricolon.even_length", min(lengths) / max(lengths), *members)
    if not is_joined:
        yield reading.hit("tricolon.no_and", 1.0, *members)
    if members[-1][1] >= len(words) - 2:
        yield reading.hit("tricolon.closes", 1.0, *members)


def _series(sentence: Sentence) -> Iterator[tuple[list[tuple[int, int]], bool, bool]]:
    """Triples of neighbouring comma parts, whether "and" leads the third, and whether the list goes on.

    The first member is cut to the length of the second, since its left border is not marked.
    """
    words, parts = sentence.words, sentence.clauses
    for k in range(len(parts) - 2):
        (a, a_end), (b, b_end), (c, c_end) = parts[k : k + 3]
        if words[a_end] not in {",", ";", "-"} or words[b_end] not in {",", ";"} or b_end - b > MAX_MEMBER:
            continue
        is_joined = words[c] in _THIRD_JOINTS
        c += is_joined
        if is_joined and words[b] in _THIRD_JOINTS:
            continue
        size = b_end - b
        is_last = c_end >= len(words) or words[c_end] != ","
        goes_on = not is_joined and not is_last
        first = _left_border(words, a, a_end, words[b], size)
        third_end = c_end if is_last and c_end - c <= MAX_MEMBER else min(c_end, c + size)
        if c < third_end and (is_joined or (is_last and c_end - c <= MAX_MEMBER)):
            n_before = sum(1 for q in range(k) if parts[q][1] - parts[q][0] <= 3 and words[parts[q][1]] == ",")
            yield [(first, a_end), (b, b_end), (c, third_end)], is_joined, goes_on or (size <= 3 and n_before > 1)


def _left_border(words: Sequence[str], start: int, end: int, opener: str, size: int) -> int:
    """Where the first member begins: at the word that opens the second, else as many words back as that has."""
    for at in range(end - 1, max(start, end - MAX_MEMBER) - 1, -1):
        if words[at] == opener:
            return at
    return max(start, end - size)


def _likeness(words: Sequence[str], members: Sequence[tuple[int, int]]) -> float:
    lengths = [b - a for a, b in members]
    firsts = [words[a] for a, _ in members]
    evenness = min(lengths) / max(lengths)
    opening = (len(set(firsts)) == 1) + 0.7 * _shared_ending(firsts)
    return min(1.0, 0.5 * evenness + 0.4 * opening + 0.2 * _shared_ending([words[b - 1] for _, b in members]))


def _shared_ending(words: Sequence[str]) -> bool:
    return any(all(len(w) > len(e) + 2 and w.endswith(e) for w in words) for e in _ENDINGS)


def _short_sentences(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    """One of three short sentences in a row that open alike."""
    for first in (at - 2, at - 1, at):
        three = readings[max(0, first) : first + 3]
        if len(three) < 3 or first < 0 or any(not 1 < len(r.words) <= 14 for r in three):
            continue
        if len({r.words[0] for r in three}) == 1:
            yield readings[at].hit("tricolon.short_sentences", 1.0, (0, len(readings[at].words)))
            return


def _negation_figures(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    words = reading.words
    n = len(words)
    seen: set[str] = set()
    for k, word in enumerate(words):
        if word not in _NEGATIONS:
            continue
        kind, place = _figure_of(words, k, n)
        if kind and kind not in seen:
            seen.add(kind)
            yield reading.hit(f"antithesis.{kind}", 1.0, *place)
    if at + 1 < len(readings) and seen.isdisjoint({"not_but"}) and _turns_to_is(reading, readings[at + 1]):
        yield reading.hit("antithesis.not_then_is", 1.0, (0, n))
    if at and _turns_to_is(readings[at - 1], reading):
        yield reading.hit("antithesis.not_then_is", 0.9, (0, n))


def _figure_of(words: Sequence[str], k: int, n: int) -> tuple[str, list[tuple[int, int]]]:
    after = words[k + 1] if k + 1 < n else ""
    before = words[k - 1] if k else ""
    if after in {"only", "just", "merely", "simply"}:
        return "not_only", [(k, k + 2)]
    window = words[k + 1 : k + 1 + REACH]
    is_because = after in {"because", "by", "for", "from", "to", "in", "as", "a", "the", "that"}
    if "but" in window and words[k] not in {"no", "never"}:
        but = k + 1 + window.index("but")
        return ("not_because" if is_because else "not_but"), [(k, k + 1), (but, but + 1)]
    if before in {",", "-", "and", "but"} and words[k] == "not":
        return ("comma_not" if before in {",", "-"} else "but_not"), [(k, min(n, k + 4))]
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
    for k, word in enumerate(words):
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
    return {word: k for k, word in enumerate(reading.words) if word in OPPOSITES}


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
    if place := _crosswise(words):
        yield reading.hit("antithesis.crosswise", 1.0, *place)


def _crosswise(words: Sequence[str]) -> list[tuple[int, int]]:
    """A ... B ... B ... A over content words, near enough to be heard."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        if word[0].isalpha() and len(word) > 2 and word not in STOPWORDS:
            places.setdefault(word, []).append(at)
    twice = sorted((found[0], found[-1]) for found in places.values() if len(found) == 2)
    for (a, a_last), (b, b_last) in pairwise(twice):
        if a < b < b_last < a_last and a_last - a <= 30:
            return [(k, k + 1) for k in (a, b, b_last, a_last)]
    return []
