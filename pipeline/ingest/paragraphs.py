"""A paragraph as the rules of roles see it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.ingest.layout import Unit, is_ended
from pipeline.ingest.writers import NAMES_ONLY

BODY, HEADLINE, FURNITURE = "body", "headline", "furniture"
LONG_WORDS = 25  # a paragraph of so many words is running text even if it is one sentence
MAX_TITLE_WORDS = 30
MIN_TITLE_CASE_SHARE = 0.75  # of the words of four letters or more
MAX_COUNTED_CHARS = 4_000  # of a paragraph, in the count of its sentences
_SENTENCE_BREAK = re.compile(r"[.?!…][\"'”’)]*\s+[\"'“‘(\[]*[A-Z0-9]")
_SPACES = re.compile(r"\s+")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_WIDE_SPACE = re.compile(r"[ \t\xa0]{2,}")
_NON_WORD = re.compile(r"\W+")

Decision = tuple[str, str]
"""A role, and the name of the rule that gave it."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    raw: str
    text: str  # white space folded
    n_words: int
    is_ended: bool
    is_long: bool
    unit: Unit


def look_at(text: str, unit: Unit) -> Paragraph:
    """What the rules need to know of a unit."""
    folded = _SPACES.sub(" ", text[unit.start : unit.end])
    n_words = len(folded.split())
    n_sentences = 1 + len(_SENTENCE_BREAK.findall(folded[:MAX_COUNTED_CHARS]))
    ended = is_ended(folded) or folded.endswith(("—", "--", "''"))
    return Paragraph(
        text[unit.start : unit.end],
        folded,
        n_words,
        ended,
        ended and ((n_sentences > 1 and n_words > 8) or n_words >= LONG_WORDS),
        unit,
    )


def is_person(p: Paragraph) -> bool:
    return 1 < p.n_words <= 4 and NAMES_ONLY.match(p.text) is not None


def is_menu(p: Paragraph) -> bool:
    """Short items far apart in one line."""
    parts = _WIDE_SPACE.split(p.raw) if p.n_words <= 30 and not p.is_ended else []
    return len(parts) > 2 and all(len(part.split()) <= 4 for part in parts)


def is_title(i: int, p: Paragraph) -> bool:
    return i == 0 and p.n_words <= MAX_TITLE_WORDS and is_title_case(p.text) and not p.text.endswith(":")


def is_title_case(text: str) -> bool:
    words = _LONG_WORD.findall(text)
    return bool(words) and sum(word[0].isupper() for word in words) >= MIN_TITLE_CASE_SHARE * len(words)


def is_same(text: str, known: str | None) -> bool:
    return bool(known) and _NON_WORD.sub("", text).lower() == _NON_WORD.sub("", known or "").lower() != ""
