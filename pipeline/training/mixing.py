"""A last linear layer over all tasks' logits, fitted on held-out articles, for the labels of multi-label tasks.

They are rare, and the other labels tell of them. A task of one label each keeps its logits: it only lost by the layer.

It is folded into the heads, so that a word's contribution stays exact. Source: matrix scaling, Guo et al. 2017,
here across tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.training import linear
from pipeline.training.decisions import MIN_POSITIVES
from pipeline.training.examples import folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook

INNER_FOLDS = 5
MIN_SENTENCES = 500  # with fewer held-out sentences the heads are left as they are
STRENGTH = 0.1  # inverse of the ridge over standardised logits
BALANCE = 0.5


@dataclass(frozen=True, slots=True)
class Mixing:
    """Shapes: weight (n_labels, n_labels), bias (n_labels,); logits become logits @ weight.T + bias."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, logits: NDArray[np.floating]) -> NDArray[np.float32]:
        return (logits @ self.weight.T + self.bias).astype(np.float32)

    @classmethod
    def none(cls, n_labels: int) -> Mixing:
        return cls(np.eye(n_labels, dtype=np.float32), np.zeros(n_labels, np.float32))


def fit(codebook: Codebook, logits: NDArray[np.floating], targets: NDArray[np.floating], *, seed: int) -> Mixing:
    """A label too rare to be calibrated keeps its logit. Shapes: logits and targets (n_sentences, n_labels)."""
    if len(logits) < MIN_SENTENCES:
        return Mixing.none(logits.shape[1])
    mean, spread = logits.mean(axis=0), logits.std(axis=0) + 1e-6
    tasks = [task for task in codebook.tasks if task.kind == "multi"]
    weight, bias = linear.fit_heads(
        codebook, (logits - mean) / spread, targets, c=STRENGTH, balance=BALANCE, seed=seed, tasks=tasks
    )
    scaled = weight / spread
    mixed = Mixing.none(logits.shape[1])
    n_given = (targets > 0).sum(axis=0)
    is_mixed = np.zeros(logits.shape[1], bool)
    for columns in (codebook.slices()[task.name] for task in tasks):
        is_mixed[columns] = np.minimum(n_given, len(targets) - n_given)[columns] >= MIN_POSITIVES
    mixed.weight[is_mixed] = scaled[is_mixed]
    mixed.bias[is_mixed] = (bias - scaled @ mean)[is_mixed]
    return mixed


def cross_fitted(
    codebook: Codebook,
    logits: Sequence[NDArray[np.floating]],
    targets: Sequence[NDArray[np.floating]],
    *,
    rng: np.random.Generator,
    seed: int,
) -> list[NDArray[np.float32]]:
    """Each article's mixed logits by a layer that did not see the article. Shapes: as `logits`, one per article."""
    fold_of = folds(len(logits), k=min(INNER_FOLDS, len(logits)), rng=rng)
    mixed: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(logits)
    for fold in np.unique(fold_of):
        others = [i for i in range(len(logits)) if fold_of[i] != fold]
        if not others:
            return [np.asarray(z, np.float32) for z in logits]
        layer = fit(
            codebook,
            np.concatenate([logits[i] for i in others]),
            np.concatenate([targets[i] for i in others]),
            seed=seed,
        )
        for i in np.flatnonzero(fold_of == fold).tolist():
            mixed[i] = layer(logits[i])
    return mixed
