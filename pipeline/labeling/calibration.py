"""From logits to calibrated probabilities and decisions, per task and by the kind of the task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task


@dataclass(frozen=True, slots=True)
class TaskCalibration:
    """Maps a task's logits to probabilities, and probabilities to a decision.

    Shapes: all (n_labels,). Single and ordinal tasks: softmax(scale * z + shift), decided by the largest
    log p + offset. Multi-label tasks: sigmoid(scale * z + shift), decided by p >= threshold, kept in `offset`.
    Source: vector scaling, Guo et al. 2017; Platt 1999 for the multi-label case.
    """

    scale: NDArray[np.float64]
    shift: NDArray[np.float64]
    offset: NDArray[np.float64]

    @classmethod
    def neutral(cls, task: Task) -> TaskCalibration:
        """Probabilities as the logits have them; the largest label, or those over one half."""
        n = len(task.labels)
        return cls(np.ones(n), np.zeros(n), np.full(n, 0.5) if task.kind == "multi" else np.zeros(n))

    def as_json(self) -> dict[str, list[float]]:
        return {"scale": self.scale.tolist(), "shift": self.shift.tolist(), "offset": self.offset.tolist()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> TaskCalibration:
        return cls(*(np.asarray(value[key], np.float64) for key in ("scale", "shift", "offset")))


def probabilities(task: Task, calibration: TaskCalibration, logits: NDArray[Any]) -> NDArray[np.float64]:
    """Shapes: (n, n_labels) to (n, n_labels). Rows of single and ordinal tasks sum to one."""
    z = logits.astype(np.float64) * calibration.scale + calibration.shift
    if task.kind == "multi":
        result: NDArray[np.float64] = 0.5 * (1 + np.tanh(z / 2))  # the sigmoid, without overflow
        return result
    odds = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def decided(task: Task, calibration: TaskCalibration, p: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which labels each sentence gets. Shapes: (n, n_labels); exactly one per row unless multi-label."""
    if task.kind == "multi":
        chosen: NDArray[np.bool_] = p >= calibration.offset
        return chosen
    best = (np.log(np.maximum(p, np.finfo(float).tiny)) + calibration.offset).argmax(axis=1)
    chosen = np.zeros(p.shape, bool)
    chosen[np.arange(len(p)), best] = True
    return chosen


def confidence(task: Task, p: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Probability of the decision taken; for a multi-label task that of its least sure label. Shapes: (n,)."""
    if task.kind == "multi":
        least: NDArray[np.float64] = np.where(chosen, p, 1 - p).min(axis=1, initial=1.0)
        return least
    taken: NDArray[np.float64] = p[chosen]
    return taken


def neutral(codebook: Codebook) -> dict[str, TaskCalibration]:
    return {task.name: TaskCalibration.neutral(task) for task in codebook.tasks}
