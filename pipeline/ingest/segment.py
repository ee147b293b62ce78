"""Sentence boundaries inside paragraphs: sentencex, and a second look inside open quotations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core.config import Section
from pipeline.core.schemas import CLEANED, SEGMENTED
from pipeline.ingest.columns import appended

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LANGUAGE = "en"
_SPACE = re.compile(r"\s")
_WORDLIKE = re.compile(r"\w")
_QUOTE = re.compile(r"[“”„«»]|\"|''|``")
_BREAK = re.compile(r"[.?!…](?:[’'](?!['’]))?\)?(\s+)(?=[\"'“‘(\[]*[A-Z0-9…]|\.\s?\.\s?\.\s)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“‘—–-])(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Messrs|Dr|Prof|Sen|Rep|Reps|Sens|Gov|Gen|Col|Lt|Maj|Capt|"
    r"Cmdr|Adm|Sgt|Amb|Rev|Hon|St|Sr|Jr|vs|v|etc|No|Nos|Vol|Art|Sec|Fig|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Inc|Corp|"
    r"Co|Ltd|Bros|cf|al|approx|ca|pp?|e\.g|i\.e)\.$"
)


class SentencexSegmenter:
    """Stage `sentencex.v1`: appends `sentences`; role and rule are those of the paragraph."""

    name = "sentencex.v1"
    input_schema = CLEANED
    output_schema = SEGMENTED

    class Options(Section):
        """There is nothing to set."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(self, table: pa.Table) -> pa.Table:
        """Shapes: one row per article, in and out."""
        rows = table.select(["text", "paragraphs"]).to_pylist()
        return appended(table, self.output_schema, [_sentences(row["text"], row["paragraphs"]) for row in rows])


def _sentences(text: str, paragraphs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for paragraph in paragraphs:
        start, role, rule = paragraph["start"], paragraph["role"], paragraph["rule"]
        for first, last in sentence_spans(text[start : paragraph["end"]]):
            found.append({"n": len(found), "start": start + first, "end": start + last, "role": role, "rule": rule})
    return found


def sentence_spans(paragraph: str) -> list[tuple[int, int]]:
    """Spans without outer white space, in order, disjoint, that hold every character that is no space."""
    import sentencex

    flat = _SPACE.sub(" ", paragraph)  # one for one: a wrapped line is no boundary, and offsets hold
    bounds = [(b["start_index"], b["end_index"]) for b in sentencex.get_sentence_boundaries(LANGUAGE, flat)]
    pieces = [piece for start, end in _covering(bounds, len(flat)) for piece in _inside_quotations(flat, start, end)]
    return _without_lone_marks(flat, [span for span in (_stripped(flat, *piece) for piece in pieces) if span])


def _covering(bounds: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The same cuts without a gap: whatever the library leaves out goes to the sentence before."""
    starts = sorted({0, *(start for start, _ in bounds if start < length)})
    return list(zip(starts, [*starts[1:], length], strict=True))


def _inside_quotations(flat: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cuts at sentence ends that stand between an opening quotation mark and its closing one."""
    marks = [(m.start(), m.group()) for m in _QUOTE.finditer(flat, start, end)]
    if not marks:
        yield start, end
        return
    at, k, is_open = start, 0, False
    for match in _BREAK.finditer(flat, start, end):
        while k < len(marks) and marks[k][0] < match.start(1):
            is_open = _opens(marks[k][1], is_open)
            k += 1
        if is_open and not _ABBREVIATION.search(flat, max(at, match.start() - 12), match.start() + 1):
            yield at, match.end(1)
            at = match.end(1)
    yield at, end


def _opens(mark: str, is_open: bool) -> bool:
    if mark in ("“", "„", "«", "``"):
        return True
    return False if mark in ("”", "»") else not is_open


def _stripped(flat: str, start: int, end: int) -> tuple[int, int] | None:
    content = flat[start:end]
    if not content.strip():
        return None
    return start + len(content) - len(content.lstrip()), start + len(content.rstrip())


def _without_lone_marks(flat: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Marks that stand alone go with a neighbour: a dash or dots with the next, closing marks with the one before."""
    found: list[tuple[int, int]] = []
    carried: int | None = None
    for start, end in spans:
        begin = start if carried is None else carried
        carried = None
        content = flat[start:end]
        if _WORDLIKE.search(content):
            found.append((begin, end))
        elif found and content[0] in "\"'”’)]»":
            found[-1] = (found[-1][0], end)
        else:
            carried = begin
    if carried is not None:
        last = spans[-1][1]
        found = [*found[:-1], (found[-1][0], last)] if found else [(carried, last)]
    return found
