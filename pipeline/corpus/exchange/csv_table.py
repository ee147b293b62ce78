"""CSV: a row per sentence and coder, labels of a multi-label task joined by commas in one cell."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.coding import task_values
from pipeline.corpus.exchange.items import Imported, Item, item_at, place, read_each, with_answers
from pipeline.corpus.files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook

PLACE = ("article", "n", "start", "end", "text", "before", "after")
ANSWER = ("coder", "voice", "speaker")


def write(items: Sequence[Item], path: Path, codebook: Codebook) -> None:
    columns = [*PLACE, *ANSWER, *(task.name for task in codebook.tasks)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for item in items:
            labels = {task: ",".join(given) for task, given in (item.values or {}).items()}
            answer = {"coder": item.coder or "", "voice": item.voice or "", "speaker": item.speaker}
            writer.writerow(place(item) | answer | labels)


def read(path: Path, codebook: Codebook) -> Imported:
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""))
    expected = {*PLACE[:5], *(task.name for task in codebook.tasks)}
    try:
        if missing := sorted(expected - set(reader.fieldnames or ())):
            raise InvalidInputError(f"no column {', '.join(missing)}", where=f"{path}:1")
        return read_each(path, _numbered(reader), lambda row: [_item(row, codebook)])
    except csv.Error as error:  # behind it, the rows of the file cannot be told apart
        raise InvalidInputError(f"not CSV: {error}", where=f"{path}:{reader.line_num}") from error


def _numbered(reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str | Any, str | Any]]]:
    for row in reader:
        yield reader.line_num, row


def _item(row: Mapping[str | Any, str | Any], codebook: Codebook) -> Item:
    if None in row:
        raise InvalidInputError("more cells than columns")
    item = item_at(row)
    coder, voice, speaker = (str(row.get(key) or "").strip() for key in ANSWER)
    cells = {task.name: str(row.get(task.name) or "").strip() for task in codebook.tasks}
    if not coder and not voice and not any(cells.values()):
        return item  # exported to be coded, and not yet coded
    answers = {
        task.name: task_values(cells[task.name], task)
        for task in codebook.tasks
        if task.kind == "multi" or cells[task.name]
    }
    answers |= {"voice": (voice,)} if voice else {}
    return with_answers(item, codebook, coder=coder, speaker=speaker, answers=answers)
