"""Writes result tables as JSON Lines, CSV or Parquet, batch by batch; a file gets its name when it is whole."""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, Protocol

from pipeline.core.errors import StanceError
from pipeline.core.spreadsheet import cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from pipeline.core.config import OutputFormat
    from pipeline.core.errors import Refusal

PARTIAL = ".partial"
REFUSED = "refused.jsonl"


class TableWriter(Protocol):
    def write(self, table: pa.Table) -> None: ...


@contextmanager
def table_file(path: Path, schema: pa.Schema, format: OutputFormat) -> Iterator[TableWriter]:
    """A writer for one file. The file appears under its name only if the block ends without an error.

    Raises: StanceError where this file cannot be written; what else fails in the block is not laid to it.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        with _telling(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = partial.open("wb")
            writer = _Told(_WRITERS[format](file, schema), file, path)
        try:
            yield writer
        finally:
            writer.close()
        with _telling(path):
            partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StanceError(
            f"cannot write: {error.strerror or error}", where=str(path), remedy="give another folder with --out"
        ) from error


class _Told:
    """A writer whose failures name its file."""

    def __init__(self, writer: Any, file: IO[bytes], path: Path) -> None:
        self._writer, self._file, self._path = writer, file, path

    def write(self, table: pa.Table) -> None:
        with _telling(self._path):
            self._writer.write(table)

    def close(self) -> None:
        with _telling(self._path), self._file:  # a full disk shows where the file is closed
            self._writer.close()


def write_refusals(path: Path, refusals: Sequence[Refusal]) -> None:
    """The ledger of what was refused; no file where nothing was."""
    path.unlink(missing_ok=True)
    if refusals:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(asdict(refusal), ensure_ascii=False) + "\n" for refusal in refusals)
        path.write_text("".join(lines), encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """The text as it is, byte for byte: newline translation would move offsets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


class _JsonLines:
    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._file = file

    def write(self, table: pa.Table) -> None:
        for row in table.to_pylist():
            self._file.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace"))

    def close(self) -> None:
        pass


class _Csv:
    """Cells as `spreadsheet.cell` makes them."""

    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        import io

        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="", write_through=True)
        self._csv = csv.writer(self._text)
        self._csv.writerow(schema.names)

    def write(self, table: pa.Table) -> None:
        for row in table.to_pylist():
            self._csv.writerow([cell(value) for value in row.values()])

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _Parquet:
    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self._writer = pq.ParquetWriter(file, schema, compression="zstd")

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()


_WRITERS: dict[str, Any] = {"jsonl": _JsonLines, "csv": _Csv, "parquet": _Parquet}
