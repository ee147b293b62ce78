"""How much more text a comparison needs to be settled."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.profiles.correction import Correction, Counted

MAX_GROWTH = 64.0  # times today's text; where that does not settle it, text will not
STEPS = 12  # of bisection; the answer is exact to a sixtieth of today's text


def growth_needed(
    correction: Correction,
    sides: Sequence[Counted],
    direction: NDArray[np.float64],
    *,
    half_width: float,
    level: float,
    levers: Sequence[float] | NDArray[np.float64] | None = None,
) -> float | None:
    """By what factor all sides must grow for an interval of that half-width around their difference.

    1 where today's text is enough, None where 64 times as much is not. `levers`: what each side counts in a sum that
    is no plain difference.
    """
    weights = [1.0] * len(sides) if levers is None else [float(lever) for lever in levers]

    def is_enough(growth: float) -> bool:
        grown = [_grown(side, growth) for side in sides]
        return _half_width(correction, grown, weights, direction, level=level) <= half_width

    if is_enough(1.0):
        return 1.0
    if not is_enough(MAX_GROWTH):
        return None
    low, high = 1.0, MAX_GROWTH
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _grown(side: Counted, growth: float) -> Counted:
    return replace(
        side,
        own=side.own / growth,
        n_sentences=round(side.n_sentences * growth),
        n_units=round(side.n_units * growth),
        concentration=side.concentration / growth if side.is_group else side.concentration,
    )


def _half_width(
    correction: Correction,
    sides: Sequence[Counted],
    levers: Sequence[float],
    direction: NDArray[np.float64],
    *,
    level: float,
) -> float:
    variance = 0.0
    for side, lever in zip(sides, levers, strict=True):
        covariance = correction.posterior(side).covariance.mean(axis=0)
        variance += lever**2 * float(direction @ covariance @ direction)
    return NormalDist().inv_cdf((1 + level) / 2) * sqrt(variance)
