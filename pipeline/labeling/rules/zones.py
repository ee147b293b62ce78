"""Where in its sentence a token stands: in the main clause, or in one that depends on it.

A shallow grammar of connectives and pauses, no parser: it is right often enough to weigh a cue, and linear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.labeling.rules.tokens import Sentence

MAIN, COMPLEMENT, LOWER, BEFORE_BUT = range(4)
ZONES = ("main", "complement", "lower", "before_but")

FRONTED = word_set(
    "if unless when while although though because since as whether once until after before given despite "
    "whereas whatever whoever wherever however whenever by in with without for instead rather"
)
ADVERBIAL = word_set("because since although though while if unless when until lest whereas whenever")
RELATIVE = word_set("who which whom whose where")
INDIRECT = word_set("what how why whether")
FINITE = word_set(
    "is are was were has have had does did do will would may might can could must should shall isn't aren't wasn't "
    "weren't hasn't haven't hadn't won't wouldn't shouldn't can't couldn't doesn't don't didn't cannot remains remain "
    "seems seem seemed appears appear appeared suggests suggest suggested means indicates implies tends tend makes "
    "requires needs comes goes"
)
_PARTICLES = word_set(
    "even all of and but or for with in to about on by from at after before since despite than as not"
)
SUBJECTS = word_set("i he she it they we you this that there these those it's they're he's there's who")
FRONT_REACH = 40  # tokens in which the comma behind a fronted clause is looked for
BUT_REACH = 10  # tokens after "but" in which a finite verb makes it a clause of its own
OPENERS = word_set("and but so yet or - \" ' ( indeed then now thus moreover even")
_BE = word_set("is are was were be 's isn't it's that's")
_COMMENT = word_set(  # a that-clause after these is the sentence's point
    "likely unlikely possible probable conceivable plausible chance chances risk danger possibility likelihood "
    "probability doubt hope fear odds clear certain obvious true think believe suspect seems seem appears appear "
    "means suggests imagine sure unclear doubtful concern"
)
OUTSIDERS = word_set("he she they who")
_COORDINATORS = word_set("but yet")


def zones(sentence: Sentence) -> list[int]:
    """A zone per token."""
    words = sentence.words
    found: list[int] = []
    zone = MAIN
    is_fronted = False
    n_finite = 0  # finite verbs since a relative clause opened: the second belongs to the clause above
    main_from = 0
    is_open = True
    for at, word in enumerate(words):
        if word in {";", ":"} or (word in _COORDINATORS and at and words[at - 1] in {",", "-", ";"}):
            if word in _COORDINATORS and _opens_clause(words, at):
                _demote(found, main_from)
                main_from = at
            zone, is_fronted, is_open = MAIN, False, True
        elif word in {",", "-", ")"}:
            if zone == LOWER or (zone == COMPLEMENT and word == "-"):
                zone = MAIN
            is_fronted = False
        elif word == "(":
            zone = LOWER
        elif is_open and word in FRONTED:
            is_open = False
            is_fronted = "," in words[at : at + FRONT_REACH]
            if is_fronted or word in ADVERBIAL:
                zone, n_finite = LOWER, 1  # no comma: the first finite verb is taken for the main one
        elif word in RELATIVE and not is_open:
            zone, n_finite = LOWER, 0
        elif word in ADVERBIAL and zone != COMPLEMENT and words[at - 1] != "as":
            zone, n_finite = LOWER, -9
        elif word == "that" and at:
            zone, n_finite = _that(words, at, zone), 0
        elif word in INDIRECT and not is_open and zone == MAIN:
            zone, n_finite = LOWER, -9
        elif zone == LOWER and not is_fronted and word in FINITE:
            n_finite += 1
            if n_finite == 2 and words[at - 1] not in {"and", "or", "not", "to"}:
                zone = MAIN
        if word not in OPENERS and word != ";":
            is_open = False
        found.append(zone)
    return found


def _opens_clause(words: Sequence[str], at: int) -> bool:
    """Whether a main clause follows "but", not "but also" or "but only if"."""
    after = words[at + 1 : at + 1 + BUT_REACH]
    if not after or after[0] in {"also", "only", "rather", "instead", "not"}:
        return False
    return after[0] in SUBJECTS or not FINITE.isdisjoint(after)


def _demote(found: list[int], main_from: int) -> None:
    for at in range(main_from, len(found)):
        if found[at] == MAIN:
            found[at] = BEFORE_BUT


def _that(words: tuple[str, ...], at: int, zone: int) -> int:
    """The zone that a "that" opens: the point itself after a comment, a complement after a verb, else a relative."""
    before = words[at - 1]
    after = words[at + 1] if at + 1 < len(words) else ""
    if zone != MAIN or not before[0].isalpha() or before in _BE or before in _PARTICLES or after in {"said", ","}:
        return zone
    if before in _COMMENT and not OUTSIDERS.intersection(words[max(0, at - 4) : at]):
        return MAIN
    if before.endswith(("ed", "es", "ys", "ts", "ns", "ms", "ks", "es")) or before in {"say", "said", "know", "knew"}:
        return COMPLEMENT
    return LOWER
