"""Prodigy: JSON Lines of the `choice` interface with multiple answers allowed.

Source: prodi.gy/docs/api-interfaces#choice; `_annotator_id` as `prodigy db-out` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.exchange.doccano import flat_labels, grouped_answers
from pipeline.corpus.exchange.items import Imported, Item, item_at, place, questions, with_answers
from pipeline.corpus.exchange.lines import read_lines, write_lines
from pipeline.corpus.files import mapping, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook


def write(items: Sequence[Item], path: Path, codebook: Codebook) -> None:
    options = [
        {"id": f"{name}:{label}", "text": f"{name}: {label}"}
        for name, known, _ in questions(codebook)
        for label in known
    ]
    write_lines(items, path, lambda item: _task(item, options))


def _task(item: Item, options: list[dict[str, str]]) -> dict[str, Any]:
    """`meta` is shown under the sentence: it holds the context."""
    found = place(item)
    task = {"text": found.pop("text"), "options": options, "accept": flat_labels(item), "meta": found}
    task["meta"]["speaker"] = item.speaker
    return task | ({"_annotator_id": item.coder, "answer": "accept"} if item.coder else {})


def read(path: Path, codebook: Codebook) -> Imported:
    return read_lines(path, codebook, _item)


def _item(row: Mapping[str, Any], codebook: Codebook) -> Item:
    meta = mapping(row.get("meta"), "meta")
    item = item_at({**meta, "text": row.get("text")})
    if row.get("answer", "accept") != "accept":
        raise InvalidInputError(f"sentence {item.key} was answered with {row['answer']!r}", remedy="annotate it again")
    coder = row.get("_annotator_id") or row.get("_session_id")
    labels = texts(row.get("accept"), "accept")
    if not labels:
        if row.get("answer") == "accept":
            raise InvalidInputError(f"sentence {item.key} was accepted without a label")
        return item
    answers = grouped_answers(labels, codebook)
    return with_answers(item, codebook, coder=coder, speaker=meta.get("speaker"), answers=answers)
