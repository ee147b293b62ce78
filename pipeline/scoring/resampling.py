"""Bootstrap over articles: sums per article are taken once, and every resample only adds them up.

The article is the unit because sentences of one op-ed resemble each other; resampling sentences would give
intervals that are too narrow. Source: Cameron, Gelbach & Miller 2008 (cluster bootstrap); sacrebleu (the sums).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Statistic = Callable[[Floats], Floats]

MIN_DEFINED_SHARE = 0.9  # with more resamples undefined than this leaves, an interval would describe a chosen few
RESAMPLES_AT_ONCE = 64  # bounds the memory of statistics that need every sentence


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its interval; None where a figure is undefined, or articles are too few for an interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ArticleResamples:
    """Which articles each resample draws. One object serves all figures of an evaluation, so they are paired.

    Shapes: draws and weights (n_resamples, n_articles); `weights` says how often each article was drawn.
    One article cannot be resampled: there are no resamples then, and no figure gets an interval.
    """

    draws: NDArray[np.intp]
    weights: Floats
    level: float

    @classmethod
    def draw(cls, n_articles: int, *, n_resamples: int, level: float, rng: np.random.Generator) -> ArticleResamples:
        draws = rng.integers(n_articles, size=(n_resamples if n_articles > 1 else 0, n_articles))
        rows = np.arange(len(draws))[:, None] * n_articles
        weights = np.bincount((draws + rows).ravel(), minlength=draws.size).reshape(draws.shape)
        return cls(draws, weights.astype(np.float64), level)

    @property
    def n_articles(self) -> int:
        n_articles: int = self.weights.shape[1]
        return n_articles

    def of_sums(self, per_article: NDArray[np.generic], statistic: Statistic) -> Estimate:
        """Estimate of one figure. Shapes: per_article (n_articles, *s); statistic maps (..., *s) to (...)."""
        return self.of_sums_each(per_article, lambda sums: statistic(sums)[..., None])[0]

    def of_sums_each(self, per_article: NDArray[np.generic], statistic: Statistic) -> list[Estimate]:
        """Estimates of several figures. Shapes: statistic maps (..., *s) to (..., n_figures)."""
        sums = np.asarray(per_article, np.float64)
        flat = sums.reshape(self.n_articles, -1)
        values = statistic(flat.sum(axis=0).reshape(1, *sums.shape[1:]))[0]
        replicates = statistic((self.weights @ flat).reshape(len(self.weights), *sums.shape[1:]))
        return [percentile(v, r, level=self.level) for v, r in zip(values, replicates.T, strict=True)]

    def of_weights(self, statistic: Statistic) -> Estimate:
        """Estimate of a figure that no sums give. Shapes: statistic maps weights (k, n_articles) to (k,)."""
        value = statistic(np.ones((1, self.n_articles)))[0]
        blocks = [self.weights[at : at + RESAMPLES_AT_ONCE] for at in range(0, len(self.weights), RESAMPLES_AT_ONCE)]
        return percentile(value, np.concatenate([np.empty(0), *map(statistic, blocks)]), level=self.level)

    def of_articles(self, statistic: Callable[[NDArray[np.intp]], Floats]) -> Estimate:
        """Estimate of a figure over drawn articles. Shapes: statistic maps draws (k, n_articles) to (k,)."""
        value = statistic(np.arange(self.n_articles)[None])[0]
        return percentile(value, statistic(self.draws), level=self.level)


def defined(value: float) -> float | None:
    """Undefined is NaN inside array code and None outside of it."""
    return float(value) if np.isfinite(value) else None


def percentile(value: float, replicates: Floats, *, level: float) -> Estimate:
    """Percentile interval over the resamples in which the figure is defined."""
    if not np.isfinite(value):
        return Estimate(None)
    usable = replicates[np.isfinite(replicates)]
    if not len(usable) or len(usable) < MIN_DEFINED_SHARE * len(replicates):
        return Estimate(float(value))
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(value), float(low), float(high))


def without_noise_bias(estimate: Estimate) -> Estimate:
    """Reflects the interval about the figure, for a figure that noise can only raise, such as calibration error.

    A resample adds its own noise to the sample's, so the percentile interval lies too high, even above the figure.
    Source: the basic bootstrap interval, Davison & Hinkley 1997, section 5.2; cut at zero.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return estimate
    twice = 2 * estimate.value
    return Estimate(estimate.value, max(0.0, twice - estimate.high), max(0.0, twice - estimate.low))


def sum_by_article(values: NDArray[np.generic], articles: NDArray[np.intp], n_articles: int) -> Floats:
    """Shapes: values (n, *s), articles (n,) to (n_articles, *s)."""
    sums = np.zeros((n_articles, *values.shape[1:]))
    np.add.at(sums, articles, values)
    return sums
