"""Which role each paragraph has, with the name of the rule that said so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest import furniture, transcript, writers
from pipeline.ingest.layout import MARKER, Unit
from pipeline.ingest.paragraphs import BODY, FURNITURE, HEADLINE, Decision, Paragraph, is_menu, look_at
from pipeline.ingest.repeats import pull_quotes
from pipeline.ingest.transcript import speaker_label
from pipeline.ingest.zones import Zones, first_running

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIN_RUNNING_WORDS = 4
MARKDOWN_HEADING = re.compile(r"#{1,6}\s")
HEADING_TAG = re.compile(r"h[1-6]\b")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A stretch of text with its role."""

    start: int
    end: int
    role: str
    rule: str


def tag_paragraphs(text: str, units: Sequence[Unit], known: Mapping[str, str | None]) -> list[Tagged]:
    """A role and a rule for every unit; `known` may hold title and author."""
    paragraphs = [look_at(text, unit) for unit in units]
    decided = _decide(paragraphs, known)
    return [Tagged(p.unit.start, p.unit.end, *decision) for p, decision in zip(paragraphs, decided, strict=True)]


def _decide(paragraphs: list[Paragraph], known: Mapping[str, str | None]) -> list[Decision]:
    turns = transcript.has_turns([p.text for p in paragraphs])
    sure = [_by_itself(p, has_turns=turns) for p in paragraphs]
    running = [i for i, p in enumerate(paragraphs) if sure[i] is None and p.is_ended and p.n_words >= MIN_RUNNING_WORDS]
    if not running:  # a text without a sentence: nothing can be told apart
        return [decision or (BODY, "default") for decision in sure]
    first = first_running(paragraphs, sure, running)
    last_open = max(i for i, decision in enumerate(sure) if decision is None)
    zones = Zones(paragraphs, sure, first, running[-1], last_open, known)
    shown_again = pull_quotes([p.text for p in paragraphs])
    decided: list[Decision] = []
    for i, decision in enumerate(sure):
        if decision is None and (before := zones.behind_end(i, decided)):
            decision = before
        if decision is None and i in shown_again and i > first and not MARKER.match(paragraphs[i].text):
            decision = (FURNITURE, "pull_quote")
        decided.append(decision or zones.decide(i, decided))
    return decided


def _by_itself(p: Paragraph, *, has_turns: bool) -> Decision | None:
    """What can be said of a paragraph without its neighbours."""
    tag = p.unit.tag
    if p.unit.tag.endswith(".dek") or (tag and HEADING_TAG.match(tag) and (p.unit.is_main or tag == "h1")):
        return HEADLINE, f"html.{tag}"
    if not p.unit.is_main:
        return FURNITURE, f"html.{tag}"
    if MARKDOWN_HEADING.match(p.text):
        return HEADLINE, "markdown_heading"
    if is_menu(p):
        return FURNITURE, "navigation"
    if transcript.is_only_notes(p.text):
        return FURNITURE, "stage_note"
    if (length := speaker_label(p.text, has_turns=has_turns)) and length == len(p.text):
        return FURNITURE, "speaker_label"
    if length:
        return None
    if transcript.CHAIR.match(p.text):
        return FURNITURE, "chair"
    rule = furniture.furniture_rule(p.text, p.n_words, is_ended=p.is_ended)
    if rule:
        return FURNITURE, rule
    if writers.BYLINE.match(p.text.strip("*_ ")) and p.n_words <= 25:
        return FURNITURE, "byline"
    if writers.WRITER_BIO.match(p.text) and p.n_words <= furniture.MAX_WORDS:
        return FURNITURE, "biography"
    return None
