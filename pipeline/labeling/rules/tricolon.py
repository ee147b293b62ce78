"""Tricolon: three members of like form and length in series (codebook 1.0, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.wordlists import word_set

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
    "tricolon.one_comma",
    "tricolon.names",
    "tricolon.long_list",
    "tricolon.closes",
    "tricolon.short_sentences",
)
MAX_MEMBER = 9  # tokens of a member in a series
MAX_SHORT = 14  # tokens of a short sentence
MAX_LISTED = 3  # tokens of an item in a list
_SEPARATORS = frozenset({",", ";", "-"})
_NEW_STARTS = word_set("but and or so yet while if when in to")
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


def _tricolon(reading: Reading) -> Iterator[Hit]:
    """The best series of three in the sentence, one with a comma before its "and" first."""
    best: tuple[tuple[bool, float], list[tuple[int, int]], str] | None = None
    for members, joint, is_longer in _series(reading.sentence):
        if is_longer:
            yield reading.hit("tricolon.long_list", 1.0, *members)
            if joint != "and":
                return
            continue
        rank = (joint != "and", _likeness(reading.words, members))
        if best is None or rank > best[0]:
            best = (rank, members, joint)
    if best is None:
        return
    (_, likeness), members, joint = best
    n_names = sum(reading.sentence.forms[a][0].isupper() and a > 0 for a, _ in members)
    if n_names > 1 or any(reading.words[k][0].isdigit() for a, b in members for k in range(a, b)):
        yield reading.hit("tricolon.names", 1.0, *members)
    elif joint == "and":
        yield reading.hit("tricolon.one_comma", likeness, *members)
    else:
        yield from _marks(reading, members, likeness, is_joined=joint != ",")


def _marks(reading: Reading, members: Sequence[tuple[int, int]], likeness: float, *, is_joined: bool) -> Iterator[Hit]:
    words = reading.words
    lengths = [b - a for a, b in members]
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


def _series(sentence: Sentence) -> Iterator[tuple[list[tuple[int, int]], str, bool]]:
    """Triples of members, what joins the third, and whether the list is longer than three.

    The first member is cut to the length of the second, since its left border is not marked.
    """
    words, parts = sentence.words, sentence.clauses
    joints = [at for at, word in enumerate(words) if word in _THIRD_JOINTS]
    for k in range(len(parts) - 1):
        (a, a_end), (b, b_end) = parts[k : k + 2]
        if words[a_end] not in _SEPARATORS or words[b] in _THIRD_JOINTS:
            continue
        joint = next((q for q in joints if b < q < min(b_end - 1, b + MAX_MEMBER)), 0)
        if joint:  # A, B and C
            first = (_left_border(words, a, a_end, words[b], joint - b), a_end)
            third = (joint + 1, min(b_end, joint + 1 + max(joint - b, 2)))
            yield [first, (b, joint), third], "and", _is_longer(sentence, k)
        if k + 2 < len(parts) and words[b_end] in _SEPARATORS and b_end - b <= MAX_MEMBER:  # A, B, and C
            first = (_left_border(words, a, a_end, words[b], b_end - b), a_end)
            yield from _third(sentence, k, first, (b, b_end))


def _third(
    sentence: Sentence, k: int, first: tuple[int, int], second: tuple[int, int]
) -> Iterator[tuple[list[tuple[int, int]], str, bool]]:
    words = sentence.words
    c, c_end = sentence.clauses[k + 2]
    is_joined = words[c] in _THIRD_JOINTS
    c += is_joined
    is_last = c_end >= len(words) or words[c_end] != ","
    is_short = c_end - c <= MAX_MEMBER
    if c >= c_end or not (is_joined or (is_last and is_short)):
        return
    third = (c, c_end if is_last and is_short else min(c_end, c + second[1] - second[0]))
    yield [first, second, third], ", and" if is_joined else ",", _is_longer(sentence, k)


def _is_longer(sentence: Sentence, k: int) -> bool:
    """Whether two more short parts stand right before part `k`: a list, and no figure of three."""
    before = sentence.clauses[max(0, k - 2) : k]
    return len(before) == 2 and all(
        last - first <= MAX_LISTED and sentence.words[last] == "," and sentence.words[first] not in _NEW_STARTS
        for first, last in before
    )


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
    if len(readings[at].words) > MAX_SHORT:
        return
    for first in (at - 2, at - 1, at):
        three = readings[max(0, first) : first + 3]
        if len(three) < 3 or first < 0 or any(not 1 < len(r.words) <= MAX_SHORT for r in three):
            continue
        if len({r.words[0] for r in three}) == 1:
            yield readings[at].hit("tricolon.short_sentences", 1.0, (0, len(readings[at].words)))
            return
