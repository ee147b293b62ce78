"""Certainty: which cue governs the main predicate (codebook 1.0, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.reading import strength
from pipeline.labeling.rules.wordlists import word_set, word_tuple
from pipeline.labeling.rules.zones import BEFORE_BUT, MAIN

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit

    Places = Mapping[str, Sequence[tuple[int, int]]]
    Condition = tuple[str, list[tuple[int, int]]]  # its consequence, and where it stands

CUES = word_tuple(
    "may may_say could could_past can would will must maybe likely hearsay according seem suggest tend i_think expect "
    "risk estimate hard_to quasi weak possible_that chance unknown whether question_is question_open booster "
    "ability may_idle past"
)
_SHORT = {f"certainty.{cue}": cue for cue in (*CUES, "could_idle", "condition", "condition_idle")}
_CANCELLED = (
    ("may", "may_idle"),
    ("may", "may_say"),
    ("could", "ability"),
    ("could", "may_say"),
    ("condition", "condition_idle"),
)
_PLACES = ("main", "before_but", "below")
_OPENING = 4  # tokens; "perhaps" there governs the sentence, later it may only round a figure
_IF = frozenset({"if", "unless"})
_CONSEQUENCES = ("possible", "will", "would", "must", "can", "plain")
_MONTH_NEIGHBOURS = word_set("in of on by since last early late until mid this next")
_DIRECT_UNCERTAIN = ("may", "could", "maybe", "unknown", "possible_that", "chance", "question_open")
_DIRECT_HEDGED = ("likely", "seem", "suggest", "tend", "i_think", "hearsay", "according", "expect", "risk", "hard_to")

FEATURES = (
    *(f"certainty.{cue}.{place}" for cue in CUES for place in _PLACES),
    *(f"certainty.{kind}.{end}" for kind in ("if", "otherwise") for end in _CONSEQUENCES),
    "certainty.if.below",
    "certainty.maybe_opens",
    "certainty.whether_opens",
    "certainty.rule.uncertain",
    "certainty.rule.hedged",
)


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    places = _effective(reading)
    main: dict[str, list[tuple[int, int]]] = {}
    for cue in CUES:
        if cue in places:
            by_place = _by_place(reading, places[cue])
            main[cue] = by_place.pop("main", [])
            for place, found in (("main", main[cue]), *by_place.items()):
                if found:
                    yield reading.hit(f"certainty.{cue}.{place}", strength(len(found)), *found)
    main = {cue: found for cue, found in main.items() if found}
    yield from _openings(reading, places)
    condition = yield from _condition(reading, places, main)
    yield from _verdict(reading, main, condition)


def _by_place(reading: Reading, found: Sequence[tuple[int, int]]) -> dict[str, list[tuple[int, int]]]:
    by_place: dict[str, list[tuple[int, int]]] = {}
    for place in found:
        zone = reading.zones[place[0]]
        by_place.setdefault(_PLACES[0 if zone == MAIN else 1 if zone == BEFORE_BUT else 2], []).append(place)
    return by_place


def _openings(reading: Reading, places: Places) -> Iterator[Hit]:
    maybe = [p for p in places.get("maybe", ()) if p[0] < _OPENING]
    if maybe:
        yield reading.hit("certainty.maybe_opens", 1.0, *maybe)
    if "whether" in reading.words[:2]:
        yield reading.hit("certainty.whether_opens", 1.0, (0, 1))


def _effective(reading: Reading) -> dict[str, list[tuple[int, int]]]:
    """Cues of certainty less those that an idiom, ability or the month of May takes away."""
    places = {_SHORT[name]: found for name, found in reading.cues.items() if name in _SHORT}
    for cue, canceller in _CANCELLED:
        if cue in places and canceller in places:
            idle = places[canceller]
            places[cue] = [p for p in places[cue] if not any(a <= p[0] < b for a, b in idle)]
    if "may" in places:
        places["may"] = [p for p in places["may"] if not _is_month(reading, p[0])]
    if "could" in places and "past" in places and "would" not in places:
        past = [p for p in places["past"] if reading.zones[p[0]] == MAIN]
        if past:
            places["could_past"] = places.pop("could")
    return places


def _is_month(reading: Reading, at: int) -> bool:
    sentence = reading.sentence
    if not sentence.forms[at].startswith("May"):
        return False
    return sentence.word(at - 1) in _MONTH_NEIGHBOURS or sentence.word(at + 1)[:1].isdigit() or at == len(sentence) - 1


def _condition(reading: Reading, places: Places, main: Places) -> Generator[Hit, None, Condition | None]:
    """Yields the condition's hits and returns its consequence, or None where there is no condition."""
    found = places.get("condition")
    if not found:
        return None
    zones = reading.zones
    top = [p for p in found if p[0] == 0 or zones[p[0] - 1] == MAIN or reading.sentence.word(p[0] - 1) in {",", "-"}]
    if not top:
        yield reading.hit("certainty.if.below", strength(len(found)), *found)
        return None
    is_if = any(reading.words[p[0]] in _IF or p[1] - p[0] == 2 for p in top)
    consequence = _consequence(main)
    yield reading.hit(f"certainty.{'if' if is_if else 'otherwise'}.{consequence}", 1.0, *top)
    return (consequence, top) if is_if else None


def _consequence(main: Places) -> str:
    if "may" in main or "could" in main or "maybe" in main:
        return "possible"
    return next((cue for cue in ("will", "would", "must", "can") if cue in main), "plain")


def _verdict(reading: Reading, main: Places, condition: Condition | None) -> Iterator[Hit]:
    """The cascade that a reader of the codebook would follow, as one feature per class."""
    if reading.is_question:
        return
    doubts = [place for cue in _DIRECT_UNCERTAIN for place in main.get(cue, ())]
    if doubts:
        yield reading.hit("certainty.rule.uncertain", strength(len(doubts)), *doubts)
        return
    hedges = [place for cue in _DIRECT_HEDGED for place in main.get(cue, ())]
    if condition and condition[0] in {"will", "would"}:
        hedges += condition[1]
    if hedges:
        yield reading.hit("certainty.rule.hedged", strength(len(hedges)), *hedges)
