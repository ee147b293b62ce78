"""JSON Lines: a line per sentence and coder, with the column names of `labels.jsonl`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.coding import task_columns
from pipeline.corpus.exchange.items import Imported, Item, item_at, place, with_answers
from pipeline.corpus.exchange.lines import read_lines, write_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook


def write(items: Sequence[Item], path: Path, codebook: Codebook) -> None:
    write_lines(items, path, lambda item: _row(item, codebook))


def _row(item: Item, codebook: Codebook) -> dict[str, Any]:
    answer = {"coder": item.coder, "voice": item.voice, "speaker": item.speaker}
    return place(item) | answer | task_columns(item.values or {}, codebook)


def read(path: Path, codebook: Codebook) -> Imported:
    return read_lines(path, codebook, _item)


def _item(row: Mapping[str, Any], codebook: Codebook) -> Item:
    item = item_at(row)
    answers: dict[str, Sequence[str]] = {"voice": (row["voice"],)} if row.get("voice") else {}
    for task in codebook.tasks:
        given = row.get(task.name)
        if given is None:
            continue
        if isinstance(given, list) != (task.kind == "multi"):
            expected = "a list of labels" if task.kind == "multi" else "one label"
            raise InvalidInputError(f"{task.name}: expected {expected}, found {given!r}")
        answers[task.name] = given if task.kind == "multi" else (given,)
    if not answers:
        return item
    return with_answers(item, codebook, coder=row.get("coder"), speaker=row.get("speaker"), answers=answers)
