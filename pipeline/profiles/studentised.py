"""Studentised permutation statistics, for periods or groups that differ in spread and in number of articles.

A permuted difference in raw means takes the spread of all articles for that of each side, and finds too much where the
smaller side spreads more. Divided by its own robust standard error it keeps its level, with enough articles, all the
same, and is still exact where articles can really be exchanged. With few it is near: where five articles spread twice
as much as the twenty of the other side, .07 of differences by chance have p <= .05 (of raw means .19).
Source: Janssen 1997; Chung and Romano 2013.

Degenerate cases stay defined: a standard error never falls under `LEAST_ERROR` of that of all articles together, so
that sides without spread give a large, finite value; articles that are all alike give 0; and a side of one article,
whose spread cannot be seen, adds none to a line's error and has the pooled spread in `welch`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Statistic = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]

CHUNK = 256  # permutations at a time
LEAST_ERROR = 1e-4
ROUNDING = 1e-9  # equal arrangements differ by it


def permuted(
    statistic: Statistic,
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    places: NDArray[np.float64],
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> tuple[float, NDArray[np.float64]]:
    """The statistic as observed and where articles exchange places (dates, sides). Shapes: (n,) each; (permutations,).

    The draws are the same whatever the size of a chunk.
    """
    around = scores - np.average(scores, weights=weights)
    around[np.abs(around) <= 1e-12 * np.abs(scores).max()] = 0  # else the rounding of equal scores would be tested
    observed = float(statistic(around, weights, places[None])[0])
    found = np.empty(n_permutations)
    for start in range(0, n_permutations, CHUNK):
        size = min(CHUNK, n_permutations - start)
        orders = rng.random((size, len(scores))).argsort(axis=1)
        found[start : start + size] = statistic(around, weights, places[orders])
    return observed, found


def line(scores: NDArray[np.float64], weights: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope of weighted least squares over its HC2 standard error; of two unweighted groups it is Welch's t.

    Shapes: scores, of weighted mean 0, and weights (n,); times (permutations, n). Source: MacKinnon and White 1985.
    """
    around = times - (times @ weights / weights.sum())[:, None]
    square = around**2
    spread = np.maximum(square @ weights, np.finfo(float).tiny)[:, None]
    slope = (around @ (weights * scores))[:, None] / spread
    free = 1 - weights * (1 / weights.sum() + square / spread)
    residual = np.where(free > ROUNDING, (scores - slope * around) ** 2 / np.maximum(free, ROUNDING), 0)
    error = np.sqrt((square * residual) @ weights**2) / spread[:, 0]
    least = LEAST_ERROR * np.sqrt(weights @ scores**2 / len(scores) / spread[:, 0])
    return _ratio(slope[:, 0], np.maximum(error, least))


def welch(
    scores: NDArray[np.float64], weights: NDArray[np.float64], periods: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Welch's F of a difference between periods, its means weighted. Shapes: as in `line`. Source: Welch 1951."""
    _, at = np.unique(periods, return_inverse=True)
    n_rows, at = len(periods), at.reshape(periods.shape)
    n_periods = int(at.max()) + 1
    cells = (at + n_periods * np.arange(n_rows)[:, None]).ravel()

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        flat = np.broadcast_to(values, periods.shape).ravel()
        sums = np.bincount(cells, flat, n_rows * n_periods).astype(float)
        return sums.reshape(n_rows, n_periods)

    counts = np.bincount(at[0])  # the same in each permutation
    sizes = summed(weights)
    means = summed(weights * scores) / sizes
    free = np.maximum(1 - weights / np.take_along_axis(sizes, at, 1), ROUNDING)
    within = (scores - np.take_along_axis(means, at, 1)) ** 2
    variances = summed(weights**2 * within / free) / sizes**2
    pooled = (within @ weights / max(len(scores) - n_periods, 1))[:, None] / sizes
    variances = np.where(counts > 1, variances, pooled)
    least = LEAST_ERROR**2 * (weights @ scores**2) / len(scores) / sizes
    return _welch_f(means, np.maximum(variances, least), np.maximum(counts - 1, 1))


def _welch_f(
    means: NDArray[np.float64], variances: NDArray[np.float64], freedom: NDArray[np.intp]
) -> NDArray[np.float64]:
    precision = 1 / np.maximum(variances, np.finfo(float).tiny)
    share = precision / precision.sum(axis=1, keepdims=True)
    between = (precision * (means - (share * means).sum(axis=1, keepdims=True)) ** 2).sum(axis=1)
    n = means.shape[1]
    unsure = ((1 - share) ** 2 / freedom).sum(axis=1) / max(n**2 - 1, 1)
    found: NDArray[np.float64] = between / max(n - 1, 1) / (1 + 2 * (n - 2) * unsure)
    return found


def share_exceeding(observed: float, found: NDArray[np.float64]) -> tuple[float, int]:
    """The p of permutations, the arrangement observed counted in, and how many reach it."""
    n_exceeding = int((np.abs(found) >= abs(observed) * (1 - ROUNDING)).sum())
    return (1 + n_exceeding) / (1 + len(found)), n_exceeding


def standardised(observed: float, found: NDArray[np.float64], places: NDArray[np.float64]) -> float:
    """A ratio `line` as a normal value, by its permutations' spread; 0 where they have none.

    Such ratios have Student's heavy tails, which Wallace's transformation takes away. Its degrees of freedom are the
    number of articles that a slope really rests on, less one: few where one side is small. Source: Wallace 1959.
    """
    square = (places - places.mean()) ** 2
    total = float((square**2).sum())
    freedom = max(float(square.sum()) ** 2 / total - 1, 1.0) if total > 0 else 1.0
    normal = np.sqrt(freedom * np.log1p(found**2 / freedom))
    deviation = float(np.sqrt((normal**2).mean()))
    return math.sqrt(freedom * math.log1p(observed**2 / freedom)) / deviation if deviation > 0 else 0.0


def _ratio(values: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.divide(values, errors, out=np.zeros_like(values), where=errors > 0)
    return found
