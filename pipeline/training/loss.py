"""The loss of all tasks at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task


class MultiTaskLoss:
    """Weighted sum of the tasks' losses; rare labels weigh more by a power of their inverse frequency.

    Targets may be probabilities, as another model's labels are; a task that is not known of a sentence is NaN, and a
    choice of which no label is given is not known. Of a multi-label task single labels may be NaN: they add nothing,
    and the known ones weigh as much as beside known ones.
    """

    def __init__(
        self, codebook: Codebook, targets: NDArray[np.float32], *, balance: float, task_weights: Mapping[str, float]
    ) -> None:
        """Shapes: targets (n_readings, n_labels), a row for each time that a sentence is read: one of the labelled sets
        once an epoch, one of a silver article that is dealt once in all.

        `balance` is the power of the inverse frequency. Multi-label tasks weigh 2 unless `task_weights` says otherwise.
        """
        import torch

        self.tasks: list[tuple[Task, slice]] = [(t, codebook.slices()[t.name]) for t in codebook.tasks]
        self.weights: dict[str, Any] = {}
        for task, columns in self.tasks:
            known = targets[_known(task, targets[:, columns]), columns]
            n = (~np.isnan(known)).sum(axis=0).astype(np.float32)
            counts = np.maximum(np.where(np.isnan(known), np.float32(0), known).sum(axis=0), 1)
            rare = (n - counts) / counts if task.kind == "multi" else n / counts / len(task.labels)
            self.weights[task.name] = torch.tensor(np.maximum(rare, 1e-3) ** balance, dtype=torch.float32)
        self.task_weights = {
            task.name: task_weights.get(task.name, 2.0 if task.kind == "multi" else 1.0) for task, _ in self.tasks
        }

    def __call__(self, logits: Any, targets: Any) -> Any:
        from torch.nn import functional

        parts = []
        for task, columns in self.tasks:
            is_known = _known(task, targets[:, columns])
            if not is_known.any():
                continue
            z, y, weight = logits[is_known, columns], targets[is_known, columns], self.weights[task.name]
            if task.kind == "multi":
                part = functional.binary_cross_entropy_with_logits(
                    z, y.nan_to_num(), weight=(~y.isnan()).to(z.dtype), pos_weight=weight
                )
            else:
                part = -(weight * y * functional.log_softmax(z, dim=1)).sum() / (weight * y).sum()
            parts.append(self.task_weights[task.name] * part)
        return sum(parts, start=logits.sum() * 0)  # a window of which nothing is known moves nothing


def _known(task: Task, targets: Any) -> Any:
    """Which sentences the task is learned from. Shapes: targets (n, n_labels) to (n,), an array or a tensor."""
    if task.kind == "multi":
        return (targets >= 0).any(axis=1)  # false of NaN
    return targets.sum(axis=1) > 0  # false where one is NaN
