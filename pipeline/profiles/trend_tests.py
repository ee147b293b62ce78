"""Permutation tests of change over time: whole articles exchange their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.significance import MIN_EXCEEDING, normal_p

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING = 1e-12  # equal arrangements differ by it


def trend_p(
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    times: NDArray[np.float64],
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> float:
    """Two-sided p of a straight line through articles' scores. Shapes: (n_articles,) each.

    Articles weigh by their sentences, and take their weight along to another date. As in `significance`, the normal
    tail takes over where fewer than ten permutations reach the line observed.
    """
    orders = _orders(len(scores), n_permutations, rng)
    found = _slopes(scores[orders], weights[orders], times)
    observed = float(_slopes(scores[None], weights[None], times)[0])
    n_exceeding = int((np.abs(found) >= abs(observed) * (1 - ROUNDING)).sum())
    exact = (1 + n_exceeding) / (1 + n_permutations)
    deviation = float(found.std())
    if n_exceeding >= MIN_EXCEEDING or deviation == 0:
        return exact
    return max(1 / _arrangements(times), min(exact, normal_p(observed / deviation)))


def change_p(
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    times: NDArray[np.float64],
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> float:
    """p of any difference between periods: the weighted sum of squares between them. Shapes: (n_articles,) each."""
    orders = _orders(len(scores), n_permutations, rng)
    is_in = (times[:, None] == np.unique(times)).astype(float)
    found = _between(scores[orders], weights[orders], is_in)
    observed = float(_between(scores[None], weights[None], is_in)[0])
    n_exceeding = int((found >= observed * (1 - ROUNDING)).sum())
    return (1 + n_exceeding) / (1 + n_permutations)


def _orders(n: int, n_permutations: int, rng: np.random.Generator) -> NDArray[np.intp]:
    orders: NDArray[np.intp] = rng.random((n_permutations, n)).argsort(axis=1)
    return orders


def _slopes(
    scores: NDArray[np.float64], weights: NDArray[np.float64], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of weighted least squares. Shapes: scores and weights (n_permutations, n), times (n,)."""
    total = weights.sum(axis=1, keepdims=True)
    around = times - (weights @ times)[:, None] / total
    spread = (weights * around**2).sum(axis=1)
    slopes: NDArray[np.float64] = (weights * around * scores).sum(axis=1) / np.maximum(spread, np.finfo(float).tiny)
    return slopes


def _between(
    scores: NDArray[np.float64], weights: NDArray[np.float64], is_in: NDArray[np.float64]
) -> NDArray[np.float64]:
    sizes = weights @ is_in
    means = (weights * scores) @ is_in / sizes
    overall = (weights * scores).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    between: NDArray[np.float64] = (sizes * (means - overall) ** 2).sum(axis=1)
    return between


def _arrangements(times: NDArray[np.float64]) -> float:
    """In how many ways the articles can be laid to the periods."""
    from math import exp, lgamma

    counts = np.unique(times, return_counts=True)[1]
    return exp(min(600.0, lgamma(len(times) + 1) - sum(lgamma(n + 1) for n in counts.tolist())))
