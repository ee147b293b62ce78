"""Figures of decisions as functions of counts. Undefined is NaN here; callers turn it into None.

Every statistic takes leading axes, so that one call serves all resamples.
Shapes: label counts (..., n_labels, 3) hold the correct, the gold and the predicted; confusion
(..., n_labels, n_labels) has gold in rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.scoring.resampling import sum_by_article

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

CORRECT, GOLD, PREDICTED = 0, 1, 2


def label_counts(gold: Bools, chosen: Bools, articles: NDArray[np.intp], n_articles: int) -> Floats:
    """Shapes: gold, chosen (n, n_labels) to (n_articles, n_labels, 3)."""
    return sum_by_article(np.stack([gold & chosen, gold, chosen], axis=-1), articles, n_articles)


def confusion(gold: Bools, chosen: Bools, articles: NDArray[np.intp], n_articles: int) -> Floats:
    """Shapes: gold, chosen (n, n_labels), one true per row, to (n_articles, n_labels, n_labels)."""
    return sum_by_article(gold[:, :, None] & chosen[:, None, :], articles, n_articles)


def share(part: Floats, whole: Floats) -> Floats:
    """Division that is undefined where there is nothing to divide by."""
    undefined = np.full(np.broadcast(part, whole).shape, np.nan)
    quotient: Floats = np.divide(part, whole, out=undefined, where=whole != 0)
    return quotient


def precision(counts: Floats) -> Floats:
    return share(counts[..., CORRECT], counts[..., PREDICTED])


def recall(counts: Floats) -> Floats:
    return share(counts[..., CORRECT], counts[..., GOLD])


def f1(counts: Floats) -> Floats:
    """Undefined for a label that neither the gold labels nor the predictions use."""
    return share(2 * counts[..., CORRECT], counts[..., GOLD] + counts[..., PREDICTED])


def macro_f1(counts: Floats) -> Floats:
    """Mean F1 over the labels where it is defined: scikit-learn's, with `zero_division=nan`."""
    each = f1(counts)
    is_defined = np.isfinite(each)
    return share(np.where(is_defined, each, 0).sum(axis=-1), is_defined.sum(axis=-1).astype(np.float64))


def micro_f1(counts: Floats) -> Floats:
    return f1(counts.sum(axis=-2))


def quadratic_kappa(matrix: Floats) -> Floats:
    """Cohen's kappa with squared distances between labels as weights. Undefined where only one label is in use.

    Source: Cohen 1968.
    """
    place = np.arange(matrix.shape[-1])
    weights = (place[:, None] - place[None, :]) ** 2
    rows, columns = matrix.sum(axis=-1), matrix.sum(axis=-2)
    by_chance = rows[..., :, None] * columns[..., None, :]
    observed = (weights * matrix).sum(axis=(-1, -2))
    expected = share((weights * by_chance).sum(axis=(-1, -2)), matrix.sum(axis=(-1, -2)))
    return 1 - share(observed, expected)
