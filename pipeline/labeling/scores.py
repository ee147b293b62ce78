"""What every labeller gives: logits with the parts that add up to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """Where a sentence stands in its article. Only `is_judged` sentences get scores; the others are context."""

    start: int
    end: int
    is_judged: bool
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleText:
    text: str
    sentences: tuple[SentenceSpan, ...]


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """Logits of one sentence, in the order of the codebook's columns, and the words that they come from.

    Shapes: logits (n_labels,), spans (n_words, 2), contributions (n_words, n_labels), rest (n_labels,).
    `contributions.sum(0) + rest == logits` up to float rounding; `rest` is what no word of the sentence gave:
    the intercept and, where the model has one, the article's context.
    """

    logits: NDArray[np.float32]
    spans: NDArray[np.int32]
    contributions: NDArray[np.float32]
    rest: NDArray[np.float32]


class Labeller(Protocol):
    """Scores the judged sentences of articles, in order. An article's scores are the same to the last bit whatever
    else is scored with it: results are resumed and kept by article."""

    def score(self, articles: Sequence[ArticleText]) -> list[list[SentenceScores]]: ...


def add_in_turn(total: NDArray[Any], at: NDArray[np.integer], shares: NDArray[Any]) -> None:
    """What `np.add.at` does to rows, to the last bit, in as many steps as the fullest row has shares.

    Shapes: total (n_rows, k), at (n,), shares (n, k); those of one row are added in their order.
    """
    order = np.argsort(at, kind="stable")
    rows = at[order]
    turn = np.arange(len(at)) - np.searchsorted(rows, rows)
    by_turn = np.argsort(turn, kind="stable")
    for now in np.split(by_turn, np.cumsum(np.bincount(turn))[:-1]):
        total[rows[now]] += shares[order[now]]


def numbered(n: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For runs of `n[i]` items one after the other: each item's run, and its number in it. Shapes: (n.sum(),) each."""
    run = np.repeat(np.arange(len(n)), n)
    return run, np.arange(len(run)) - np.repeat(np.cumsum(n) - n, n)
