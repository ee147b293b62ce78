"""What a profile counts: one question per single or ordinal task, and one (present or absent) per device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task

PRESENT, ABSENT = 0, 1


@dataclass(frozen=True, slots=True)
class Question:
    """A set of classes of which each sentence has exactly one; a label of a multi task is present or absent."""

    task: str
    classes: tuple[str, ...]
    label: str | None = None  # None for a whole task

    @property
    def name(self) -> str:
        return self.task if self.label is None else f"{self.task}.{self.label}"


def questions(codebook: Codebook) -> tuple[Question, ...]:
    """Every question of a codebook, in its order."""
    found: list[Question] = []
    for task in codebook.tasks:
        if task.kind == "multi":
            found += [Question(task.name, ("present", "absent"), value) for value in task.values]
        else:
            found.append(Question(task.name, task.values))
    return tuple(found)


def answers(codebook: Codebook, question: Question, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns of a task turned into the question's classes. Shapes: (n, n_labels of the task) to (n, n_classes)."""
    if question.label is None:
        return values
    present = values[:, codebook.task(question.task).values.index(question.label)]
    return np.stack([present, 1 - present], axis=1)


def classed(codebook: Codebook) -> tuple[Task, ...]:
    """The tasks of which each sentence has exactly one label."""
    return tuple(task for task in codebook.tasks if task.kind != "multi")


def poled(codebook: Codebook) -> tuple[Task, ...]:
    """The tasks that have a net value."""
    return tuple(task for task in classed(codebook) if task.poles is not None)


def pole_direction(task: Task) -> NDArray[np.float64]:
    """+1 at the positive label, -1 at the negative one. Shapes: (n_labels,)."""
    direction = np.zeros(len(task.values))
    positive, negative = pole_places(task)
    direction[positive], direction[negative] = 1, -1
    return direction


def pole_places(task: Task) -> tuple[int, int]:
    """Where the positive and the negative label stand among the task's labels."""
    if task.poles is None:
        raise ConfigError([f"task {task.name!r} has no poles, so it has no net value"])
    return task.values.index(task.poles.positive), task.values.index(task.poles.negative)


def crosses(codebook: Codebook) -> tuple[tuple[Task, Task], ...]:
    """Each task with poles beside each other ordinal task: whose pole is hedged how often."""
    ordinal = [task for task in codebook.tasks if task.kind == "ordinal"]
    return tuple((task, degrees) for task in poled(codebook) for degrees in ordinal if task.name != degrees.name)
