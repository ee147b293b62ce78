"""Estimators of class shares from predictions and calibrated probabilities, and the choice among them.

The default is the probabilistic count, corrected at the level of articles and shrunk towards the held-out articles'
mean (`correction.py`). `tests/benchmarks/profile_simulation.py` compares it with those of this module; on
cross-fitted real op-eds the unshrunk ones (adjusted count, expectation-maximisation) were further from the truth
than plain counting, since a classifier's errors differ between articles, which they take to be the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EM_STEPS = 200
EM_TOLERANCE = 1e-6  # of a share; far below any interval


def count(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted mean of indicators (classify and count) or of probabilities (probabilistic count).

    Shapes: values (n, K), weights (..., n) not all zero, result (..., K).
    """
    shares: NDArray[np.float64] = weights @ values / weights.sum(axis=-1, keepdims=True)
    return shares


def project_to_simplex(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest shares that are not negative and sum to one. Shapes: (..., K). Source: Duchi et al. 2008, fig. 1."""
    falling = -np.sort(-values, axis=-1)
    excess = np.cumsum(falling, axis=-1) - 1
    rank = np.arange(1, values.shape[-1] + 1)
    n_positive = (falling - excess / rank > 0).sum(axis=-1, keepdims=True)
    threshold = np.take_along_axis(excess, n_positive - 1, axis=-1) / n_positive
    projected: NDArray[np.float64] = np.maximum(values - threshold, 0)
    return projected


def adjusted_count(shares: NDArray[np.float64], confusion: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares that the confusion would turn into those counted, projected to the simplex.

    Shapes: shares (..., K), confusion (..., gold K, predicted K) with rows that sum to one.
    Source: Saerens et al. 2002, section 2.1; Forman 2008; with mean probabilities for the confusion: Bella et al. 2010.
    """
    inverse = np.linalg.pinv(confusion)
    return project_to_simplex(np.einsum("...k,...kg->...g", shares, inverse))


def expectation_maximisation(
    p: NDArray[np.float64], prior: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Maximum-likelihood shares under a shift of the prior alone. Source: Saerens et al. 2002, equation 10.

    Shapes: p (n, K) calibrated at the shares `prior` (K,), weights (..., n), result (..., K).
    """
    weights = weights / weights.sum(axis=-1, keepdims=True)
    odds = p / prior
    shares = np.broadcast_to(prior, (*weights.shape[:-1], p.shape[1]))
    for _ in range(EM_STEPS):
        evidence = shares @ odds.T
        updated = shares * ((weights / np.maximum(evidence, np.finfo(float).tiny)) @ odds)
        updated = updated / updated.sum(axis=-1, keepdims=True)
        has_settled = np.abs(updated - shares).max() < EM_TOLERANCE
        shares = updated
        if has_settled:
            break
    return shares


def shrunk(
    shares: NDArray[np.float64], prior: NDArray[np.float64], *, n: float, strength: float
) -> NDArray[np.float64]:
    """Posterior mean of shares under a Dirichlet prior worth `strength` sentences. Shapes: (..., K), (K,)."""
    mixed: NDArray[np.float64] = (n * shares + strength * prior) / (n + strength)
    return mixed
