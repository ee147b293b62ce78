"""Writes result tables as JSON Lines, CSV or Parquet, batch by batch; a file gets its name when it is whole."""

from __future__ import annotations

import csv
import json
import os
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, Protocol, Self, cast

from pipeline.core.errors import StanceError
from pipeline.core.spreadsheet import cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from pipeline.core.config import OutputFormat

PARTIAL = ".partial"


class TableWriter(Protocol):
    def write(self, table: pa.Table) -> None: ...


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only if the block ends without an error, and is then on the disk.

    Raises: StanceError where this file cannot be written; what else fails in the block is not laid to it.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        with telling(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = _Told(partial.open("wb"), path)
        with file:
            yield cast("IO[bytes]", file)
            file.sync()
        with telling(path):
            partial.replace(path)
            sync_folder(path.parent)
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def table_file(path: Path, schema: pa.Schema, format: OutputFormat) -> Iterator[TableWriter]:
    """A writer for one `whole_file`."""
    with whole_file(path) as file:
        writer = _WRITERS[format](file, schema)
        try:
            yield writer
        finally:
            writer.close()


def sync_folder(folder: Path) -> None:
    """Puts new names on the disk; without it they may be gone after a loss of power."""
    if os.name == "nt":  # folders cannot be opened there, and need not
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """An operating system's error as a StanceError that names the file."""
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> StanceError:
    remedy = "make room there, or give another folder with --out"
    return StanceError(f"cannot write: {error.strerror or error}", where=str(path), remedy=remedy)


class _Told:
    """An open file whose failures name it."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path

    def write(self, content: bytes) -> int:
        with telling(self._path):
            return self._file.write(content)

    def flush(self) -> None:
        with telling(self._path):
            self._file.flush()

    def sync(self) -> None:
        self.flush()
        with telling(self._path):
            os.fsync(self._file.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with telling(self._path):  # a full disk shows where the file is closed
            self._file.close()


def write_line(file: IO[bytes], row: Any) -> None:
    file.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


def write_text(path: Path, text: str) -> None:
    """The text as it is, byte for byte: newline translation would move offsets."""
    with whole_file(path) as file:
        file.write(text.encode("utf-8"))


class _JsonLines:
    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._file = file

    def write(self, table: pa.Table) -> None:
        for row in table.to_pylist():
            write_line(self._file, row)

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
