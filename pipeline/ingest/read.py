"""From paths to articles, one at a time: whatever cannot be read is refused with a reason, and the rest goes on."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import IO, TYPE_CHECKING, Any

from pipeline.core.errors import Refusal
from pipeline.core.schemas import RESULT_MARKS
from pipeline.ingest.articles import Article, make_article, printable, tables
from pipeline.ingest.encodings import decode
from pipeline.ingest.refused import RefusedError
from pipeline.ingest.rows import Lines, Row, csv_rows, jsonl_rows, parquet_rows
from pipeline.ingest.sentence_limits import refuse_no_prose
from pipeline.ingest.sources import FORMATS, STDIN, find_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.core.config import Read

__all__ = ["Article", "read_articles", "tables"]

MB = 1_000_000  # bytes; for an article, characters
STDIN_ID = "stdin"
NO_COLUMN, RESULTS = "no-text-column", "results"
SNIFF_BYTES = 1 << 16
SYNONYMS = {
    "author": ("author", "authors", "byline", "writer"),
    "outlet": ("outlet", "source", "publication", "publisher", "newspaper"),
    "date": ("date", "published", "published_at", "publication_date", "pub_date", "publish_date"),
    "title": ("title", "headline"),
}
_JSON_START = re.compile(rb"\s*\{\s*(\"|\})")
_HTML_START = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|article|main)\b", re.I | re.S
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.I)


def read_articles(paths: Sequence[str], limits: Read, *, stdin: IO[bytes] | None = None) -> Iterator[Article | Refusal]:
    """The articles of files, folders, globs and `-` (standard input), lazily and in a fixed order."""
    first_source: dict[str, str] = {}
    for found in find_files(paths):
        if isinstance(found, Refusal):
            yield found
            continue
        for item in _guarded(found, limits, stdin):
            yield _unless_twice(item, first_source)


def _unless_twice(item: Article | Refusal, first_source: dict[str, str]) -> Article | Refusal:
    if isinstance(item, Refusal):
        return item
    place = item.source if item.line is None else f"{item.source}:{item.line}"
    first = first_source.setdefault(item.article, place)
    if first is place:
        return item
    detail = f"article {item.article!r} was already read from {first}"
    return Refusal(item.source, "duplicate", detail, "give every article an id of its own", item.line)


def _guarded(found: Path | str, limits: Read, stdin: IO[bytes] | None) -> Iterator[Article | Refusal]:
    """Turns every way in which a file can fail into one refusal."""
    source = printable(str(found))
    try:
        items = _from_stdin(stdin, limits) if isinstance(found, str) else _from_file(found, source, limits)
        for item in items:
            yield item.refusal(source) if isinstance(item, RefusedError) else item
    except RefusedError as refused:
        yield refused.refusal(source)
    except OSError as error:
        yield Refusal(source, "unreadable", error.strerror or str(error), "check the file and its permissions")


def _from_file(path: Path, source: str, limits: Read) -> Iterator[Article | RefusedError]:
    format = FORMATS[path.suffix.lower()]
    if format == "parquet":
        max_bytes = int(limits.max_row_group_mb * MB)
        rows = parquet_rows(path, max_columns=limits.max_columns, max_group_bytes=max_bytes)
        yield from _row_articles(rows, path.stem, source, limits, format=format)
        return
    with path.open("rb") as stream:
        if format in ("jsonl", "csv"):
            yield from _row_articles(_rows(format, stream, limits), path.stem, source, limits, format=format)
        else:  # a table is read row by row, whatever its size; a document comes whole into memory
            n_bytes = path.stat().st_size
            if n_bytes > limits.max_file_mb * MB:
                raise _too_large(f"{n_bytes / MB:.1f} MB are more than {limits.max_file_mb:g} MB")
            yield _document(_all_bytes(stream, limits), path.stem, source, format, limits)


def _from_stdin(stdin: IO[bytes] | None, limits: Read) -> Iterator[Article | RefusedError]:
    stream = io.BufferedReader(_Raw(stdin or sys.stdin.buffer), SNIFF_BYTES)
    head = stream.peek(SNIFF_BYTES)
    if _JSON_START.match(head.removeprefix(b"\xef\xbb\xbf")):
        yield from _row_articles(_rows("jsonl", stream, limits), STDIN_ID, STDIN, limits, format="jsonl")
        return
    format = "html" if _HTML_START.match(head.removeprefix(b"\xef\xbb\xbf")) else "txt"
    yield _document(_all_bytes(stream, limits), STDIN_ID, STDIN, format, limits)


class _Raw(io.RawIOBase):
    """Any binary stream as the raw end of a buffered reader, so that its start can be looked at."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._stream.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def _all_bytes(stream: IO[bytes], limits: Read) -> bytes:
    """Raises: RefusedError before more than the limit is in memory."""
    max_bytes = int(limits.max_file_mb * MB)
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise _too_large(f"more than {limits.max_file_mb:g} MB")
    return content


def _too_large(detail: str) -> RefusedError:
    return RefusedError("too-large", detail, "split the file, or raise read.max_file_mb")


def _document(content: bytes, stem: str, source: str, format: str, limits: Read) -> Article:
    max_chars = int(limits.max_article_mb * MB)
    if format != "html" and len(content) > 4 * max_chars:  # no encoding of ours takes more bytes a character
        detail = f"{len(content) / MB:.1f} MB are too much for one article"
        raise RefusedError("too-large", detail, "split it, or raise read.max_article_mb")
    declared = _DECLARED.search(content[:4_096]) if format == "html" else None
    decoded = decode(content, declared=declared.group(1).decode() if declared else None)
    if format == "html":
        from pipeline.ingest.html import read_page

        page = read_page(decoded.text)
        article = make_article(
            stem,
            page.text,
            source=source,
            format=format,
            encoding=decoded.encoding,
            max_chars=max_chars,
            known=page.known,
            blocks=page.blocks,
        )
    else:
        _refuse_long_line(decoded.text, limits.max_line_chars)
        article = make_article(
            stem, decoded.text, source=source, format=format, encoding=decoded.encoding, max_chars=max_chars
        )
    refuse_no_prose(article.text, limits)
    return article


def _refuse_long_line(text: str, max_chars: int) -> None:
    for line, content in enumerate(io.StringIO(text), 1):
        if len(content) > max_chars:
            detail = f"a line of {len(content):,} characters is longer than {max_chars:,}"
            raise RefusedError("line-too-long", detail, "split it, or raise read.max_line_chars", line=line)


def _rows(format: str, stream: IO[bytes], limits: Read) -> Iterator[Row | RefusedError]:
    lines = Lines(stream, max_chars=limits.max_line_chars)
    if format == "jsonl":
        return jsonl_rows(lines, max_columns=limits.max_columns)
    return csv_rows(lines, max_columns=limits.max_columns, max_cell_chars=int(limits.max_article_mb * MB))


def _row_articles(
    rows: Iterator[Row | RefusedError], stem: str, source: str, limits: Read, *, format: str
) -> Iterator[Article | RefusedError]:
    n_rows, has_header = 0, format in ("csv", "parquet")
    for row in rows:
        n_rows += 1
        if isinstance(row, RefusedError):
            yield row
            continue
        try:
            yield _row_article(row, stem, source, limits, line=row.line if format != "parquet" else None)
        except RefusedError as refused:
            if refused.reason == RESULTS or (has_header and refused.reason == NO_COLUMN):
                raise  # so are all rows of the file
            refused.line = row.line
            yield refused
    if not n_rows:
        raise RefusedError("empty", "the file holds no row", "give at least one row with a text")


def _row_article(row: Row, stem: str, source: str, limits: Read, *, line: int | None) -> Article:
    if row.cells.keys() >= RESULT_MARKS:
        detail = "labelled sentences of an earlier run, no articles"
        raise RefusedError(RESULTS, detail, "write results outside the folder of articles; stance compare reads them")
    by_name = {name.strip().lower(): name for name in row.cells}
    text = _text_of(row, by_name, limits.text_column)
    id_name = by_name.get(limits.id_column.lower())
    known = {key: _first(row, by_name, names) for key, names in SYNONYMS.items()}
    used = {limits.text_column.lower(), limits.id_column.lower(), *(name for name, _ in known.values())}
    article = make_article(
        (_cell(row.cells[id_name]).strip() if id_name else "") or f"{stem}-{row.line}",
        text,
        source=source,
        line=line,
        format="txt",
        encoding=row.encoding,
        max_chars=int(limits.max_article_mb * MB),
        known={key: value for key, (_, value) in known.items()},
        metadata=[(name, _cell(value)) for name, value in row.cells.items() if name.strip().lower() not in used],
    )
    refuse_no_prose(article.text, limits)
    return article


def _text_of(row: Row, by_name: dict[str, str], column: str) -> str:
    if column.lower() not in by_name:
        names = ", ".join(list(row.cells)[:8]) or "none"
        raise RefusedError(NO_COLUMN, f"no column {column!r}; columns: {names}", "name it with read.text_column")
    text = row.cells[by_name[column.lower()]]
    if text is None:
        raise RefusedError("empty", f"column {column!r} is null", "give the article's text")
    if not isinstance(text, str):
        detail = f"column {column!r}: expected a text, found {type(text).__name__}"
        raise RefusedError("no-text", detail, "give the article's text as a string")
    return text


def _first(row: Row, by_name: dict[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """The first of the synonymous columns that has a value, with that value."""
    for name in names:
        value = _cell(row.cells[by_name[name]]) if name in by_name else ""
        if value.strip():
            return name, value.strip()
    return "", ""


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return str(value)
