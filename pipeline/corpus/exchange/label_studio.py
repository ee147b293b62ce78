"""Label Studio: tasks with predictions out, and its JSON export with annotations in.

Source: labelstud.io/guide/export (JSON) and labelstud.io/guide/predictions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr  # it writes, no XML is read here # nosec B406

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.exchange.items import (
    Imported,
    Item,
    answers_of,
    item_at,
    place,
    questions,
    read_each,
    with_answers,
)
from pipeline.corpus.files import mapping, parse_json, read_text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook

TO_NAME = "text"
SPEAKER = "speaker"
SUGGESTION = "suggestion"


def write(items: Sequence[Item], path: Path, codebook: Codebook) -> None:
    """A task per sentence, labels as predictions: Label Studio takes annotations only from users that it knows.

    The labelling set-up that belongs to the tasks goes beside them as `.config.xml`.
    """
    tasks: dict[str, dict[str, Any]] = {}
    for item in items:
        task = tasks.setdefault(item.key, {"data": place(item), "predictions": []})
        if result := _result(item):
            task["predictions"].append({"model_version": item.coder or SUGGESTION, "result": result})
    path.write_bytes((json.dumps(list(tasks.values()), ensure_ascii=False, indent=1) + "\n").encode())
    path.with_suffix(".config.xml").write_bytes(set_up(codebook).encode())


def set_up(codebook: Codebook) -> str:
    """The labelling interface that belongs to the codebook, to be pasted into the project's settings."""
    lines = ["<View>", '  <Text name="before" value="$before"/>', '  <Header value="Sentence $n of $article"/>']
    lines += [f'  <Text name="{TO_NAME}" value="$text"/>', '  <Text name="after" value="$after"/>']
    for name, labels, is_multi in questions(codebook):
        choice, required = ("multiple", "false") if is_multi else ("single", "true")
        lines.append(f"  <Header value={quoteattr(name)}/>")
        lines.append(f'  <Choices name={quoteattr(name)} toName="{TO_NAME}" choice="{choice}" required="{required}">')
        lines += [f"    <Choice value={quoteattr(label)}/>" for label in labels]
        lines.append("  </Choices>")
    lines += [
        f'  <TextArea name="{SPEAKER}" toName="{TO_NAME}" placeholder="who speaks, if not the writer"/>',
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _result(item: Item) -> list[dict[str, Any]]:
    result = [
        {"from_name": name, "to_name": TO_NAME, "type": "choices", "value": {"choices": list(labels)}}
        for name, labels in answers_of(item).items()
        if labels
    ]
    if item.speaker:
        text = {"text": [item.speaker]}
        result.append({"from_name": SPEAKER, "to_name": TO_NAME, "type": "textarea", "value": text})
    return result


def read(path: Path, codebook: Codebook) -> Imported:
    """An item per annotation; the number of a refused task counts from 1 in the file's order."""
    tasks = parse_json(read_text(path), where=str(path))
    if not isinstance(tasks, list):
        raise InvalidInputError("expected a list of tasks; export from Label Studio as JSON", where=str(path))
    return read_each(path, enumerate(tasks, 1), lambda task: _items(task, codebook))


def _items(task: Any, codebook: Codebook) -> Iterator[Item]:
    if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
        raise InvalidInputError("no `data`: export as JSON, not as JSON-MIN", remedy="export again")
    item = item_at(task["data"])
    found = [mapping(each, "annotations") for each in _list(task.get("annotations"), "annotations")]
    annotations = [annotation for annotation in found if not annotation.get("was_cancelled")]
    if not annotations:
        raise InvalidInputError(f"sentence {item.key} has no annotation", remedy="annotate it, or leave it out")
    converted = [_annotated(item, annotation, codebook) for annotation in annotations]
    yield from converted


def _annotated(item: Item, annotation: Mapping[str, Any], codebook: Codebook) -> Item:
    answers: dict[str, Sequence[str]] = {task.name: () for task in codebook.tasks if task.kind == "multi"}
    speaker = ""
    for each in _list(annotation.get("result"), "result"):
        part = mapping(each, "result")
        name, value = str(part.get("from_name")), mapping(part.get("value"), "value")
        if name == SPEAKER:
            speaker = " ".join(texts(value.get("text"), SPEAKER))
        elif "choices" not in value:
            raise InvalidInputError(f"{name}: expected choices, found {part.get('type')!r}")
        else:
            answers[name] = texts(value["choices"], name)
    return with_answers(item, codebook, coder=_coder(annotation), speaker=speaker, answers=answers)


def _list(value: Any, name: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise InvalidInputError(f"{name}: expected a list, found {type(value).__name__}")
    return value or []


def _coder(annotation: Mapping[str, Any]) -> str:
    """Label Studio gives a number, or a record with an email address where users are exported too."""
    by = annotation.get("completed_by")
    if isinstance(by, dict):
        by = by.get("email") or by.get("id")
    if by in (None, ""):
        raise InvalidInputError("an annotation does not say who made it (`completed_by`)")
    return str(by)
