"""Tests and effect sizes of a comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.studentised import line, permuted, share_exceeding, standardised

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
    """Two-sided p of the difference of two means, over its standard error, when whole units change sides.

    Shapes: scores and units (n_a,) and (n_b,). The statistic is Welch's t, so that sides of unequal spread and number
    of units are not told apart by that alone. Where fewer than ten permutations reach the observed difference, the
    normal tail of the permutation distribution takes over, never under one in the number of arrangements: many
    pairs with Holm's correction need a p that the permutations alone cannot resolve.
    """
    sizes, sums = zip(*(_unit_sums(s, u) for s, u in zip(scores, units, strict=True)), strict=True)
    size, total, n_a = np.concatenate(sizes), np.concatenate(sums), len(sizes[0])
    side = (np.arange(len(size)) < n_a).astype(float)
    observed, found = permuted(line, total / size, size, side, n_permutations=n_permutations, rng=rng)
    return ratio_p(observed, found, side, n_arrangements=math.comb(len(size), n_a))


def ratio_p(
    observed: float, found: NDArray[np.float64], places: NDArray[np.float64], *, n_arrangements: float
) -> float:
    """Two-sided p of a studentised ratio: the share of permutations, or their normal tail where they are too few."""
    exact, n_exceeding = share_exceeding(observed, found)
    if n_exceeding >= MIN_EXCEEDING:
        return exact
    return max(1 / n_arrangements, min(exact, normal_p(standardised(observed, found, places))))


def normal_p(z: float) -> float:
    """Two-sided p of a standard normal value."""
    return math.erfc(abs(z) / math.sqrt(2))


def holm(p: Sequence[float | None]) -> list[float | None]:
    """Adjusted p of each test of a family, in the given order; a test that was not made (None) is no member.

    A family is whatever could tell of a difference or of a change on one task where there is none, so that
    `compare.alpha` bounds the rate of comparisons, or of sets of series, that do. It bounds no "not distinguishable"
    and no "steady".

    Which of them differ: a test of each pair of texts or groups that are all long enough for a verdict, the larger of
    its two p. What changed over time: of the series of every group the tests of a trend and of any change, in one
    family, since either gives a verdict (in two families .08 of unchanged series were told to change, at .05); of two
    periods the trend alone, as both then ask the same. Differences of shares get no verdict and no p.

    Source: Holm 1979.
    """
    members = sorted((value, i) for i, value in enumerate(p) if value is not None)
    adjusted: list[float | None] = [None] * len(p)
    running = 0.0
    for rank, (value, i) in enumerate(members):
        running = max(running, (len(members) - rank) * value)
        adjusted[i] = min(1.0, running)
    return adjusted


def cohens_h(a: float, b: float) -> float:
    """Effect size of two shares; .2 is small, .5 medium, .8 large. Source: Cohen 1988, chapter 6."""
    return 2 * (math.asin(math.sqrt(a)) - math.asin(math.sqrt(b)))


def _unit_sums(scores: NDArray[np.float64], units: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.bincount(units).astype(float), np.bincount(units, weights=scores).astype(float)
