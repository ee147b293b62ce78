"""Sentence boundaries inside paragraphs: sentencex, and a second look inside open quotations."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from pipeline.core.config import Section
from pipeline.core.schemas import CLEANED, SEGMENTED
from pipeline.ingest.columns import appended
from pipeline.ingest.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

LANGUAGE = "en"
WINDOW_CHARS = 8_000
LOOK_BACK_CHARS = 16  # longer than any abbreviation
QUOTES = ("”", '"', "’", "'", "»")
SMALL_ABBREVIATIONS = words(
    "etc vs v no nos vol fig pp pg ed eds cf al ca approx est dept ft lb lbs oz hr hrs min sec inc co corp ltd tel "
    "ext ret viz seq esp incl max gen gov col sen rep st mr mrs ms dr prof jr sr a b c d e f g h i j k l m n o p q r "
    "s t u w x y z"
)
_SPACE = re.compile(r"\s")
_WORDLIKE = re.compile(r"\w")
_QUOTE = re.compile(r"[“”„«»]|\"|''|``")
_BREAK = re.compile(r"[.?!…](?:[’'](?!['’]))?[”\"»]?\)?(\s+)(?=(?:[\"'“‘(\[]|''|``)*[A-Z0-9…])")
_LAST_WORD = re.compile(r"(?:^|[\s(\[“\"‘'—–-])(I|[a-zà-ž]+(?:[’'][a-z]+)?)[.?!…]$")
_STRANDED = re.compile(r"\s(\"|“|''|``)\s*$")
_TITLE_END = re.compile(
    r"(?:^|[\s(\[\"'“‘—–-])(?:Mr|Mrs|Ms|Messrs|Mx|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Maj|Capt|Cmdr|Adm|Sgt|Amb|Rev|Hon)\.$"
)
_HOUR_END = re.compile(r"\d\s?[ap]\.m\.$")
_DAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|E[SD]?T\b|GMT\b|C[SE]?T\b|P[SD]?T\b")
_ATTRIBUTION = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Sen|Gen|Col|President|Professor|Senator|General)\.?\s)?(?:[A-Z][\w’'-]+\s){1,3}"
    r"(?:said|says|asked|asks|wrote|writes|told|cried|replied|demanded|wondered|wanted to know|exclaimed|shouted)\b"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“‘—–-])(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Messrs|Dr|Prof|Sen|Rep|Reps|Sens|Gov|Gen|"
    r"Col|Lt|Maj|Capt|"
    r"Cmdr|Adm|Sgt|Amb|Rev|Hon|St|Sr|Jr|vs|v|etc|No|Nos|Vol|Art|Sec|Fig|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|"
    r"Dec|Inc|Corp|"
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
    found: list[dict[str, Any]] = []
    for paragraph in paragraphs:
        start, role, rule = paragraph["start"], paragraph["role"], paragraph["rule"]
        for first, last in sentence_spans(text[start : paragraph["end"]]):
            found.append({"n": len(found), "start": start + first, "end": start + last, "role": role, "rule": rule})
    return found


def sentence_spans(paragraph: str) -> list[tuple[int, int]]:
    """Spans without outer white space, in order, disjoint, that hold every character that is no space."""
    flat = _SPACE.sub(" ", paragraph)  # one for one: a wrapped line is no boundary, and offsets hold
    starts = {start for start in _library_starts(flat) if not _is_false(flat, start)} | set(_missed(flat))
    cuts = sorted({0, len(flat), *(_with_opening_mark(flat, start) for start in starts if start < len(flat))})
    spans = (_stripped(flat, start, end) for start, end in itertools.pairwise(cuts))
    return _without_lone_marks(flat, [span for span in spans if span])


def _library_starts(flat: str) -> Iterator[int]:
    """Sentence starts by sentencex, which is given a window at a time: its time grows with the square of the length."""
    import sentencex

    at = 0
    while at < len(flat):
        window = flat[at : at + WINDOW_CHARS]
        starts = [at + bound["start_index"] for bound in sentencex.get_sentence_boundaries(LANGUAGE, window)]
        is_last = at + WINDOW_CHARS >= len(flat)
        yield from (start for start in starts if start > at)
        whole = starts[-1] if starts and starts[-1] > at + WINDOW_CHARS // 2 else at + WINDOW_CHARS
        at = len(flat) if is_last else whole  # the last sentence of a window may be cut: it is read again


def _missed(flat: str) -> Iterator[int]:
    """Sentence starts that the library does not see: inside open quotations, and behind common words."""
    marks = [(match.start(), match.group()) for match in _QUOTE.finditer(flat)]
    k, is_open = 0, False
    for match in _BREAK.finditer(flat):
        while k < len(marks) and marks[k][0] < match.start(1):
            is_open = _opens(marks[k][1], is_open)
            k += 1
        head = flat[max(0, match.start() - LOOK_BACK_CHARS) : match.start() + 1]
        is_end = (is_open and not _ABBREVIATION.search(head)) or _is_common_end(head, match.group())
        if is_end and not _is_attribution(flat, match.end(1)):
            yield match.end(1)


def _is_common_end(head: str, mark: str) -> bool:
    """Whether a full stop stands behind an ordinary word in small letters, which no abbreviation is."""
    word = _LAST_WORD.search(head)
    if word is None:
        return False
    if word.group(1) == "I":
        return mark[1:2] in QUOTES
    return word.group(1) not in SMALL_ABBREVIATIONS


def _is_false(flat: str, start: int) -> bool:
    """A boundary behind a title ("Ms."), inside a time ("7 p.m. Monday"), or before who said it."""
    head = flat[max(0, start - LOOK_BACK_CHARS) : start].rstrip()
    if _TITLE_END.search(head) or (_HOUR_END.search(head) and _DAY.match(flat, start)):
        return True
    return head[-1:] in QUOTES and _is_attribution(flat, start)


def _is_attribution(flat: str, start: int) -> bool:
    before = flat[max(0, start - 4) : start].rstrip()
    return before[-1:] in QUOTES and before[-2:-1] in ("?", "!") and _ATTRIBUTION.match(flat, start) is not None


def _with_opening_mark(flat: str, start: int) -> int:
    """The start, moved to a quotation mark that was left to the sentence before."""
    stranded = _STRANDED.search(flat, max(0, start - 4), start)
    return stranded.start(1) if stranded else start


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
