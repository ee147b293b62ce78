"""Scare quotes: marks round one to four words that the writer keeps at a distance (codebook 1.0, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.reading import strength
from pipeline.labeling.rules.wordlists import STOPWORDS, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit

FEATURES = (
    "quotes.short",
    "quotes.one_word",
    "quotes.adjective_before",
    "quotes.determiner_before",
    "quotes.verb_before",
    "quotes.so_called",
    "quotes.said_before",
    "quotes.attributed",
    "quotes.title",
    "quotes.defined",
    "quotes.several",
    "quotes.ends_sentence",
    "quotes.long",
    "quotes.inside",
    "quotes.judging_inside",
    "quotes.single_marks",
    "quotes.adopted_by_russia",
    "quotes.so_called_bare",
    "quotes.plain",
)
_EXCUSES = word_set("attributed said_before title defined")  # other reasons for quotation marks
MAX_SCARE = 4  # words; codebook 1.0
_SAID = word_set(
    "said says say called calls call told wrote writes added argued declared described replied asked stated "
    "warned claimed"
)
_DEFINING = word_set(
    "term word phrase concept label slogan titled entitled named dubbed termed labeled labelled known called "
    "means meaning motto doctrine book article essay film movie headline speech program"
)
_DETERMINERS = word_set("the a an this that these those his her its their our such any some no")
_OWNERS = word_set("russia russian kremlin putin moscow soviet")


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    if bare := [(k, k + 1) for k, word in enumerate(reading.words) if word == "so-called"]:
        yield reading.hit("quotes.so_called_bare", 1.0, *bare)
    single = list(_single_marks(reading))
    if not reading.quoted and not single:
        return
    short, long = _by_length(reading, [*reading.quoted, *single])
    if long:
        yield reading.hit("quotes.long", strength(len(long)), *long)
    if reading.opens_in_quote:
        yield reading.hit("quotes.inside", 1.0, (0, len(reading.words)))
    if not short:
        return
    yield reading.hit("quotes.short", strength(len(short)), *short)
    if single:
        yield reading.hit("quotes.single_marks", 1.0, *single)
    if len(short) > 1:
        yield reading.hit("quotes.several", strength(len(short) - 1), *short)
    yield from _signs(reading, short, has_long=bool(long))


def _by_length(
    reading: Reading, quoted: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    short: list[tuple[int, int]] = []
    long: list[tuple[int, int]] = []
    for first, last in quoted:
        n = sum(w[0].isalnum() for w in reading.words[first : min(last, first + 12)])
        if n:
            (short if n <= MAX_SCARE else long).append((first, last))
    return short, long


def _signs(reading: Reading, short: Sequence[tuple[int, int]], *, has_long: bool) -> Iterator[Hit]:
    found: dict[str, list[tuple[int, int]]] = {}
    for place in short:
        for sign in _signs_of(reading, place):
            found.setdefault(sign, []).append(place)
    if has_long or any(f"report.{kind}" in reading.cues for kind in ("say", "act")):
        found["attributed"] = list(short)
    if _EXCUSES.isdisjoint(found):
        found["plain"] = list(short)
    for sign, places in found.items():
        yield reading.hit(f"quotes.{sign}", strength(len(places)), *places)


def _signs_of(reading: Reading, place: tuple[int, int]) -> Iterator[str]:
    first, last = place
    sentence = reading.sentence
    before, second = sentence.word(first - 2), sentence.word(first - 3)
    inside = [k for k in range(first, last) if sentence.words[k][0].isalnum()]
    if len(inside) == 1:
        yield "one_word"
    if before in {"so-called", "supposed", "alleged", "self-styled", "supposedly"}:
        yield "so_called"
    if before in _SAID or (before in {"it", "them", "him", ",", ":"} and second in _SAID):
        yield "said_before"
    elif before in _DEFINING or second in _DEFINING:
        yield "defined"
    elif before in _DETERMINERS:
        yield "determiner_before"
    elif before and before[0].isalpha() and before not in STOPWORDS:
        yield "adjective_before"
    elif before in {"to", "as", "of", "for", "by", "with", "in", "from"}:
        yield "verb_before"
    capital = [k for k in inside if sentence.forms[k][0].isupper()]
    if len(capital) == len(inside) or (len(inside) > 1 and len(capital) > 1):
        yield "title"
    if sentence.word(last + 1) in {"", "."}:
        yield "ends_sentence"
    if any(first <= a < last for a, _ in reading.cues.get("loaded.judging", ())):
        yield "judging_inside"
    if _OWNERS.intersection(sentence.words[max(0, first - 6) : first]):
        yield "adopted_by_russia"


def _single_marks(reading: Reading) -> Iterator[tuple[int, int]]:
    """Short stretches between single marks: 'peace'. An apostrophe stands inside its token and is none."""
    words = reading.words
    opened = -1
    for at, word in enumerate(words):
        if word != "'":
            continue
        if opened >= 0 and 1 <= at - opened - 1 <= MAX_SCARE:
            yield (opened + 1, at)
            opened = -1
        else:
            opened = at
