"""Repetition: anaphora, epistrophe, anadiplosis, words and phrases that come back (codebook 1.0, section 5)."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.labeling.rules.reading import agreement, strength
from pipeline.labeling.rules.wordlists import NAMES_OF_THE_SUBJECT, is_content, is_theme, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit, Sentence

FEATURES = (
    "repetition.anaphora_clause",
    "repetition.anaphora_clause_function",
    "repetition.anaphora_neighbour",
    "repetition.anaphora_neighbour_function",
    "repetition.anaphora_both",
    "repetition.epistrophe_clause",
    "repetition.epistrophe_neighbour",
    "repetition.anadiplosis",
    "repetition.word",
    "repetition.word_thrice",
    "repetition.word_close",
    "repetition.name",
    "repetition.phrase",
    "repetition.phrase_content",
    "repetition.phrase_neighbour",
    "repetition.frame",
    "repetition.word_neighbour",
    "repetition.root",
    "repetition.anaphora_long",
    "repetition.signals",
)
_SIGNALS = frozenset(
    f"repetition.{name}"
    for name in (
        "anaphora_clause",
        "anaphora_neighbour",
        "anaphora_long",
        "epistrophe_clause",
        "anadiplosis",
        "word_close",
        "word_thrice",
        "frame",
        "phrase",
    )
)
LONG = 3  # words; so long an opening does not come back by chance
MAX_FRAMED = 8  # tokens of a member that a repeated opener frames
MAX_PREFIX = 6  # words of an opening that are compared
MIN_LETTERS = 3  # of a word whose return is heard
CLOSE = 7  # tokens between two of the same word that a reader hears
ROOT = 6  # letters; "democracy" and "democratic"
_CONNECTORS = word_set("and but or nor that so yet then because if as to of")
_WEAK_OPENERS = word_set("the a an it he she they we i this that in of for at on to is")


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    parts = _split_at_coordinators(reading.sentence)
    found = [
        *_clauses(reading, parts),
        *_frame(reading, parts),
        *_words(reading),
        *_phrases(reading),
        *_neighbours(readings, at),
    ]
    yield from found
    yield from agreement("repetition.signals", [hit for hit in found if hit.feature in _SIGNALS])


def _strip(words: Sequence[str], first: int, last: int) -> int:
    """Where a clause begins behind its connectors and quotation marks."""
    while first < last - 1 and (words[first] in _CONNECTORS or not words[first][0].isalnum()):
        first += 1
    return first


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    n = 0
    for x, y in zip(a, b, strict=False):
        if x != y or not x[0].isalnum():
            break
        n += 1
    return n


def _clauses(reading: Reading, parts: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    words = reading.words
    if len(parts) < 2:
        return
    starts = [(_strip(words, a, b), b) for a, b in parts]
    content: list[tuple[int, int]] = []
    function: list[tuple[int, int]] = []
    closes: list[tuple[int, int]] = []
    doubles: list[tuple[int, int]] = []
    for (a, a_end), (b, b_end) in pairwise(starts):
        n = _common(words[a : min(a_end, a + MAX_PREFIX)], words[b : min(b_end, b + MAX_PREFIX)])
        if n:
            same = words[a : a + n]
            kind = content if any(map(is_theme, same)) else function
            if kind is content or n > 1 or same[0] not in _WEAK_OPENERS:
                kind += [(a, a + n), (b, b + n)]
        last, other = words[a_end - 1], words[b_end - 1]
        if last == other and is_content(last) and b_end - b > 1:
            closes += [(a_end - 1, a_end), (b_end - 1, b_end)]
        if last == words[b] and is_content(last):
            doubles += [(a_end - 1, a_end), (b, b + 1)]
    for feature, places in (
        ("anaphora_clause", content),
        ("anaphora_clause_function", function),
        ("epistrophe_clause", closes),
        ("anadiplosis", doubles),
    ):
        if places:
            yield reading.hit(f"repetition.{feature}", strength(len(places) // 2), *dict.fromkeys(places))


def _split_at_coordinators(sentence: Sentence) -> list[tuple[int, int]]:
    """Clauses, cut once more before "and", "but", "or", "than", "as"."""
    found: list[tuple[int, int]] = []
    for first, last in sentence.clauses:
        start = first
        for at in range(first + 1, last - 1):
            if sentence.words[at] in {"and", "but", "or", "than", "while"} and at > start:
                found.append((start, at))
                start = at + 1
        found.append((start, last))
    return found


def _words(reading: Reading) -> Iterator[Hit]:
    """Content words that come back, and words of one root."""
    if len(reading.content_words) < len(reading.content):
        yield from _same_words(reading)
    long = [word for word in reading.content_words if len(word) >= ROOT]
    roots = Counter([word[:ROOT] for word in long])
    if len(roots) < len(long):
        related = [at for at in reading.content if roots[reading.words[at][:ROOT]] > 1]
        yield reading.hit("repetition.root", strength(len(related) // 2), *((at, at + 1) for at in related))


def _same_words(reading: Reading) -> Iterator[Hit]:
    places: dict[str, list[int]] = {}
    for at in reading.content:
        places.setdefault(reading.words[at], []).append(at)
    kinds: dict[str, list[tuple[int, int]]] = {}
    for word, found in places.items():
        if len(found) == 1 or len(word) < MIN_LETTERS:
            continue
        spans = [(at, at + 1) for at in found]
        if word in NAMES_OF_THE_SUBJECT or reading.sentence.forms[found[-1]][0].isupper():
            kinds.setdefault("name", []).extend(spans)
            continue
        kinds.setdefault("word", []).extend(spans)
        if len(found) > 2:
            kinds.setdefault("word_thrice", []).extend(spans)
        if any(b - a <= CLOSE for a, b in pairwise(found)):
            kinds.setdefault("word_close", []).extend(spans)
    for kind, spans in kinds.items():
        yield reading.hit(f"repetition.{kind}", strength(len(spans) // 2), *spans)


def _phrases(reading: Reading) -> Iterator[Hit]:
    """Pairs and triples of words that come back: "a common", "the end of"."""
    words = reading.words
    pairs = set(pairwise(words))
    has_pair_twice = len(pairs) < len(words) - 1
    for feature, n in (("phrase_content", 2), ("phrase", 3)) if has_pair_twice else ():
        seen: dict[tuple[str, ...], int] = {}
        places: list[tuple[int, int]] = []
        for at in range(len(words) - n + 1):
            phrase = words[at : at + n]
            if not all(w[0].isalnum() for w in phrase) or (n == 2 and not any(map(is_content, phrase))):
                continue
            first = seen.setdefault(phrase, at)
            if at >= first + n and not any(w in NAMES_OF_THE_SUBJECT for w in phrase):
                places += [(first, first + n), (at, at + n)]
        if places:
            yield reading.hit(f"repetition.{feature}", strength(len(places) // 2), *dict.fromkeys(places))


def _frame(reading: Reading, parts: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """The same opening word before each member of a series: "no talks, no trade, no trust"."""
    words = reading.words
    opens: dict[str, list[int]] = {}
    for first, last in parts if len(parts) > 1 else ():
        if last - first <= MAX_FRAMED:
            opener = _strip(words, first, last)
            opens.setdefault(words[opener], []).append(opener)
    for word, places in opens.items():
        if len(places) > 1 and word[0].isalpha() and word not in {"the", "a", "an"}:
            yield reading.hit("repetition.frame", strength(len(places) - 1), *((p, p + 1) for p in places))
            return


def _neighbours(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    found: dict[str, tuple[float, list[tuple[int, int]]]] = {}
    sides = 0
    for other_at in (at - 2, at - 1, at + 1, at + 2):
        if not 0 <= other_at < len(readings):
            continue
        is_next_to = abs(other_at - at) == 1
        for feature, value, place in _shared(reading, readings[other_at], is_next_to=is_next_to):
            if feature.startswith("anaphora") and is_next_to:
                sides += 1
            weight = value if is_next_to else value / 2
            if weight > found.get(feature, (0.0, []))[0]:
                found[feature] = (weight, [place])
    for feature, (value, places) in found.items():
        yield reading.hit(f"repetition.{feature}", value, *places)
    if sides > 1:
        yield reading.hit("repetition.anaphora_both", 1.0, (0, 1))


def _shared(reading: Reading, other: Reading, *, is_next_to: bool) -> Iterator[tuple[str, float, tuple[int, int]]]:
    words, others = reading.words, other.words
    if not words or not others:
        return
    a, b = _strip(words, 0, len(words)), _strip(others, 0, len(others))
    n = _common(words[a : a + MAX_PREFIX], others[b : b + MAX_PREFIX])
    if n:
        has_theme = any(map(is_theme, words[a : a + n]))
        yield "anaphora_neighbour" if has_theme else "anaphora_neighbour_function", strength(n), (a, a + n)
        if n >= LONG:
            yield "anaphora_long", strength(n - 2), (a, a + n)
    if not is_next_to:
        return
    last, last_other = _last_word(words), _last_word(others)
    if words[last] == others[last_other] and is_content(words[last]):
        yield "epistrophe_neighbour", 1.0, (last, last + 1)
    shared = reading.content_words & other.content_words
    if not shared:
        return
    if place := _shared_triple(reading, others, shared):
        yield "phrase_neighbour", 1.0, place
    if len(words) < 16:  # in a short sentence a word that comes back is heard
        back = [k for k in reading.content if words[k] in shared and len(words[k]) > 3 and is_theme(words[k])]
        if back:
            yield "word_neighbour", strength(len(back)), (back[0], back[0] + 1)


def _shared_triple(reading: Reading, others: Sequence[str], shared: frozenset[str]) -> tuple[int, int] | None:
    """Three words in a row round a content word that stand in the neighbour too."""
    words = reading.words
    for at in reading.content:
        if words[at] not in shared:
            continue
        there = others.index(words[at])
        first = at
        while (
            first
            and at - first < 2
            and there
            and words[first - 1] == others[there - 1]
            and words[first - 1][0].isalnum()
        ):
            first, there = first - 1, there - 1
        if _common(words[first : first + 3], others[there : there + 3]) == 3:
            return first, first + 3
    return None


def _last_word(words: Sequence[str]) -> int:
    for at in range(len(words) - 1, -1, -1):
        if words[at][0].isalnum():
            return at
    return 0
