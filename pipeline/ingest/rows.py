"""Rows of JSON Lines, CSV and Parquet files, one at a time and in bounded memory."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from pipeline.ingest.encodings import SAVE_AS_UTF8, decode, marked_encoding, refuse_binary
from pipeline.ingest.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD_BYTES = 1 << 16
SKIP_CHARS = 1 << 16  # how much of an overlong line is read at once on the way to its end
PARQUET_ROWS = 16  # held at once
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column name. `line` counts from 1 and is where the row starts."""

    cells: dict[str, Any]
    line: int
    encoding: str


class Lines:
    """The lines of a binary stream with their ends kept, none longer than `max_chars`.

    An overlong line is skipped to its end and raises RefusedError; the next call goes on behind it.
    """

    def __init__(self, stream: IO[bytes], *, max_chars: int) -> None:
        buffered = io.BufferedReader(stream, HEAD_BYTES) if isinstance(stream, io.RawIOBase) else stream
        head = buffered.peek(HEAD_BYTES) if isinstance(buffered, io.BufferedReader) else b""
        refuse_binary(head)
        marked = marked_encoding(head)
        self.encoding = marked or "utf-8"
        errors = "replace" if marked and marked.startswith(("utf-16", "utf-32")) else "surrogateescape"
        self._text = io.TextIOWrapper(buffered, self.encoding, errors=errors, newline="")
        self._max_chars, self.line = max_chars, 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._max_chars + 2)
        if not line:
            raise StopIteration
        self.line += 1
        if len(line.rstrip("\r\n")) <= self._max_chars:
            return line
        n_chars = len(line)
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(SKIP_CHARS)
            n_chars += len(line)
        detail = f"a line of {n_chars:,} characters is longer than {self._max_chars:,}"
        raise RefusedError("line-too-long", detail, "split it, or raise read.max_line_chars", line=self.line)

    def repaired(self, line: str) -> tuple[str, str]:
        """The line and its encoding, read as Windows-1252 where its bytes are not UTF-8. Raises: RefusedError."""
        if self.encoding.startswith(("utf-16", "utf-32")):
            if "\N{REPLACEMENT CHARACTER}" in line:
                raise RefusedError("encoding", f"not {self.encoding}", SAVE_AS_UTF8)
            return line, self.encoding
        if line.isascii() or not any("\udc80" <= char <= "\udcff" for char in line):
            return line, self.encoding
        decoded = decode(line.encode("utf-8", "surrogateescape"))
        return decoded.text, decoded.encoding


def jsonl_rows(lines: Lines, *, max_columns: int) -> Iterator[Row | RefusedError]:
    """One row per line; blank lines are none."""
    while True:
        try:
            line = next(lines)
            if line.strip():
                text, encoding = lines.repaired(line)
                yield Row(_json_object(text, max_columns), lines.line, encoding)
        except StopIteration:
            return
        except RefusedError as refused:
            refused.line = lines.line
            yield refused


def _json_object(line: str, max_columns: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except RecursionError as error:
        raise RefusedError("malformed", "JSON nested too deep", "flatten the row") from error
    except ValueError as error:
        if not line.endswith(("\n", "\r")) and not line.rstrip().endswith("}"):
            detail = "the last line stops inside a JSON object"
            raise RefusedError("truncated", detail, "fetch the whole file again") from error
        raise RefusedError("malformed", f"not JSON: {error}", "give one JSON object a line") from error
    if not isinstance(row, dict):
        detail = f"expected a JSON object, found {type(row).__name__}"
        raise RefusedError("malformed", detail, "give one JSON object a line")
    refuse_many_columns(len(row), max_columns)
    return row


def refuse_many_columns(n_columns: int, max_columns: int) -> None:
    if n_columns > max_columns:
        detail = f"{n_columns:,} columns are more than {max_columns:,}"
        raise RefusedError("too-many-columns", detail, "drop columns, or raise read.max_columns")


def csv_rows(lines: Lines, *, max_columns: int, max_cell_chars: int) -> Iterator[Row | RefusedError]:
    """Rows under the header of the first line. Raises: RefusedError where the header itself is unusable."""
    header, delimiter = _csv_header(lines, max_columns)
    csv.field_size_limit(max(csv.field_size_limit(), max_cell_chars + 1))  # the module's limit is process-wide
    whole_row = _RowLines(lines, max_chars=max_cell_chars)
    reader = csv.reader(whole_row, delimiter=delimiter, strict=True)
    while True:
        line = lines.line + 1
        whole_row.begin()
        try:
            cells = next(reader)
            if cells:
                yield _csv_row(header, cells, lines, line)
        except StopIteration:
            return
        except RefusedError as refused:
            refused.line = line
            yield refused
            if isinstance(refused, _EndlessRowError):
                return
        except csv.Error as error:
            reason = "truncated" if "unexpected end" in str(error) else "malformed"
            detail = "a quoted cell is never closed" if reason == "truncated" else f"not CSV: {error}"
            yield RefusedError(reason, detail, 'close every quoted cell and double the quotes inside ("")', line=line)


class _RowLines:
    """The lines of one row after another; a row that never ends is refused, and the file with it."""

    def __init__(self, lines: Lines, *, max_chars: int) -> None:
        self._lines, self._max_chars, self._n_chars = lines, max_chars, 0

    def begin(self) -> None:
        self._n_chars = 0

    def __iter__(self) -> _RowLines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._n_chars += len(line)
        if self._n_chars > self._max_chars:
            detail = f"a row of more than {self._max_chars:,} characters; the file is read no further"
            raise _EndlessRowError("too-large", detail, "close every quoted cell, or raise read.max_article_mb")
        return line


class _EndlessRowError(RefusedError):
    """Behind it, the rows of the file cannot be told apart."""


def _csv_header(lines: Lines, max_columns: int) -> tuple[list[str], str]:
    first, _ = lines.repaired(next(lines, ""))
    delimiter = max(DELIMITERS, key=first.count)
    try:
        header = next(csv.reader([first], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise RefusedError("malformed", f"the header is not CSV: {error}", "give column names", line=1) from error
    names = [name.strip() for name in header]
    refuse_many_columns(len(names), max_columns)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RefusedError("malformed", f"column {twice[0]!r} stands twice in the header", "rename one", line=1)
    return names, delimiter


def _csv_row(header: list[str], cells: list[str], lines: Lines, line: int) -> Row:
    if len(cells) != len(header):
        detail = f"expected {len(header)} cells as in the header, found {len(cells)}"
        raise RefusedError("ragged", detail, "quote cells that hold the delimiter, a quote or a line break")
    repaired = [lines.repaired(cell) for cell in cells]
    encoding = next((name for _, name in repaired if name != lines.encoding), lines.encoding)
    return Row(dict(zip(header, (text for text, _ in repaired), strict=True)), line, encoding)


def parquet_rows(path: Path, *, max_columns: int, max_group_bytes: int) -> Iterator[Row | RefusedError]:
    """Rows in file order; `line` counts rows. Raises: RefusedError where the file is no Parquet, or too large a one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    line = 0
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            refuse_many_columns(len(file.schema_arrow.names), max_columns)
            _refuse_large_groups(file.metadata, max_group_bytes)
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for cells in batch.to_pylist():
                    line += 1
                    yield Row(cells, line, "utf-8")
    except (pa.ArrowException, UnicodeDecodeError, OSError, OverflowError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the file system's own; without a number it is Arrow's
        detail = f"not a whole Parquet file: {(str(error).splitlines() or ['?'])[0]}"
        raise RefusedError("malformed", detail, "write the file again", line=line or None) from error


def _refuse_large_groups(metadata: Any, max_bytes: int) -> None:
    """Sizes are declared ahead of the data: a bomb is told before it is unpacked."""
    for group in range(metadata.num_row_groups):
        n_bytes = metadata.row_group(group).total_byte_size
        if not 0 <= n_bytes <= max_bytes:
            detail = f"a row group of {n_bytes / 1e6:,.0f} MB is larger than {max_bytes / 1e6:,.0f} MB"
            raise RefusedError("too-large", detail, "write smaller row groups, or raise read.max_row_group_mb")
