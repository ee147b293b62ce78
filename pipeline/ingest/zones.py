"""Roles that need the place: above the running text, inside it, or below."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest import furniture, writers
from pipeline.ingest.layout import MARKER
from pipeline.ingest.paragraphs import (
    BODY,
    FURNITURE,
    HEADLINE,
    LONG_WORDS,
    MAX_TITLE_WORDS,
    Decision,
    Paragraph,
    is_person,
    is_same,
    is_title,
    is_title_case,
)
from pipeline.ingest.transcript import speaker_label

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SUBHEAD_WORDS = 14
MAX_DEK_WORDS = 45
MAX_PROMO_WORDS = 22
MAX_LABEL_WORDS = 8  # masthead, name of an author
TAIL_PARAGRAPHS = 6  # how far before the end a biography may stand
TOP_RULES = frozenset({"byline", "dateline", "place"})
TOP_PARAGRAPHS = 12
CLOSING_RULES = frozenset({"biography", "copyright", "after_end"})
CLOSING_PARAGRAPHS = 8  # how many may follow a biography or a copyright line
MAX_CLOSING_WORDS = 45
_LABEL_COLON = re.compile(r"(?:[^:]{2,40}:\s\S.*|.*:\s[A-Z][\w’'.]*(?:\s\w+){0,2})$")
_BYLINE_NAME = re.compile(r"(?:(?i:by|from|posted by|written by)\s+)?((?:[A-ZÀ-Ž][\w.’'-]*\s?){2,4})(?<![\s.])")


@dataclass(frozen=True, slots=True)
class Zones:
    """Decisions that need the place: above the first running paragraph, below the last, or between."""

    paragraphs: list[Paragraph]
    sure: list[Decision | None]
    first: int
    last: int
    last_open: int  # the last paragraph that its own shape does not decide
    known: Mapping[str, str | None]

    def decide(self, i: int, decided: list[Decision]) -> Decision:
        p = self.paragraphs[i]
        if is_same(p.text, self.known.get("title")):
            return HEADLINE, "title"
        if is_same(p.text, self.known.get("author")):
            return FURNITURE, "byline"
        if self._is_biography(i):
            return FURNITURE, "biography"
        if i < self.first:
            return self._top(i, decided)
        if not p.is_ended:
            return self._unfinished(i, decided)
        if self._is_numbered_heading(i):
            return HEADLINE, "subheading"
        if furniture.is_caption_line(p.text, p.n_words):
            return FURNITURE, "caption"
        if i >= self.first and self._is_behind_end(i, decided):
            return FURNITURE, "after_end"
        return BODY, "sentence"

    def behind_end(self, i: int, decided: list[Decision]) -> Decision | None:
        """Whatever short paragraph follows the biography or the copyright line at the end."""
        n_left = len(self.paragraphs) - i
        if i <= self.first or n_left > CLOSING_PARAGRAPHS or i < 0.6 * len(self.paragraphs):
            return None
        has_ended = any(rule in CLOSING_RULES and role == FURNITURE for role, rule in decided[-CLOSING_PARAGRAPHS:])
        if has_ended and all(q.n_words <= MAX_CLOSING_WORDS for q in self.paragraphs[i:]):
            return FURNITURE, "after_end"
        return None

    def _authors(self) -> list[str]:
        """Names in the bylines above the text, and the known one."""
        lines = [
            p.text for p, s in zip(self.paragraphs[: self.first], self.sure, strict=False) if s and s[1] == "byline"
        ]
        lines += [p.text for p in self.paragraphs[: self.first] if writers.NAMES_ONLY.match(p.text) and p.n_words <= 4]
        names = [m.group(1) for line in lines if (m := _BYLINE_NAME.match(line))]
        return [name for name in (*names, (self.known.get("author") or "").strip()) if len(name.split()) > 1]

    def _top(self, i: int, decided: list[Decision]) -> Decision:
        p = self.paragraphs[i]
        has_title = any(role == HEADLINE for role, _ in decided)
        if p.is_ended and (has_title or speaker_label(p.text, has_turns=False)):
            return self._top_sentence(i, decided)
        if (i or furniture.VENUE.search(p.text)) and furniture.PLACE.match(p.text) and self._has_dateline_below(i):
            return FURNITURE, "place"
        if not has_title and self._is_masthead(i, decided):
            return FURNITURE, "masthead"
        is_short = 1 < p.n_words <= 4 or " and " in p.text
        if has_title and is_short and p.n_words <= MAX_LABEL_WORDS and writers.NAMES_ONLY.match(p.text.strip("*_")):
            return FURNITURE, "byline"
        if i and not has_title and p.text.endswith(".") and self._has_title_below(i):
            return FURNITURE, "caption"
        if p.n_words <= MAX_TITLE_WORDS:
            return HEADLINE, "subtitle" if has_title else "title"
        return (BODY, "default") if p.is_ended else (FURNITURE, "unfinished")

    def _top_sentence(self, i: int, decided: list[Decision]) -> Decision:
        """A sentence between title and text: a subtitle, a caption, or the first short paragraph."""
        p = self.paragraphs[i]
        if furniture.CAPTION_SHAPE.match(p.text):
            return FURNITURE, "caption"
        following = self.sure[i + 1] if i + 1 < len(self.sure) else None
        if following == (FURNITURE, "caption") and self.paragraphs[i + 1].n_words <= MAX_LABEL_WORDS:
            return FURNITURE, "caption"  # a credit stands under it
        stands_over_furniture = following is not None and following[0] == FURNITURE
        stands_over_furniture |= following is None and i + 1 < self.first and is_person(self.paragraphs[i + 1])
        below = decided[-1][1] if decided else ""
        if p.n_words <= MAX_DEK_WORDS and (stands_over_furniture or below == "caption"):
            return HEADLINE, "subtitle"
        return BODY, "sentence"

    def _is_masthead(self, i: int, decided: list[Decision]) -> bool:
        """A short name before the title; another line must be left to be the title."""
        p = self.paragraphs[i]
        if p.n_words > MAX_LABEL_WORDS + 6 or p.is_ended or any(rule == "masthead" for _, rule in decided):
            return False
        rest = [
            q for q, s in zip(self.paragraphs[i + 1 : self.first], self.sure[i + 1 : self.first], strict=True) if not s
        ]
        has_title_below = any(not q.is_ended for q in rest)
        has_title_below |= any(s and s[0] == HEADLINE for s in self.sure[i + 1 : self.first])
        stands_over_menu = any(s and s[1] in ("navigation", "section_label", "share") for s in self.sure[i + 1 : i + 2])
        is_name = bool(furniture.MASTHEAD_NOUN.search(p.text)) or p.text.isupper() or stands_over_menu
        return has_title_below and is_name

    def _is_biography(self, i: int) -> bool:
        p = self.paragraphs[i]
        if p.n_words > furniture.MAX_WORDS:
            return False
        is_at_end = i >= len(self.paragraphs) - TAIL_PARAGRAPHS or i >= self.last_open
        is_at_edge = (is_at_end and i > self.first) or 0 < i < self.first
        start = p.text.strip("*_—–•( ")
        if is_at_edge and any(start.startswith(name) for name in self._authors()) and p.is_ended:
            return True
        if not is_at_edge or not self._ends_text(i) or _names_again(p, self.paragraphs):
            return False
        return bool(
            writers.BIO.match(p.text)
            or (i > self.first and i > 4 and i >= self.last_open and writers.LOOSE_BIO.match(p.text))
        )

    def _ends_text(self, i: int) -> bool:
        """Whether only furniture and further biographies follow, or the text has not begun."""
        return i < self.first or all(
            decision is not None or not p.is_ended or writers.BIO.match(p.text)
            for decision, p in zip(self.sure[i + 1 :], self.paragraphs[i + 1 :], strict=True)
        )

    def _has_title_below(self, i: int) -> bool:
        below = zip(self.paragraphs[i + 1 : self.first], self.sure[i + 1 : self.first], strict=True)
        return any(decision is None and not p.is_ended for p, decision in below)

    def _has_dateline_below(self, i: int) -> bool:
        return any(decision == (FURNITURE, "dateline") for decision in self.sure[i + 1 : i + 3])

    def _is_numbered_heading(self, i: int) -> bool:
        """`3. What to do` between paragraphs, but not an item among others."""
        p = self.paragraphs[i]
        if not re.match(r"\d{1,2}[.)]\s", p.text) or p.n_words > MAX_SUBHEAD_WORDS or not is_title_case(p.text):
            return False
        around = (self.paragraphs[j].text for j in (i - 1, i + 1) if 0 <= j < len(self.paragraphs))
        return not any(MARKER.match(text) for text in around)

    def _unfinished(self, i: int, decided: list[Decision]) -> Decision:
        """A paragraph that does not end like a sentence, below the title."""
        p = self.paragraphs[i]
        before = self.paragraphs[i - 1] if i else None
        if self._is_numbered_heading(i):
            return HEADLINE, "subheading"
        is_in_list = before and decided[-1][0] == BODY and (before.text.endswith(":") or decided[-1][1] == "list_item")
        if MARKER.match(p.text) or is_in_list:
            return BODY, "list_item"
        if not p.unit.has_gap and before and before.is_ended:
            return BODY, "cut_sentence"  # one sentence a line
        if i > self.last or self._is_behind_end(i, decided):
            return FURNITURE, "after_end"
        if _LABEL_COLON.match(p.text) or p.n_words > MAX_SUBHEAD_WORDS:
            is_promo = p.n_words <= MAX_PROMO_WORDS and (":" in p.text or is_title_case(p.text))
            return (FURNITURE, "related") if is_promo else (BODY, "unfinished")
        neighbours = (self.paragraphs[j] for j in (i - 1, i + 1) if 0 <= j < len(self.paragraphs))
        if sum(not q.is_ended for q in neighbours) and before and not before.is_ended and self.sure[i - 1] is None:
            return FURNITURE, "related"
        below = zip(self.paragraphs[i + 1 : i + 4], self.sure[i + 1 : i + 4], strict=True)
        if not any(q.is_ended and q.n_words > MAX_SUBHEAD_WORDS and s is None for q, s in below):
            return FURNITURE, "after_end"
        return HEADLINE, "subheading"

    def _is_behind_end(self, i: int, decided: list[Decision]) -> bool:
        """Sentences under a list of related articles at the end belong to it."""
        return bool(
            decided
            and decided[-1][1] in ("related", "after_end")
            and not self.paragraphs[i].is_long
            and not any(p.is_long and s is None for p, s in zip(self.paragraphs[i:], self.sure[i:], strict=True))
        )


def first_running(paragraphs: list[Paragraph], sure: list[Decision | None], running: list[int]) -> int:
    """Where the text begins: the first long paragraph, behind a byline or date line that still follows."""
    n_top, n_long = 0, 0
    for i, (p, decision) in enumerate(zip(paragraphs[:TOP_PARAGRAPHS], sure, strict=False)):
        n_long += decision is None and p.is_long
        if n_long > 1 or (decision is None and p.n_words > MAX_DEK_WORDS):
            break
        if (decision and decision[1] in TOP_RULES) or (decision is None and i > 0 and is_person(p)):
            n_top = i + 1
    long = (i for i in running if i >= n_top and paragraphs[i].is_long and not is_title(i, paragraphs[i]))
    return next(long, next((i for i in running if i >= n_top), running[0]))


def _names_again(p: Paragraph, paragraphs: list[Paragraph]) -> bool:
    """Whether the text speaks of the person whom a would-be biography opens with."""
    name = re.match(r"[\W_]*(?:[A-Z]\w*\.?\s+)?[A-Z][\w.’'-]+\s+([A-Z][\w’'-]+)", p.text)
    if name is None:
        return False
    surname = name.group(1)
    return any(surname in q.text and q.n_words > LONG_WORDS for q in paragraphs if q is not p)
