"""Where paragraphs begin and end: blank lines, hard-wrapped lines, one sentence a line, indented quotations."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WRAP_CHARS = range(45, 111)  # lengths of lines that a program broke
MIN_WRAPPED_SHARE = 0.65  # of the lines that another line follows at once
MAX_ENDED_SHARE = 0.5  # of those, how many may end like a sentence; more is one sentence a line
RAGGED_CHARS = 14  # how far a wrapped line may fall short of the width
MIN_QUOTE_LINE_CHARS = 40  # an indented line this long that stops in mid sentence goes on in the next
MIN_CONTINUED_WORDS = 6  # shorter unfinished lines are headings and labels
_LINE = re.compile(r"[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
_ENDED = re.compile(r"[.?!…:;]\s?[\"'”’»)\]*_]*$")
_LOWER = re.compile(r"[\[(\"'“‘]?[a-z]")
_BYLINE = re.compile(r"(?:by|from|posted|written|via)\b")
MARKER = re.compile(r"(?:[-*+•–]|\d{1,3}[.)]|\([a-z0-9]{1,3}\)|#{1,6}|>+|\|)(?=\s)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that the layout holds together. `tag` and `is_main` speak of HTML alone."""

    start: int
    end: int
    indent: int = 0
    tag: str = ""
    is_main: bool = True
    has_gap: bool = True  # a blank line stands before it


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    indent: int
    has_gap: bool  # a blank line, or the start of the text, stands before it


def units(text: str, blocks: Sequence[Mapping[str, Any]]) -> list[Unit]:
    """Paragraphs in order; every character of `text` that is no space lies in exactly one."""
    if blocks:
        return _joined_blocks(text, blocks)
    lines = _lines(text)
    width = _wrap_width(text, lines)
    found: list[Unit] = []
    before: _Line | None = None
    for line in lines:
        if before and found and _goes_on(text, before, line, width):
            found[-1] = replace(found[-1], end=line.end)
        else:
            found.append(Unit(line.start, line.end, line.indent, has_gap=line.has_gap))
        before = line
    return found


def is_ended(text: str) -> bool:
    """Whether a stretch of text ends like a sentence or a clause."""
    return _ENDED.search(text[-12:]) is not None


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    last_end = -1
    for match in _LINE.finditer(text):
        raw = match.group()
        content = raw.strip()
        if not content:
            continue
        start = match.start() + len(raw) - len(raw.lstrip())
        gap = text[last_end:start] if last_end >= 0 else "\n\n"
        n_breaks = len(gap.replace("\r\n", "\n").strip(" \t\xa0").splitlines()) if last_end >= 0 else 2
        lines.append(_Line(start, start + len(content), start - match.start(), n_breaks > 1))
        last_end = lines[-1].end
    return lines


def _wrap_width(text: str, lines: list[_Line]) -> int | None:
    """The width that lines were broken at, None where they were not."""
    followed = [a for a, b in itertools.pairwise(lines) if not b.has_gap]
    lengths = sorted(line.end - line.start for line in followed)
    if len(followed) < 3:
        return None
    n_wrapped = sum(length in WRAP_CHARS for length in lengths)
    n_ended = sum(is_ended(text[line.start : line.end]) for line in followed)
    if n_wrapped < MIN_WRAPPED_SHARE * len(followed) or n_ended > MAX_ENDED_SHARE * len(followed):
        return None
    return lengths[int(0.9 * (len(lengths) - 1))]


def _goes_on(text: str, before: _Line, line: _Line, width: int | None) -> bool:
    """Whether `line` belongs to the paragraph of the line before it."""
    if MARKER.match(text, line.start, line.end):
        return False
    if _is_continued(text, before.start, before.end, line.start):
        return True
    is_open = not is_ended(text[before.start : before.end])
    n_chars = before.end - before.start
    if line.has_gap:
        is_open |= text.startswith(". ", line.start)  # dots of an omission, broken across lines
        return bool(before.indent and line.indent and is_open and n_chars >= MIN_QUOTE_LINE_CHARS)
    if width is None or (line.indent > before.indent + 1 and not is_open):
        return False
    first_word = text[line.start : line.end].split(None, 1)[0]
    return n_chars + 1 + len(first_word) > width - RAGGED_CHARS


def _is_continued(text: str, start: int, end: int, following: int) -> bool:
    """Whether a page break or the like cut a sentence: it stops open and goes on with a small letter."""
    before = text[start:end]
    if is_ended(before) or not _LOWER.match(text, following) or _BYLINE.match(text, following):
        return False
    return len(before.split(None, MIN_CONTINUED_WORDS)) >= MIN_CONTINUED_WORDS


def _joined_blocks(text: str, blocks: Iterable[Mapping[str, Any]]) -> list[Unit]:
    found: list[Unit] = []
    for block in blocks:
        unit = Unit(block["start"], block["end"], 0, block["tag"], block["is_main"])
        before = found[-1] if found else None
        is_alike = before is not None and (before.tag, before.is_main) == (unit.tag, unit.is_main) and unit.tag == "p"
        if before and is_alike and _is_continued(text, before.start, before.end, unit.start):
            found[-1] = replace(before, end=unit.end)
        else:
            found.append(unit)
    return found
