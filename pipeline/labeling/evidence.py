"""The words that caused a label, as spans of the original text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pipeline.labeling.scores import numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_WORDS = 5  # more than a handful is no longer an answer to "which words?"
MASS = 0.5  # words are taken until they hold half of what speaks for the label


@dataclass(frozen=True, slots=True)
class Evidence:
    """Spans of several decisions, in the order of the text. Shapes: all (n_spans,).

    Units: `decision` is the number of the decision that a span is for, `weight` in logits, summed over its words.
    """

    decision: NDArray[np.intp]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    weight: NDArray[np.floating]


def spans(words: NDArray[np.int32], weights: NDArray[np.floating], n_words: NDArray[np.integer]) -> Evidence:
    """The words that speak most for each decision, neighbours joined.

    Shapes: words (n, 2) offsets and weights (n,) contributions to the label's logit, those of one decision after those
    of another; n_words (n_decisions,) how many each has.
    """
    positive = np.maximum(weights, 0)
    decision, rank = numbered(n_words)
    order = np.lexsort((-positive, decision))
    is_top = rank < MAX_WORDS
    top = np.zeros((len(n_words), MAX_WORDS), weights.dtype)
    top[decision[is_top], rank[is_top]] = positive[order[is_top]]
    bounds = np.cumsum([0, *n_words]).tolist()
    total = np.array([positive[first:last].sum() for first, last in pairwise(bounds)], weights.dtype)
    held = np.cumsum(top, axis=1) / np.where(total > 0, total, 1)[:, None]
    n_taken = 1 + (held < MASS).sum(axis=1)
    taken = np.sort(order[is_top & (rank < n_taken[decision]) & (positive[order] > 0)])
    opens = (np.diff(taken, prepend=-2) != 1) | (np.diff(decision[taken], prepend=-1) != 0)
    first, last = taken[opens], taken[np.roll(opens, -1)]  # a span ends where the next one, or the first, opens
    weight = np.zeros(len(first), weights.dtype)
    np.add.at(weight, np.cumsum(opens) - 1, weights[taken])
    return Evidence(decision[first], words[first, 0], words[last, 1], weight)


def toward(contributions: NDArray[np.floating], *, is_multi: bool) -> NDArray[np.floating]:
    """How much each word speaks for each label: against "absent" if multi-label, else against the other labels' mean.

    Shapes: (n_words, n_labels of the task) to the same.
    """
    if is_multi:
        return contributions
    others = [np.delete(contributions, label, axis=1).mean(axis=1) for label in range(contributions.shape[1])]
    difference: NDArray[np.floating] = contributions - np.stack(others, axis=1)
    return difference
