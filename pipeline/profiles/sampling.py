"""What other sentences of the same hand might have said: resampling of blocks of neighbours, or of whole articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.correction import Counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_SENTENCES = 4  # neighbours taken together; gold labels of real op-eds are independent from lag 4 on


def numbered(articles: NDArray[np.str_]) -> NDArray[np.intp]:
    """The number of each sentence's article, from 0 and without gaps, in the order of the names. Shapes: (n,)."""
    return np.unique(articles, return_inverse=True)[1].astype(np.intp)


def counted(values: NDArray[np.float64], index: NDArray[np.intp], *, is_group: bool) -> Counted:
    """Mean probabilities of a text or a group. Shapes: values (n, K), n > 0; index (n,) as `numbered`."""
    sizes = np.bincount(index).astype(float)
    m = values.mean(axis=0)
    weight = sizes / sizes.sum()
    if is_group:
        sums = np.stack([np.bincount(index, column) for column in values.T], axis=1)
        own, n_units = _cluster_variance(sums / sizes[:, None] - m, weight), len(sizes)
    else:
        own, n_units = _block_variance(values - m)
    return Counted(m, own, len(values), n_units, float((weight**2).sum()), is_group)


def resample_weights(
    index: NDArray[np.intp], n: int, rng: np.random.Generator, *, is_group: bool
) -> NDArray[np.float64]:
    """How often each sentence stands in each of `n` resamples. Shapes: (n, n_sentences); index as `numbered`.

    A text is resampled in circular blocks of neighbours (Politis and Romano 1992), a group by whole articles.
    """
    n_sentences = len(index)
    if is_group:
        n_articles = int(index.max()) + 1
        drawn = rng.multinomial(n_articles, np.full(n_articles, 1 / n_articles), size=n)
        return drawn[:, index].astype(float)
    block = min(BLOCK_SENTENCES, n_sentences)
    starts = rng.integers(n_sentences, size=(n, -(-n_sentences // block)))
    places = (starts[:, :, None] + np.arange(block)) % n_sentences
    places = places.reshape(n, -1)[:, :n_sentences] + n_sentences * np.arange(n)[:, None]
    return np.bincount(places.ravel(), minlength=n * n_sentences).reshape(n, n_sentences).astype(float)


def permutation_units(index: NDArray[np.intp], *, is_group: bool) -> NDArray[np.intp]:
    """Which sentences change sides together: those of a block of neighbours, or of an article. Shapes: (n,)."""
    if is_group:
        return index
    return (np.arange(len(index)) // BLOCK_SENTENCES).astype(np.intp)


def _cluster_variance(deviations: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of a weighted mean over articles. Zero for one article, which cannot show it."""
    n = len(weight)
    scaled = deviations * weight[:, None]
    variance: NDArray[np.float64] = scaled.T @ scaled * (n / (n - 1) if n > 1 else 0.0)
    return variance


def _block_variance(deviations: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Variance of the mean that circular blocks give, in closed form, and the number of whole blocks."""
    n, k = deviations.shape
    n_blocks = n // BLOCK_SENTENCES
    if n_blocks < 2:
        return np.zeros((k, k)), 0
    ring = np.concatenate([deviations, deviations[: BLOCK_SENTENCES - 1]])
    sums = np.concatenate([np.zeros((1, k)), np.cumsum(ring, axis=0)])
    means = (sums[BLOCK_SENTENCES:] - sums[:-BLOCK_SENTENCES]) / BLOCK_SENTENCES
    variance: NDArray[np.float64] = means.T @ means / n / (n_blocks - 1)
    return variance, n_blocks
