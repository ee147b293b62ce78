"""How far an op-ed's net value by predicted labels is from that by gold labels: what a profile's reader cares for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from pipeline.scoring.classification import share
from pipeline.scoring.resampling import ArticleResamples, Estimate, sum_by_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Task
    from pipeline.scoring.predictions import TaskAnswers

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

MIN_ARTICLES_TO_CORRELATE = 3


@dataclass(frozen=True, slots=True)
class ArticleNet:
    """Net values of one article: by gold labels, by predicted labels, and by probabilities."""

    article: str
    n_sentences: int
    gold: float
    counted: float
    expected: float


@dataclass(frozen=True, slots=True)
class NetError:
    """`bias`: mean of predicted less gold. Correlations are None under three articles or without variation."""

    mean_absolute: Estimate
    bias: Estimate
    pearson: Estimate
    spearman: Estimate


@dataclass(frozen=True, slots=True)
class ProfileError:
    """Net value: share of the positive pole less that of the negative. Units: -1 to 1.

    `counted` compares predicted labels, `expected` the sums of probabilities. Articles without a sentence in the
    voices have no net value and are missing from `articles`.
    """

    positive: str
    negative: str
    voices: tuple[str, ...]
    articles: tuple[ArticleNet, ...]
    counted: NetError
    expected: NetError


def profile_error(
    answers: TaskAnswers,
    names: Sequence[str],
    is_counted: Bools,
    *,
    voices: tuple[str, ...],
    n_resamples: int,
    level: float,
    rng: np.random.Generator,
) -> ProfileError | None:
    """None for a task without poles, or if no sentence counts. Shapes: names (n_articles,), is_counted (n,)."""
    poles = answers.task.poles
    if poles is None or not is_counted.any():
        return None
    weights = pole_weights(answers.task)
    n = sum_by_article(is_counted, answers.article, answers.n_articles)
    kept = np.flatnonzero(n)
    gold, counted, expected = (
        share(sum_by_article((values @ weights) * is_counted, answers.article, answers.n_articles), n)[kept]
        for values in (answers.gold, answers.chosen, answers.p)
    )
    resamples = ArticleResamples.draw(len(kept), n_resamples=n_resamples, level=level, rng=rng)
    return ProfileError(
        poles.positive,
        poles.negative,
        voices,
        tuple(
            ArticleNet(names[int(article)], int(n[article]), *map(float, nets))
            for article, *nets in zip(kept, gold, counted, expected, strict=True)
        ),
        _net_error(gold, counted, resamples),
        _net_error(gold, expected, resamples),
    )


def pole_weights(task: Task) -> Floats:
    """+1 for the positive pole, -1 for the negative, 0 elsewhere. Shapes: (n_labels,)."""
    signs = {task.poles.positive: 1.0, task.poles.negative: -1.0} if task.poles else {}
    return np.array([signs.get(value, 0.0) for value in task.values])


def correlation(first: Floats, second: Floats) -> Floats:
    """Pearson's, along the last axis; undefined where either does not vary. Shapes: (k, n) to (k,)."""
    if first.shape[-1] < MIN_ARTICLES_TO_CORRELATE:
        return np.full(first.shape[:-1], np.nan)
    a, b = (values - values.mean(axis=-1, keepdims=True) for values in (first, second))
    spread = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    return np.clip(share((a * b).sum(axis=-1), np.where(spread > np.finfo(float).eps, spread, 0)), -1, 1)


def _net_error(gold: Floats, predicted: Floats, resamples: ArticleResamples) -> NetError:
    error = predicted - gold
    return NetError(
        mean_absolute=resamples.of_articles(lambda draws: np.abs(error)[draws].mean(axis=1)),
        bias=resamples.of_articles(lambda draws: error[draws].mean(axis=1)),
        pearson=resamples.of_articles(lambda draws: correlation(gold[draws], predicted[draws])),
        spearman=resamples.of_articles(
            lambda draws: correlation(rankdata(gold[draws], axis=1), rankdata(predicted[draws], axis=1))
        ),
    )
