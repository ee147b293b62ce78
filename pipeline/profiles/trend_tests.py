"""Permutation tests of change over time: whole articles exchange their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.significance import ratio_p
from pipeline.profiles.studentised import line, permuted, share_exceeding, welch

if TYPE_CHECKING:
    from numpy.typing import NDArray


def trend_p(
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    times: NDArray[np.float64],
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> float:
    """Two-sided p of a straight line through articles' scores, its slope over its robust standard error.

    Shapes: (n_articles,) each. Articles weigh by their sentences, and take their weight along to another date. As in
    `significance`, the normal tail takes over where fewer than ten permutations reach the line observed.
    """
    observed, found = permuted(line, scores, weights, times, n_permutations=n_permutations, rng=rng)
    return ratio_p(observed, found, times, n_arrangements=_arrangements(times))


def change_p(
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    times: NDArray[np.float64],
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> float:
    """p of any difference between periods, by Welch's F of their weighted means. Shapes: (n_articles,) each."""
    observed, found = permuted(welch, scores, weights, times, n_permutations=n_permutations, rng=rng)
    return share_exceeding(observed, found)[0]


def _arrangements(times: NDArray[np.float64]) -> float:
    """In how many ways the articles can be laid to the periods."""
    from math import exp, lgamma

    counts = np.unique(times, return_counts=True)[1]
    return exp(min(600.0, lgamma(len(times) + 1) - sum(lgamma(n + 1) for n in counts.tolist())))
