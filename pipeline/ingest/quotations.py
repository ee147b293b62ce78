"""Where the text quotes: spans between quotation marks, followed across sentences and paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_SNIPPET_WORDS = 4  # so many quoted words inside a sentence are the writer's own (codebook, section 2)
LOOK_AHEAD = 4  # paragraphs, for the end of a quotation that goes on without a mark
MAX_SINGLE_CHARS = 1_000  # of a quotation between single marks
_MARK = re.compile(r"[“”„«»\"]|''|``")
_SINGLE = re.compile(rf"(?<![\w’'])['‘](?=[\w“\"])[^\n]{{12,{MAX_SINGLE_CHARS}}}?[.,?!…][’'](?![\w’'])")
_OPENS_BEFORE = " \t\n\xa0([{—–-/"
_CLOSES_AFTER = " \t\n\xa0)]}.,;:?!…—–-'’"


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted stretch of one paragraph, marks included, as offsets into the text."""

    start: int
    end: int
    is_carried: bool = False  # it began in an earlier paragraph


@dataclass(frozen=True, slots=True)
class _Mark:
    at: int
    end: int
    can_open: bool
    can_close: bool


def find_quotations(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[Quotation]:
    """Quotations of running paragraphs in order; an open one goes on where the next paragraph says so."""
    marks = [list(_marks(text, start, end)) for start, end in paragraphs]
    found: list[Quotation] = []
    is_carried = False
    for k, (start, end) in enumerate(paragraphs):
        is_carried = is_carried and _goes_on(marks, k, start)
        spans, is_carried = _in_paragraph(marks[k], start, end, is_carried=is_carried)
        found += spans or [Quotation(*match.span()) for match in _SINGLE.finditer(text, start, end)]
    return found


def _marks(text: str, start: int, end: int) -> Iterator[_Mark]:
    for match in _MARK.finditer(text, start, end):
        mark, at, after = match.group(), match.start(), match.end()
        if mark in ("“", "„", "«", "``"):
            yield _Mark(at, after, True, False)
        elif mark in ("”", "»"):
            yield _Mark(at, after, False, True)
        else:
            before_is_open = at == start or text[at - 1] in _OPENS_BEFORE
            after_is_close = after >= end or text[after] in _CLOSES_AFTER
            can_open = before_is_open and not after_is_close
            yield _Mark(at, after, can_open or before_is_open == after_is_close, not can_open)


def _goes_on(marks: list[list[_Mark]], k: int, start: int) -> bool:
    """Whether the quotation left open before paragraph `k` goes on in it."""
    for ahead in range(k, min(k + LOOK_AHEAD, len(marks))):
        if marks[ahead]:
            first = marks[ahead][0]
            is_repeated = ahead == k and first.at == start and first.can_open
            return is_repeated or (first.can_close and not first.can_open)
    return False


def _in_paragraph(marks: list[_Mark], start: int, end: int, *, is_carried: bool) -> tuple[list[Quotation], bool]:
    found: list[Quotation] = []
    opened: int | None = start if is_carried else None
    if is_carried and marks and marks[0].at == start and marks[0].can_open:
        marks = marks[1:]  # the mark that repeats at the head of each paragraph
    for mark in marks:
        if opened is None:
            opened = mark.at if mark.can_open else None
        elif mark.can_close:
            found.append(Quotation(opened, mark.end, is_carried and not found))
            opened = None
    if opened is None:
        return found, False
    found.append(Quotation(opened, end, is_carried and not found))
    return found, True


def n_quoted_chars(text: str, start: int, end: int, quotations: Sequence[Quotation]) -> int:
    """Characters of a sentence inside quotations; short snippets inside a longer sentence do not count."""
    n_inside = 0
    for quotation in quotations:
        first, last = max(start, quotation.start), min(end, quotation.end)
        if last <= first:
            continue
        is_whole = last - first >= 0.9 * (end - start)
        if (
            is_whole
            or len(text[first:last].split()) > MAX_SNIPPET_WORDS
            or last < quotation.end
            or first > quotation.start
        ):
            n_inside += last - first
    return n_inside
