"""How often each pole is hedged: the poles of one task crossed with the degrees of an ordinal one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.figures import Figure, quantiles
from pipeline.profiles.questions import crosses, pole_places
from pipeline.profiles.sampling import numbered, resample_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.codebook import Task
    from pipeline.core.config import Profile as Settings
    from pipeline.profiles.sentences import Sentences

MIN_SENTENCES = 5  # of a pole; a share of fewer has no interval worth showing


@dataclass(frozen=True, slots=True)
class Hedging:
    """Shares of sentences below the highest degree of `ordinal`, among those of each pole of `task`.

    As counted: what two tasks say of one sentence is not corrected. None where a pole has no sentence, no interval
    where it has fewer than five. `difference` is positive pole less negative pole.
    """

    task: str
    ordinal: str
    n_positive: int
    n_negative: int
    positive: Figure
    negative: Figure
    difference: Figure


def hedging(
    sentences: Sentences, settings: Settings, rng: np.random.Generator, *, is_group: bool
) -> tuple[Hedging, ...]:
    """One for each pair of a task with poles and an ordinal task."""
    pairs = crosses(sentences.codebook)
    if not len(sentences):
        return tuple(Hedging(task.name, degrees.name, 0, 0, Figure(), Figure(), Figure()) for task, degrees in pairs)
    weights = resample_weights(numbered(sentences.article), settings.resamples, rng, is_group=is_group)
    return tuple(_cross(sentences, task, degrees, weights, settings.level) for task, degrees in pairs)


def _cross(sentences: Sentences, task: Task, ordinal: Task, weights: NDArray[np.float64], level: float) -> Hedging:
    is_hedged = 1 - sentences.chosen[ordinal.name][:, 0]
    positive, negative = sentences.chosen[task.name][:, pole_places(task)].T
    shares, draws = zip(*(_share(pole, is_hedged, weights) for pole in (positive, negative)), strict=True)
    n_positive, n_negative = int(positive.sum()), int(negative.sum())
    return Hedging(
        task.name,
        ordinal.name,
        n_positive,
        n_negative,
        _figure(shares[0], draws[0], n_positive, level, (0, 1)),
        _figure(shares[1], draws[1], n_negative, level, (0, 1)),
        _figure(shares[0] - shares[1], draws[0] - draws[1], min(n_positive, n_negative), level, (-1, 1)),
    )


def _share(
    pole: NDArray[np.float64], is_hedged: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Share of hedged among the pole's sentences, and in each resample; NaN where there are none."""
    with np.errstate(invalid="ignore"):
        share = np.divide((pole * is_hedged).sum(), pole.sum())
        return float(share), (weights @ (pole * is_hedged)) / (weights @ pole)


def _figure(share: float, draws: NDArray[np.float64], n: int, level: float, bounds: tuple[float, float]) -> Figure:
    if n == 0:
        return Figure()
    if n < MIN_SENTENCES:
        return Figure(uncorrected=share)
    low, high = quantiles(draws[np.isfinite(draws)], level=level, bounds=bounds)
    return Figure(uncorrected=share, uncorrected_low=low, uncorrected_high=high)
