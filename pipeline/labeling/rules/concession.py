"""Concession: grants or anticipates an objection in order to limit or answer it (codebook 1.0, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.reading import agreement, strength
from pipeline.labeling.rules.tokens import PAUSES
from pipeline.labeling.rules.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit

FEATURES = (
    "concession.strong_opens",
    "concession.strong",
    "concession.strong_then_but",
    "concession.strong_next_but",
    "concession.objection",
    "concession.objection_next_but",
    "concession.although_opens",
    "concession.although",
    "concession.while_opens",
    "concession.even_if",
    "concession.may_but",
    "concession.may_next_but",
    "concession.grant_next_but",
    "concession.next_but",
    "concession.opens_with_but",
    "concession.but",
    "concession.turn",
    "concession.after_concession",
    "concession.signals",
)
_SIGNALS = frozenset(
    f"concession.{name}"
    for name in ("strong_opens", "strong_then_but", "strong_next_but", "objection", "may_but", "although_opens")
)
_TURNS = word_set("but yet however nevertheless nonetheless still")
_ALTHOUGH = frozenset({"although", "though", "even though", "albeit"})
_BEFORE_PAUSE = frozenset({"true", "yes", "sure"})  # these concede only as "True, ..."
_OPENING = 5  # tokens in which a sentence's opening lies


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    cues = reading.cues
    turns = [k for k, word in enumerate(reading.words) if word in _TURNS]
    inner = [k for k in turns if k > 1]
    is_next_turned = at + 1 < len(readings) and _opens_with_turn(readings[at + 1])
    if inner:
        yield reading.hit("concession.but", strength(len(inner)), *((k, k + 1) for k in inner))
    if turns and turns[0] <= 1:
        yield reading.hit("concession.opens_with_but", 1.0, (turns[0], turns[0] + 1))
        if at and _concedes(readings[at - 1]):
            yield reading.hit("concession.after_concession", 1.0, (turns[0], turns[0] + 1))
    if is_next_turned:
        yield reading.hit("concession.next_but", 1.0, (0, len(reading.words)))
    if "concession.turn" in cues:
        yield reading.hit("concession.turn", strength(len(cues["concession.turn"])), *cues["concession.turn"])
    found = [*_granting(reading, is_turned=bool(inner), is_next_turned=is_next_turned), *_subordinate(reading)]
    yield from found
    yield from agreement("concession.signals", [hit for hit in found if hit.feature in _SIGNALS])


def _opens_with_turn(reading: Reading) -> bool:
    return not _TURNS.isdisjoint(reading.words[:3])


def _concedes(reading: Reading) -> bool:
    return any(first < _OPENING for first, _ in _strong(reading)) or "concession.objection" in reading.cues


def _strong(reading: Reading) -> list[tuple[int, int]]:
    found = reading.cues.get("concession.strong", ())
    words = reading.sentence
    return [p for p in found if words.word(p[0]) not in _BEFORE_PAUSE or words.word(p[1]) in PAUSES]


def _granting(reading: Reading, *, is_turned: bool, is_next_turned: bool) -> Iterator[Hit]:
    cues = reading.cues
    if strong := _strong(reading):
        yield reading.hit("concession.strong", strength(len(strong)), *strong)
        if strong[0][0] < 3:
            yield reading.hit("concession.strong_opens", 1.0, strong[0])
        if is_turned:
            yield reading.hit("concession.strong_then_but", 1.0, *strong)
        if is_next_turned:
            yield reading.hit("concession.strong_next_but", 1.0, *strong)
    if objection := cues.get("concession.objection"):
        yield reading.hit("concession.objection", strength(len(objection)), *objection)
        if is_next_turned or is_turned:
            yield reading.hit("concession.objection_next_but", 1.0, *objection)
    may = cues.get("certainty.may")
    if may and is_turned:
        yield reading.hit("concession.may_but", 1.0, *may)
    if may and is_next_turned:
        yield reading.hit("concession.may_next_but", 1.0, *may)
    if is_next_turned and (grant := cues.get("concession.grant_word")):
        yield reading.hit("concession.grant_next_but", strength(len(grant)), *grant)


def _subordinate(reading: Reading) -> Iterator[Hit]:
    places = reading.cues.get("concession.although", ())
    words = reading.words
    for feature, chosen in (
        ("although_opens", [p for p in places if p[0] < 3 and _phrase(words, p) in _ALTHOUGH]),
        ("although", [p for p in places if p[0] >= 3 and _phrase(words, p) in _ALTHOUGH]),
        ("while_opens", [p for p in places if p[0] < 3 and _phrase(words, p) in {"while", "whereas"}]),
        ("even_if", [p for p in places if _phrase(words, p) not in {*_ALTHOUGH, "while", "whereas", "if", "given"}]),
    ):
        if chosen:
            yield reading.hit(f"concession.{feature}", strength(len(chosen)), *chosen)


def _phrase(words: Sequence[str], place: tuple[int, int]) -> str:
    return " ".join(words[place[0] : place[1]])
