"""Evidence from single cues and their company: loaded words, epithets, irony, images, fear, authority, history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.labeling.rules.reading import strength
from pipeline.labeling.rules.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit

COUNTED = (
    "loaded.judging",
    "loaded.praising",
    "loaded.intense",
    "epithet.label",
    "irony.mock",
    "metaphor.simile",
    "metaphor.image",
    "hyperbole.extreme",
    "hyperbole.superlative",
    "fear.dire",
    "fear.warning",
    "authority.said",
    "authority.office",
    "authority.thinker",
    "history.event",
    "history.person",
    "history.likeness",
    "history.then",
)
FEATURES = (
    *COUNTED,
    "epithet.judged_person",
    "epithet.title_person",
    "history.old_year",
    "history.year",
    "history.likeness_to_past",
    "history.past_near",
    "history.just_as",
    "fear.condition_dire",
    "fear.warning_dire",
    "authority.quotes_thinker",
    "authority.as_said",
    "metaphor.several",
    "loaded.several",
    "shape.length",
    "shape.short",
    "shape.first_person",
    "shape.exclamation",
    "shape.dash",
    "shape.colon",
    "shape.bracket",
    "shape.names",
    "shape.digits",
    "shape.position",
)
_COUNTED = frozenset(COUNTED)
_FIRST_PERSON = ("i", "my", "me", "i'm", "i've")
_YEAR = re.compile(r"1[0-9]{3}(?:'?s)?|20[0-4][0-9](?:'?s)?")
OLD_YEAR = 1990  # before it, an op-ed about Russia speaks of the past
_LIKE = frozenset({"like", "just as", "as in", "as with", "similar to", "akin to", "much like", "unlike"})
_TITLES = word_set("president prime minister senator secretary general chancellor foreign defense")


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    for name, places in reading.cues.items():
        if name in _COUNTED:
            yield reading.hit(name, strength(len(places)), *places)
    yield from _epithet(reading)
    yield from _history(readings, at)
    yield from _fear_and_authority(reading)
    for name, source in (("metaphor.several", "metaphor.image"), ("loaded.several", "loaded.judging")):
        places = reading.cues.get(source, [])
        if len(places) > 2:
            yield reading.hit(name, 1.0, *places)
    yield from _shape(reading, at / max(1, len(readings) - 1))


def _epithet(reading: Reading) -> Iterator[Hit]:
    """A judging word right before a person, group or state: "the cynical rulers"."""
    people = {first for first, _ in reading.cues.get("epithet.person", ())}
    judging = [*reading.cues.get("loaded.judging", ()), *reading.cues.get("epithet.label", ())]
    pairs = [(a, b + 1) for a, b in judging if b in people and a not in people]
    if pairs:
        yield reading.hit("epithet.judged_person", strength(len(pairs)), *pairs)
    labels = reading.cues.get("epithet.label", ())
    named = [
        p for p in labels if reading.sentence.word(p[0] - 1) in {"the", "that", "this", "a", "his", "putin", "kremlin"}
    ]
    if named:
        yield reading.hit("epithet.title_person", strength(len(named)), *named)


def _history(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    years = [(k, k + 1) for k, word in enumerate(reading.words) if word[0] in "12" and _YEAR.fullmatch(word)]
    old = [p for p in years if int(reading.words[p[0]][:4]) < OLD_YEAR]
    if years:
        yield reading.hit("history.year", strength(len(years)), *years)
    if old:
        yield reading.hit("history.old_year", strength(len(old)), *old)
    past = [*reading.cues.get("history.event", ()), *reading.cues.get("history.person", ()), *old]
    likeness = reading.cues.get("history.likeness", ())
    if past and likeness:
        yield reading.hit("history.likeness_to_past", strength(min(len(past), len(likeness))), *past, *likeness)
    if likeness and any(" ".join(reading.words[a:b]) in _LIKE for a, b in likeness):
        yield reading.hit("history.just_as", 1.0, *likeness)
    near = [r for r in readings[max(0, at - 2) : at + 3] if r is not reading]
    n_near = sum("history.event" in r.cues or "history.person" in r.cues for r in near)
    if n_near:
        yield reading.hit("history.past_near", n_near / 4)


def _fear_and_authority(reading: Reading) -> Iterator[Hit]:
    cues = reading.cues
    if dire := cues.get("fear.dire"):
        if condition := cues.get("certainty.condition"):
            yield reading.hit("fear.condition_dire", strength(len(dire)), *dire, *condition)
        if warning := cues.get("fear.warning"):
            yield reading.hit("fear.warning_dire", strength(len(dire)), *dire, *warning)
    thinkers = [*cues.get("authority.thinker", ()), *cues.get("authority.office", ())]
    if thinkers and reading.quoted:
        yield reading.hit("authority.quotes_thinker", strength(len(thinkers)), *thinkers)
    opens_as = [k for k, word in enumerate(reading.words[:-1]) if word == "as" and _names(reading, k + 1)]
    if opens_as and (said := [*cues.get("report.say", ()), *cues.get("report.claim", ())]):
        yield reading.hit("authority.as_said", 1.0, *said)


def _names(reading: Reading, at: int) -> bool:
    return reading.sentence.forms[at][0].isupper() or reading.words[at] in _TITLES


def _shape(reading: Reading, position: float) -> Iterator[Hit]:
    words = reading.words
    n = len(words)
    yield reading.hit("shape.length", min(1.0, n / 60))
    yield reading.hit("shape.position", position)
    if n <= 8:
        yield reading.hit("shape.short", 1.0)
    for feature, mark in (("exclamation", "!"), ("dash", "-"), ("colon", ":"), ("bracket", "(")):
        if mark in words:
            yield reading.hit(f"shape.{feature}", strength(words.count(mark)))
    first_person = sum(map(words.count, _FIRST_PERSON))
    if first_person:
        yield reading.hit("shape.first_person", strength(first_person))
    if n:
        initials = [form[0] for form in reading.sentence.forms]
        yield reading.hit("shape.names", sum(map(str.isupper, initials[1:])) / n)
        yield reading.hit("shape.digits", sum(map(str.isdigit, initials)) / n)
