"""Reported speech: somebody else's claim, taken back to its source (codebook 1.0, sections 2 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.reading import strength
from pipeline.labeling.rules.wordlists import word_set
from pipeline.labeling.rules.zones import MAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit, Sentence

KINDS = ("say", "claim", "act")
SHAPES = ("that", "clause", "other", "trailing", "below")
FEATURES = (
    *(f"report.{kind}.{shape}" for kind in KINDS for shape in SHAPES),
    "report.self",
    "report.crowd_says",
    "report.body_says",
    "report.goes_on",
)
_FIRST = frozenset({"i", "we", "you", "i'm", "we've", "i've", "us", "me"})
_NOUN_BEFORE = word_set(
    "the a an this that these those his her its their our my any no some of such own to not be by for in on"
)
_CLAUSE_OPENERS = word_set(
    "he she it they we i you there this that's it's he's they're the a an his her its their our these those no "
    "all some many most russia putin russians ukraine nato moscow trump america if"
)
_LISTENERS = word_set("them us me him her reporters congress parliament journalists you cnn")


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    is_told = False
    for kind in KINDS:
        by_shape: dict[str, list[tuple[int, int]]] = {}
        for place in reading.cues.get(f"report.{kind}", ()):
            shape = _shape(reading, place)
            if shape:
                by_shape.setdefault(shape, []).append(place)
        for shape, places in by_shape.items():
            is_told = is_told or shape in {"that", "clause", "trailing"}
            feature = "report.self" if shape == "self" else f"report.{kind}.{shape}"
            yield reading.hit(feature, strength(len(places)), *places)
    if is_told:
        for source in ("crowd", "body"):
            if places_of_source := reading.cues.get(f"report.{source}"):
                yield reading.hit(f"report.{source}_says", strength(len(places_of_source)), *places_of_source)
    if at and _goes_on(readings[at - 1], reading):
        yield reading.hit("report.goes_on", 1.0, (0, 1))


def _shape(reading: Reading, place: tuple[int, int]) -> str:
    """How the verb takes its claim; empty where the word is no verb of saying here."""
    sentence = reading.sentence
    first, last = place
    before = sentence.word(first - 1)
    if before in _NOUN_BEFORE:
        return ""
    if before in _FIRST or sentence.word(first - 2) in _FIRST:
        return "self"
    if reading.zones[first] != MAIN:
        return "below"
    after = sentence.word(last)
    if after in _LISTENERS:
        after = sentence.word(last + 1)
    if after == "that":
        return "that"
    if _is_trailing(sentence, first, last):
        return "trailing"
    return "clause" if after in _CLAUSE_OPENERS or after in {'"', ":", ","} else "other"


def _is_trailing(sentence: Sentence, first: int, last: int) -> bool:
    """As in: "...", he said. Or: ..., officials say."""
    near_end = len(sentence) - last <= 6
    return near_end and bool({",", '"'}.intersection(sentence.words[max(0, first - 5) : first]))


def _goes_on(previous: Reading, reading: Reading) -> bool:
    """The sentence before was told by another, and this one goes on with "he" or "they"."""
    told = any(f"report.{kind}" in previous.cues for kind in ("say", "claim"))
    return told and reading.sentence.word(0) in {"he", "she", "they", "it", "moreover", "but", "and", '"', "also"}
