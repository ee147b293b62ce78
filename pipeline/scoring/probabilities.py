"""Figures of probabilities: Brier score, calibration error, average precision, abstention.

Undefined is NaN here; callers turn it into None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.scoring.classification import share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

N_BINS = 10  # Guo et al. 2017 take 15; a gold set of some hundred sentences would leave bins of a handful
N, CONFIDENCE, CORRECT = 0, 1, 2


def squared_errors(gold: Bools, p: Floats, *, is_multi: bool) -> Floats:
    """Brier score of each sentence. Shapes: (n, n_labels) to (n,).

    Units: 0 to 2, summed over labels (Brier 1950); for a multi-label task 0 to 1, the mean over its labels.
    """
    errors = (p - gold) ** 2
    score: Floats = errors.mean(axis=1) if is_multi else errors.sum(axis=1)
    return score


def bin_sums(is_true: Bools, p: Floats) -> Floats:
    """What each statement adds to its bin of equal width. Shapes: (n,), (n,) to (n, N_BINS, 3)."""
    sums = np.zeros((len(p), N_BINS, 3))
    bins = np.minimum((p * N_BINS).astype(np.intp), N_BINS - 1)
    sums[np.arange(len(p)), bins] = np.column_stack([np.ones(len(p)), p, is_true])
    return sums


def calibration_error(bins: Floats) -> Floats:
    """Mean gap between confidence and share correct, weighted by bin size. Shapes: (..., N_BINS, 3) to (...).

    Source: expected calibration error, Naeini et al. 2015.
    """
    gaps = np.abs(bins[..., CONFIDENCE] - bins[..., CORRECT])
    return share(gaps.sum(axis=-1), bins[..., N].sum(axis=-1))


def average_precision(is_gold: Bools, p: Floats, weights: Floats) -> Floats:
    """Sum over thresholds of precision times the step in recall, as scikit-learn has it.

    Shapes: is_gold, p (n,), weights (k, n) to (k,). Undefined without a positive.
    """
    order = np.argsort(-p, kind="stable")
    starts = np.flatnonzero(np.diff(p[order], prepend=np.inf))  # equal probabilities are one threshold
    n_retrieved = np.add.reduceat(weights[:, order], starts, axis=1).cumsum(axis=1)
    hits = np.add.reduceat(weights[:, order] * is_gold[order], starts, axis=1)
    precision = share(hits.cumsum(axis=1), n_retrieved)
    return share((hits * np.nan_to_num(precision)).sum(axis=1), hits.sum(axis=1))


def risk_by_coverage(is_wrong: Bools, confidence: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Share of errors among the most confident sentences, for every number of them kept.

    Among equal confidences the order is arbitrary, so each counts as their mean error.
    Shapes: (n,), (n,), (k, n) to weights in falling confidence and risk, both (k, n). Source: El-Yaniv & Wiener 2010.
    """
    order = np.argsort(-confidence, kind="stable")
    starts = np.flatnonzero(np.diff(confidence[order], prepend=np.inf))
    sizes = np.diff(starts, append=len(order))
    kept = weights[:, order]
    n_tied = np.add.reduceat(kept, starts, axis=1)
    wrong_tied = np.add.reduceat(kept * is_wrong[order], starts, axis=1)
    expected = np.repeat(np.nan_to_num(share(wrong_tied, n_tied)), sizes, axis=1)
    return kept, share((kept * expected).cumsum(axis=1), kept.cumsum(axis=1))


def risk_coverage_area(is_wrong: Bools, confidence: Floats, weights: Floats) -> Floats:
    """Mean risk over all coverages, lower is better. Shapes: (n,), (n,), (k, n) to (k,). Source: Geifman 2019."""
    kept, risk = risk_by_coverage(is_wrong, confidence, weights)
    return share((kept * np.nan_to_num(risk)).sum(axis=1), kept.sum(axis=1))
