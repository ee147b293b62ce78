"""The rows of a sentence table as they were before `outputs` wrote them, one after the other."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from pipeline.core.spreadsheet import uncelled
from pipeline.corpus.labelled_set import read_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from pipeline.core.codebook import Codebook

MAX_CELL = 2**31 - 1  # a long sentence's evidence as JSON is more than the csv module takes unless told
PLACE = ("n", "start", "end")
Row = dict[str, Any]


def stored_rows(file: Path, codebook: Codebook) -> Iterator[Row]:
    """By the file's ending. Raises: InvalidInputError, or what the format's own reader raises of a broken file."""
    if file.suffix == ".jsonl":
        yield from (row for _, row in read_rows(file))
    elif file.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches():
                yield from batch.to_pylist()
    else:
        multi = {task.name for task in codebook.tasks if task.kind == "multi"}
        csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))  # the module's limit is process-wide
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from (_typed(row, multi) for row in csv.DictReader(lines))


def _typed(row: dict[str, str], multi: Collection[str]) -> Row:
    """A row of CSV as it was before `spreadsheet.cell`: empty cells absent, numbers and lists read back."""
    is_judged, typed = bool(row["voice"]), Row()
    for name, value in row.items():
        if name in PLACE:
            typed[name] = int(value)
        elif name.startswith("p_"):
            typed[name] = float(value) if value else None
        elif name.startswith("evidence_"):
            typed[name] = json.loads(value) if value else []
        elif name in multi or name == "abstained":
            typed[name] = value.split("|") if value else [] if is_judged or name == "abstained" else None
        else:
            typed[name] = uncelled(value) or ("" if name == "speaker" and is_judged else None)
    return typed
