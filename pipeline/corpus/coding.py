"""Coders' answers: one tab-separated file per coder and article, read and checked against the codebook.

`coding/<coder>/<article>.tsv` has the columns n, voice, speaker, a column per task; labels of a multi-label task are
joined by commas, and an empty cell is the empty set.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError, Refusal, unknown_name
from pipeline.corpus.files import read_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pipeline.core.codebook import Codebook, Task

REASON = "answer not understood"
REMEDY = "mend the row; the codebook lists the values"
MAX_LISTED = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """One coder's labels of one body sentence; a task that a third coder was not asked is missing from `values`."""

    article: str
    n: int
    coder: str
    voice: str | None
    speaker: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A coder's answers for an article by sentence; `problems` lists what could not be read."""

    article: str
    coder: str
    answers: Mapping[int, Answer]
    problems: tuple[Refusal, ...]


def columns(codebook: Codebook) -> tuple[str, ...]:
    return ("n", "voice", "speaker", *(task.name for task in codebook.tasks))


def read_answers(
    path: Path, codebook: Codebook, *, asked: Collection[int] | None, is_partial: bool = False
) -> AnswerFile:
    """`asked`: sentences to be answered, None for any. With `is_partial`, empty single-label cells were no question."""
    article, coder = path.stem, path.parent.name
    answers: dict[int, Answer] = {}
    problems: list[Refusal] = []
    reader = csv.reader(io.StringIO(read_text(path), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    _check_header(next(reader, []), codebook, path)
    for line, cells in enumerate(reader, 2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            answer = _answer(article, coder, cells, codebook, is_partial)
            _check_asked(answer.n, asked, answers)
            answers[answer.n] = answer
        except InvalidInputError as error:
            problems.append(Refusal(str(path), REASON, error.problem, REMEDY, line))
    if missing := sorted(set(asked or ()) - set(answers)):
        listed = ", ".join(map(str, missing[:MAX_LISTED])) + (" ..." if len(missing) > MAX_LISTED else "")
        problems.append(Refusal(str(path), "answers missing", f"{len(missing)} sentences: {listed}", "code them"))
    return AnswerFile(article, coder, answers, tuple(problems))


def _check_header(header: list[str], codebook: Codebook, path: Path) -> None:
    expected = list(columns(codebook))
    if [cell.strip() for cell in header] != expected:
        raise InvalidInputError(
            f"expected the columns {', '.join(expected)}, found {', '.join(header) or 'none'}", where=f"{path}:1"
        )


def _check_asked(n: int, asked: Collection[int] | None, answers: Mapping[int, Answer]) -> None:
    if asked is not None and n not in asked:
        raise InvalidInputError(f"sentence {n} is no body sentence that was to be coded")
    if n in answers:
        raise InvalidInputError(f"sentence {n} is answered twice")


def _answer(article: str, coder: str, cells: list[str], codebook: Codebook, is_partial: bool) -> Answer:
    """The last cells of a row may be left out by an editor that trims; they are empty."""
    n_columns = len(columns(codebook))
    if len(cells) > n_columns:
        raise InvalidInputError(f"expected {n_columns} columns, found {len(cells)}")
    number, voice, speaker, *given = (cell.strip() for cell in [*cells, *[""] * (n_columns - len(cells))])
    n = whole_number(number, "n")
    if voice not in codebook.voices and not (is_partial and not voice):
        raise InvalidInputError(unknown_name("voice", voice, codebook.voices))
    if voice == "author" and speaker:
        raise InvalidInputError(f"speaker {speaker!r} given for the author's own words")
    values = {
        task.name: task_values(cell, task)
        for task, cell in zip(codebook.tasks, given, strict=True)
        if cell or task.kind == "multi" or not is_partial
    }
    return Answer(article, n, coder, voice or None, speaker, values)


def task_values(cell: str, task: Task) -> tuple[str, ...]:
    """The labels of a cell in codebook order. Raises: InvalidInputError that names the nearest label."""
    given = [label.strip() for label in cell.split(",") if label.strip()] if task.kind == "multi" else [cell]
    for label in given:
        if label not in task.values:
            raise InvalidInputError(unknown_name(f"{task.name} label", label, task.values))
    if len(set(given)) < len(given):
        raise InvalidInputError(f"{task.name}: a label stands twice in {cell!r}")
    return tuple(label for label in task.values if label in given)


def task_columns(values: Mapping[str, tuple[str, ...]], codebook: Codebook) -> dict[str, Any]:
    """A list for a multi-label task, the label itself for any other, None where the coder was not asked."""
    columns: dict[str, Any] = {}
    for task in codebook.tasks:
        given = values.get(task.name)
        columns[task.name] = None if given is None else list(given) if task.kind == "multi" else given[0]
    return columns
