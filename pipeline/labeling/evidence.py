"""The words that caused a label, as spans of the original text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_WORDS = 5  # more than a handful is no longer an answer to "which words?"
MASS = 0.5  # words are taken until they hold half of what speaks for the label


@dataclass(frozen=True, slots=True)
class Evidence:
    """Units: `weight` in logits, summed over the words of the span."""

    start: int
    end: int
    weight: float


def spans(words: NDArray[np.int32], weights: NDArray[np.floating]) -> list[Evidence]:
    """The words that speak most for a label, neighbours joined, in the order of the text.

    Shapes: words (n, 2) offsets, weights (n,) contributions to the label's logit.
    """
    positive = np.maximum(weights, 0)
    total = positive.sum()
    if total <= 0:
        return []
    order = np.argsort(-positive, kind="stable")[:MAX_WORDS]
    held = np.cumsum(positive[order]) / total
    n_taken = min(int(np.searchsorted(held, MASS)) + 1, len(order))
    taken = [i for i in sorted(order[:n_taken].tolist()) if positive[i] > 0]
    runs: list[list[int]] = []
    for i in taken:
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return [Evidence(int(words[r[0], 0]), int(words[r[-1], 1]), float(weights[r].sum())) for r in runs]


def toward(contributions: NDArray[np.floating], label: int, *, is_multi: bool) -> NDArray[np.floating]:
    """How much each word speaks for a label: against "absent" if multi-label, else against the other labels' mean.

    Shapes: contributions (n_words, n_labels of the task) to (n_words,).
    """
    own = contributions[:, label]
    if is_multi:
        return own
    others = np.delete(contributions, label, axis=1).mean(axis=1)
    difference: NDArray[np.floating] = own - others
    return difference
