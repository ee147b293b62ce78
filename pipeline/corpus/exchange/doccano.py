"""doccano: JSON Lines of a text classification project, labels as `task:label`, the rest as metadata columns.

Source: doccano.github.io/doccano, "Dataset import" and "Dataset export" (JSONL).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.exchange.items import Imported, Item, answers_of, item_at, place, questions, with_answers
from pipeline.corpus.exchange.lines import read_lines, write_lines
from pipeline.corpus.files import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook


def write(items: Sequence[Item], path: Path, codebook: Codebook) -> None:
    del codebook  # every label that an item has is one of it
    write_lines(items, path, _row)


def _row(item: Item) -> dict[str, Any]:
    return place(item) | {"coder": item.coder, "speaker": item.speaker, "label": flat_labels(item)}


def flat_labels(item: Item) -> list[str]:
    return [f"{name}:{label}" for name, labels in answers_of(item).items() for label in labels]


def read(path: Path, codebook: Codebook) -> Imported:
    return read_lines(path, codebook, _item)


def _item(row: Mapping[str, Any], codebook: Codebook) -> Item:
    fields = {**mapping(row.get("meta"), "meta"), **row}  # older versions nest the metadata
    item = item_at(fields)
    labels = fields.get("label", fields.get("labels"))
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise InvalidInputError(
            f"expected a list of label names in `label`, found {labels!r}", remedy="export as JSONL with label names"
        )
    coder = fields.get("coder")
    if not labels:
        if coder:
            raise InvalidInputError(f"sentence {item.key} has no label")
        return item
    answers = grouped_answers(labels, codebook)
    return with_answers(item, codebook, coder=coder, speaker=fields.get("speaker"), answers=answers)


def grouped_answers(labels: Iterable[str], codebook: Codebook) -> dict[str, tuple[str, ...]]:
    """From `task:label`, or a bare label that only one task has. Raises: InvalidInputError."""
    homes: dict[str, list[str]] = {}
    answers: dict[str, tuple[str, ...]] = {}
    for name, known, is_multi in questions(codebook):
        answers |= {name: ()} if is_multi else {}
        for label in known:
            homes.setdefault(label, []).append(name)
    for label in labels:
        name, colon, value = label.partition(":")
        if not colon:
            if len(homes.get(label, ())) != 1:
                raise InvalidInputError(f"label {label!r} belongs to no single task; write it as task:label")
            name, value = homes[label][0], label
        answers[name] = (*answers.get(name, ()), value)
    return answers
