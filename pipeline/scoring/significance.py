"""Whether one model is better than another on the same articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.scoring.classification import macro_f1
from pipeline.scoring.metrics import macro_f1_counts
from pipeline.scoring.predictions import answers, gold_sentences
from pipeline.scoring.resampling import ArticleResamples, Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSet
    from pipeline.scoring.predictions import Predictions
    from pipeline.scoring.resampling import Statistic

    Floats = NDArray[np.float64]

ROUNDING = 1e-12  # differences that are equal on paper differ by this much in floating point


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """`difference` is the first model's figure less the second's; `p_value` None with one article."""

    first: float | None
    second: float | None
    difference: Estimate
    p_value: float | None
    n_articles: int


def compare_predictions(
    gold: LabelledSet,
    first: Predictions,
    second: Predictions,
    codebook: Codebook,
    *,
    task: str,
    n_resamples: int,
    level: float,
    rng: np.random.Generator,
) -> PairedComparison:
    """Macro-F1 of two models on a task. `difference.low` is what a promotion gate asks for."""
    sentences = gold_sentences(gold, codebook)
    codebook.task(task)
    one, other = (macro_f1_counts(answers(sentences, given, codebook)[task]) for given in (first, second))
    resamples = ArticleResamples.draw(len(one), n_resamples=n_resamples, level=level, rng=rng)
    return compare_sums(one, other, macro_f1, resamples=resamples, rng=rng)


def compare_sums(
    first: Floats, second: Floats, statistic: Statistic, *, resamples: ArticleResamples, rng: np.random.Generator
) -> PairedComparison:
    """Paired bootstrap and permutation test. Shapes: first, second (n_articles, *s), the same articles in order."""
    both = np.stack([first, second], axis=1)
    difference = paired_difference(first, second, statistic, resamples=resamples)
    values = statistic(both.sum(axis=0))
    n_permutations = max(len(resamples.draws), 1)
    return PairedComparison(
        first=float(values[0]) if np.isfinite(values[0]) else None,
        second=float(values[1]) if np.isfinite(values[1]) else None,
        difference=difference,
        p_value=permutation_p(first, second, statistic, n_permutations=n_permutations, rng=rng),
        n_articles=len(first),
    )


def paired_difference(first: Floats, second: Floats, statistic: Statistic, *, resamples: ArticleResamples) -> Estimate:
    """Difference of a figure with its two-sided percentile interval; both models see the same resamples."""
    both = np.stack([first, second], axis=1)

    def difference(sums: Floats) -> Floats:
        values = statistic(sums)
        return values[..., 0] - values[..., 1]

    return resamples.of_sums(both, difference)


def permutation_p(
    first: Floats, second: Floats, statistic: Statistic, *, n_permutations: int, rng: np.random.Generator
) -> float | None:
    """Two-sided p of the hypothesis that the models are exchangeable within articles: whole articles are swapped.

    Exact where all swaps are no more than `n_permutations`, else drawn, the given assignment counted in.
    Source: Noreen 1989; Phipson & Smyth 2010 for the drawn case.
    """
    n_articles = len(first)
    if n_articles < 2:
        return None
    is_exact = 2**n_articles <= n_permutations
    swaps = _all_swaps(n_articles) if is_exact else rng.integers(2, size=(n_permutations, n_articles))
    shape = first.shape[1:]
    gain = (second - first).reshape(n_articles, -1)
    moved = swaps @ gain
    a = statistic((first.reshape(n_articles, -1).sum(axis=0) + moved).reshape(-1, *shape))
    b = statistic((second.reshape(n_articles, -1).sum(axis=0) - moved).reshape(-1, *shape))
    observed = statistic(first.sum(axis=0)[None])[0] - statistic(second.sum(axis=0)[None])[0]
    if not np.isfinite(observed):
        return None
    n_as_large = int((np.abs(a - b) >= abs(observed) - ROUNDING).sum())
    return n_as_large / len(swaps) if is_exact else (n_as_large + 1) / (len(swaps) + 1)


def _all_swaps(n_articles: int) -> NDArray[np.int64]:
    return (np.arange(2**n_articles)[:, None] >> np.arange(n_articles)) & 1
