"""Each coder's own labels, from any place where a set or a coder keeps them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError
from pipeline.corpus import coding
from pipeline.corpus.labelled_set import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.exchange.items import Item

Row = dict[str, Any]


def coder_rows(path: Path, codebook: Codebook) -> list[Row]:
    """Long rows (article, n, coder, voice, tasks) of a set's folder, a `.jsonl` in long form, or a coder's `.tsv`.

    In a folder, `coders.jsonl`, or the `coders` of every row of `labels.jsonl`. Raises: InvalidInputError.
    """
    if path.is_dir():
        long = path / "coders.jsonl"
        rows = coder_rows(long if long.is_file() else path / "labels.jsonl", codebook)
    elif path.suffix == ".tsv":
        rows = list(_of_tsv(path, codebook))
    elif path.is_file():
        rows = [found for line, row in read_rows(path) for found in _of_row(row, f"{path}:{line}")]
    else:
        raise InvalidInputError("no such file or folder", where=str(path))
    if not rows:
        raise InvalidInputError(
            "no coder's labels in it", where=str(path), remedy="expected `coder` or `coders` columns"
        )
    return rows


def _of_row(row: Row, where: str) -> Iterator[Row]:
    if missing := [key for key in ("article", "n") if row.get(key) is None]:
        raise InvalidInputError(f"no value for {', '.join(missing)}", where=where)
    if isinstance(row.get("coders"), dict):
        for coder, values in row["coders"].items():
            if values.get("role", "body") == "body":
                yield {**values, "article": row["article"], "n": row["n"], "coder": coder}
    elif row.get("coder"):
        yield row


def _of_tsv(path: Path, codebook: Codebook) -> Iterator[Row]:
    """The file's name is the article's, its folder's name the coder's."""
    found = coding.read_answers(path, codebook, asked=None, is_partial=True)
    if found.problems:
        raise InvalidInputError(found.problems[0].detail, where=f"{path}:{found.problems[0].line}")
    for answer in found.answers.values():
        row = {"article": answer.article, "n": answer.n, "coder": answer.coder, "voice": answer.voice}
        yield {**row, "speaker": answer.speaker, **coding.task_columns(answer.values, codebook)}


def items_by_coder(folder: Path, items: Sequence[Item], codebook: Codebook) -> tuple[Item, ...]:
    """The sentences once per coder, with what that coder said; a coder who was asked in part is left out."""
    places = {(item.article, item.n): item for item in items}
    found = []
    for row in coder_rows(folder, codebook):
        item = places.get((row["article"], row["n"]))
        if item is None or not row.get("voice") or any(row.get(task.name) is None for task in codebook.tasks):
            continue
        values = {
            task.name: tuple(row[task.name]) if task.kind == "multi" else (row[task.name],) for task in codebook.tasks
        }
        speaker = row.get("speaker") or ""
        found.append(replace(item, coder=row["coder"], voice=row["voice"], speaker=speaker, values=values))
    return tuple(found)
