"""Stance: policy words, judgements and their company as counts; which side each speaks for is left to the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.reading import strength
from pipeline.labeling.rules.tokens import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.labeling.rules.reading import Reading

SIDES = ("russia", "west", "ukraine")
THEMES = ("firm", "soft", "aggression", "judge", "naive", "provoke", "legit", "credit", "futile")
FEATURES = (
    *(f"stance.{name}" for name in (*SIDES, *THEMES, "recommend", "negation")),
    *(f"stance.{theme}.russia_first" for theme in THEMES),
    *(f"stance.{theme}.west_first" for theme in THEMES),
    *(f"stance.{theme}.recommended" for theme in THEMES),
    *(f"stance.{theme}.negated" for theme in THEMES),
    *(f"stance.{theme}.near" for theme in THEMES),
    "stance.russia.near",
    "stance.russia.opens",
    "stance.west.opens",
)
_NEAR = tuple((f"stance.{theme}", f"stance.{theme}.near") for theme in (*THEMES, "russia"))
_CUES = tuple((name, f"stance.{name}") for name in (*SIDES, *THEMES, "recommend", "negation"))
NEGATED_REACH = 5  # tokens between a negation and what it denies
SUBJECT_REACH = 12  # tokens between an actor and what it does


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    cues = {name: reading.cues[cue] for name, cue in _CUES if cue in reading.cues}
    for name, places in cues.items():
        yield reading.hit(f"stance.{name}", strength(len(places)), *places)
    for side in ("russia", "west"):
        if side in cues and cues[side][0][0] < 4:
            yield reading.hit(f"stance.{side}.opens", 1.0, cues[side][0])
    for theme in THEMES:
        if theme in cues:
            yield from _company(reading, theme, cues)
    near = [r.cues for r in readings[max(0, at - 1) : at + 2] if r is not reading]
    for cue, feature in _NEAR:
        n = 0
        for cues_near in near:
            if cue in cues_near:
                n += len(cues_near[cue])
        if n:
            yield Hit(feature, strength(n))


def _company(reading: Reading, theme: str, cues: Mapping[str, list[tuple[int, int]]]) -> Iterator[Hit]:
    """Who stands before the theme's words, and whether they are recommended or denied."""
    places = cues[theme]
    denied = [p for p in places if _follows(p, cues.get("negation", ()), NEGATED_REACH)]
    if denied:
        yield reading.hit(f"stance.{theme}.negated", strength(len(denied)), *denied)
    if "recommend" in cues and any(_follows(p, cues["recommend"], SUBJECT_REACH) for p in places):
        yield reading.hit(f"stance.{theme}.recommended", 1.0, *places)
    for side in ("russia", "west"):
        led = [p for p in places if _follows(p, cues.get(side, ()), SUBJECT_REACH)]
        if led:
            yield reading.hit(f"stance.{theme}.{side}_first", strength(len(led)), *led)


def _follows(place: tuple[int, int], leads: Sequence[tuple[int, int]], reach: int) -> bool:
    return any(0 <= place[0] - lead[1] < reach for lead in leads)
