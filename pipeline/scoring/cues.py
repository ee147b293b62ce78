"""The cue lexicon: labels from word lists and patterns, without learning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task

    Bools = NDArray[np.bool_]

LEXICON = Path(__file__).with_name("cues.yaml")


@dataclass(frozen=True, slots=True)
class TaskCues:
    """`patterns[label]`, in order of precedence; `default` is None for a multi-label task."""

    task: Task
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    default: str | None

    def decide(self, texts: Sequence[str]) -> Bools:
        """Shapes: (n, n_labels)."""
        n_cues = np.array(
            [[self._n_cues(label, text) for label in self.task.values] for text in texts], np.int64
        ).reshape(len(texts), len(self.task.values))
        if self.default is None:
            return n_cues > 0
        precedence = [self.task.values.index(label) for label in self.patterns]
        best = np.array(precedence, np.intp)[n_cues[:, precedence].argmax(axis=1)]
        best[n_cues.max(axis=1) == 0] = self.task.values.index(self.default)
        decided: Bools = np.eye(len(self.task.values), dtype=bool)[best]
        return decided

    def _n_cues(self, label: str, text: str) -> int:
        return sum(1 for pattern in self.patterns.get(label, ()) for _ in pattern.finditer(text))


def cues_for(codebook: Codebook) -> tuple[TaskCues, ...]:
    """The lexicon's tasks, or none: it speaks of one codebook's labels and is silent on any other's."""
    document = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))
    if document["codebook"] != codebook.name:
        return ()
    return tuple(_task_cues(task, document["tasks"][task.name]) for task in codebook.tasks if _fits(task, document))


def _fits(task: Task, document: Mapping[str, Any]) -> bool:
    entry = document["tasks"].get(task.name)
    return entry is not None and set(entry["labels"]) | {entry.get("default")} - {None} <= set(task.values)


def _task_cues(task: Task, entry: Mapping[str, Any]) -> TaskCues:
    return TaskCues(task, {label: _compiled(cues) for label, cues in entry["labels"].items()}, entry.get("default"))


def _compiled(cues: Mapping[str, Any]) -> tuple[re.Pattern[str], ...]:
    words = "|".join(word.strip() for word in cues.get("words", "").split(",") if word.strip())
    patterns = [rf"\b(?:{words})\b"] if words else []
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (*patterns, *cues.get("patterns", ())))
