"""A figure with its interval, corrected and as counted, and the estimates that figures are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.estimate import count
from pipeline.profiles.questions import answers, questions
from pipeline.profiles.sampling import counted, numbered, resample_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.config import Profile as Settings
    from pipeline.profiles.correction import Corrections, Counted, Posterior
    from pipeline.profiles.questions import Question
    from pipeline.profiles.sentences import Sentences


@dataclass(frozen=True, slots=True)
class Figure:
    """A share, a difference of shares, or a number per 100 sentences.

    `value`, `low`, `high` are corrected for the classifier's error, None where they cannot be. `uncorrected` counts
    the labels as they stand; its interval holds sentence sampling alone.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    uncorrected: float | None = None
    uncorrected_low: float | None = None
    uncorrected_high: float | None = None

    @property
    def is_corrected(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Class shares of one question in one text or group.

    Shapes: shares (K,) and draws (n_draws, K) corrected, None where they cannot be; labels (K,) and label_draws
    (n_draws, K) as counted.
    """

    question: Question
    counted: Counted
    posterior: Posterior | None
    draws: NDArray[np.float64] | None
    labels: NDArray[np.float64]
    label_draws: NDArray[np.float64]

    def figure(self, direction: NDArray[np.float64], *, level: float, scale: float = 1.0) -> Figure:
        """The figure that a direction over the classes gives, such as +1 hawkish, -1 conciliatory. Shapes: (K,)."""
        bounds = (scale * float(direction.min()), scale * float(direction.max()))
        labels = scale * float(self.labels @ direction)
        raw = scale * self.label_draws @ direction
        if self.posterior is None or self.draws is None:
            return Figure(None, None, None, labels, *quantiles(raw, level=level, bounds=bounds))
        value = scale * float(self.posterior.shares @ direction)
        (low, high), raw_bounds = _middle(np.stack([scale * self.draws @ direction, raw]), level, bounds)
        return Figure(value, min(low, value), max(high, value), labels, *raw_bounds)


def quantiles(
    draws: NDArray[np.float64], *, level: float, bounds: tuple[float, float], around: float | None = None
) -> tuple[float, float]:
    """The middle `level` of the draws, clipped; holds `around` where a point estimate was moved to its bound."""
    ((low, high),) = _middle(draws[None], level, bounds)
    return (low, high) if around is None else (min(low, around), max(high, around))


def _middle(draws: NDArray[np.float64], level: float, bounds: tuple[float, float]) -> list[tuple[float, float]]:
    """Of several figures at once. Shapes: draws (n_figures, n_draws)."""
    tail = (1 - level) / 2
    return [(low, high) for low, high in np.clip(np.quantile(draws, [tail, 1 - tail], axis=1), *bounds).T.tolist()]


def estimates(
    sentences: Sentences, corrections: Corrections, settings: Settings, rng: np.random.Generator, *, is_group: bool
) -> dict[str, Estimate]:
    """Of every question; the resamples of sentences are the same for all. `sentences` must not be empty."""
    index = numbered(sentences.article)
    weights = resample_weights(index, settings.resamples, rng, is_group=is_group)
    found = {}
    for question in questions(sentences.codebook):
        p = answers(sentences.codebook, question, sentences.p[question.task])
        labels = answers(sentences.codebook, question, sentences.chosen[question.task])
        seen = counted(p, index, is_group=is_group)
        correction = corrections.by_question.get(question.name) if settings.is_corrected else None
        posterior = correction.posterior(seen) if correction else None
        found[question.name] = Estimate(
            question,
            seen,
            posterior,
            posterior.draws(settings.resamples, rng) if posterior else None,
            labels.mean(axis=0),
            count(labels, weights),
        )
    return found
