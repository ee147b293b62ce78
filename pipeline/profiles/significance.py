"""Tests and effect sizes of a comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MIN_EXCEEDING = 10  # permutations beyond the observed difference, under which their share is too coarse a p


def permutation_p(
    scores: tuple[NDArray[np.float64], NDArray[np.float64]],
    units: tuple[NDArray[np.intp], NDArray[np.intp]],
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> float:
    """Two-sided p of the difference of two means when whole units change sides.

    Shapes: scores and units (n_a,) and (n_b,). Where fewer than ten permutations reach the observed difference, the
    normal tail of the permutation distribution takes over, never under one in the number of arrangements: many
    pairs with Holm's correction need a p that the permutations alone cannot resolve.
    """
    sizes, sums = zip(*(_unit_sums(s, u) for s, u in zip(scores, units, strict=True)), strict=True)
    size, total, n_a = np.concatenate(sizes), np.concatenate(sums), len(sizes[0])
    is_a = rng.random((n_permutations, len(size))).argsort(axis=1) < n_a
    found = _differences(is_a, size, total)
    observed = float(_differences(np.arange(len(size))[None] < n_a, size, total)[0])
    n_exceeding = int((np.abs(found) >= abs(observed) * (1 - 1e-12)).sum())  # equal arrangements differ by rounding
    exact = (1 + n_exceeding) / (1 + n_permutations)
    deviation = float(found.std())
    if n_exceeding >= MIN_EXCEEDING or deviation == 0:
        return exact
    floor = 1 / math.comb(len(size), n_a)
    return max(floor, min(exact, normal_p(observed / deviation)))


def normal_p(z: float) -> float:
    """Two-sided p of a standard normal value."""
    return math.erfc(abs(z) / math.sqrt(2))


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted p of each, in the given order. Source: Holm 1979."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, running = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        running = max(running, (len(p) - rank) * p[i])
        adjusted[i] = min(1.0, running)
    return adjusted


def cohens_h(a: float, b: float) -> float:
    """Effect size of two shares; .2 is small, .5 medium, .8 large. Source: Cohen 1988, chapter 6."""
    return 2 * (math.asin(math.sqrt(a)) - math.asin(math.sqrt(b)))


def _unit_sums(scores: NDArray[np.float64], units: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.bincount(units).astype(float), np.bincount(units, weights=scores).astype(float)


def _differences(is_a: NDArray[np.bool_], size: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    a_size, a_total = is_a @ size, is_a @ total
    difference: NDArray[np.float64] = a_total / a_size - (total.sum() - a_total) / (size.sum() - a_size)
    return difference
