"""Calibration and decision thresholds, fitted on scores of articles that the model never saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.labeling.calibration import TaskCalibration, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task

MIN_POSITIVES = 5  # sentences; under it a label keeps its uncalibrated score and the threshold one half
OFFSETS = np.linspace(-2, 2, 41)  # logits, searched per label for the best macro-F1
ROUNDS = 3
MIN_THRESHOLD = 0.15  # under it a label that is rare and hardly found would be given to every second sentence
POLED_SHARE = 0.5  # of the offsets, where values are added up: cross-fitted over held-out articles half of them gain
# .02 of macro-F1 at the same error of net stance; all of them gain little more and raise that error
RIDGE = 1e-3  # keeps scale near 1 and shift near 0 where the data say little


def fit(codebook: Codebook, logits: NDArray[np.floating], targets: NDArray[np.floating]) -> dict[str, TaskCalibration]:
    """Shapes: logits and targets (n_sentences, n_labels) over all tasks."""
    return {
        task.name: _fitted(task, logits[:, columns].astype(np.float64), targets[:, columns])
        for task, columns in ((task, codebook.slices()[task.name]) for task in codebook.tasks)
    }


def _fitted(task: Task, logits: NDArray[np.float64], targets: NDArray[np.floating]) -> TaskCalibration:
    if task.kind == "multi":
        return _fitted_multi(logits, targets)
    scale, shift = _vector_scaling(logits, targets)
    calibrated = TaskCalibration(scale, shift, np.zeros_like(scale))
    log_p = np.log(np.maximum(probabilities(task, calibrated, logits), 1e-12))
    best = _best_offsets(log_p, targets.argmax(axis=1))
    return TaskCalibration(scale, shift, best * POLED_SHARE if task.poles else best)


def _vector_scaling(
    logits: NDArray[np.float64], targets: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Source: Guo et al. 2017, section 4.2, with a ridge toward the identity."""
    from scipy.optimize import minimize
    from scipy.special import log_softmax, softmax

    n, k = logits.shape

    def loss(packed: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scale, shift = packed[:k], packed[k:]
        z = logits * scale + shift
        value = -(targets * log_softmax(z, axis=1)).sum() / n + RIDGE * (((scale - 1) ** 2).sum() + (shift**2).sum())
        slope = (softmax(z, axis=1) - targets) / n
        gradient = np.concatenate([(slope * logits).sum(axis=0), slope.sum(axis=0)])
        return value, gradient + 2 * RIDGE * np.concatenate([scale - 1, shift])

    best = minimize(loss, np.concatenate([np.ones(k), np.zeros(k)]), jac=True, method="L-BFGS-B").x
    return best[:k], best[k:]


def _best_offsets(log_p: NDArray[np.float64], gold: NDArray[np.int64]) -> NDArray[np.float64]:
    """Coordinate search of the offsets with the highest macro-F1; ties go to the smaller offset."""
    n_labels = log_p.shape[1]
    offsets = np.zeros(n_labels)
    best = _macro_f1(log_p.argmax(axis=1), gold, n_labels)
    for _ in range(ROUNDS):
        for label in range(n_labels):
            for value in sorted(OFFSETS, key=abs):
                tried = offsets.copy()
                tried[label] = value
                found = _macro_f1((log_p + tried).argmax(axis=1), gold, n_labels)
                if found > best + 1e-6:
                    best, offsets = found, tried
    return np.asarray(offsets - offsets.mean())


def _macro_f1(predicted: NDArray[np.int64], gold: NDArray[np.int64], n_labels: int) -> float:
    confusion = np.bincount(gold * n_labels + predicted, minlength=n_labels**2).reshape(n_labels, n_labels)
    hits = np.diag(confusion)
    total = confusion.sum(axis=0) + confusion.sum(axis=1)
    return float(np.mean(2 * hits / np.maximum(total, 1)))


def _fitted_multi(logits: NDArray[np.float64], targets: NDArray[np.floating]) -> TaskCalibration:
    """Platt scaling and the F1-best threshold, label by label."""
    n_labels = logits.shape[1]
    scale, shift, threshold = np.ones(n_labels), np.zeros(n_labels), np.full(n_labels, 0.5)
    for label in range(n_labels):
        gold = targets[:, label] > 0
        if min(gold.sum(), (~gold).sum()) < MIN_POSITIVES:
            continue
        scale[label], shift[label] = _platt(logits[:, label], gold)
        p = 1 / (1 + np.exp(-(logits[:, label] * scale[label] + shift[label])))
        threshold[label] = max(MIN_THRESHOLD, _best_threshold(p, gold))
    return TaskCalibration(scale, shift, threshold)


def _platt(logits: NDArray[np.float64], gold: NDArray[np.bool_]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=10.0).fit(logits[:, None], gold)
    slope = float(fitted.coef_[0, 0])
    if slope <= 0:  # a score that does not rank: say the base rate, keep the order
        slope = 1e-3
        rate = gold.mean()
        return slope, float(np.log(rate / (1 - rate)) - slope * logits.mean())
    return slope, float(fitted.intercept_[0])


def _best_threshold(p: NDArray[np.float64], gold: NDArray[np.bool_]) -> float:
    """The threshold of the highest F1, midway to the next score so that it does not sit on a sentence."""
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(gold[order])
    f1 = 2 * hits / (np.arange(1, len(p) + 1) + gold.sum())
    cut = int(f1.argmax())
    ranked = p[order]
    below = ranked[cut + 1] if cut + 1 < len(p) else 0.0
    return float((ranked[cut] + below) / 2)
