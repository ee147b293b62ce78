"""Scores of articles by models that never saw them: what calibration, thresholds and honest figures stand on."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.core.errors import InvalidInputError
from pipeline.training.examples import article_folds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.training.examples import Example
    from pipeline.training.mixing import Mixing

log = logging.getLogger(__name__)

MIN_ARTICLES = 2  # one to learn from, one to be scored


class Fitted(Protocol):
    """A trained labeller in training form."""

    def score(self, examples: Sequence[Example]) -> list[NDArray[np.float32]]:
        """Shapes: (n_judged, n_labels) for each article."""
        ...

    def write(self, folder: Path, mixing: Mixing) -> None: ...


class Trainer(Protocol):
    """`n_fitted_folds` None means that every fold is fitted; a costly trainer fits fewer.

    `learns_probabilities`: whether targets may lie between 0 and 1, or be unknown (NaN).
    """

    labeller: str
    learns_probabilities: bool
    n_fitted_folds: int | None

    def __init__(self, options: Any, codebook: Codebook, *, seed: int) -> None: ...

    def fit(self, examples: Sequence[Example]) -> Fitted: ...


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One fold: the articles left out, the ones trained on, and the logits of the former."""

    held_out: tuple[Example, ...]
    trained_on: tuple[Example, ...]
    logits: tuple[NDArray[np.float32], ...]

    def only(self, is_kept: Callable[[Example], bool]) -> HeldOut:
        """The same fold with fewer articles held out."""
        kept = [pair for pair in zip(self.held_out, self.logits, strict=True) if is_kept(pair[0])]
        return replace(self, held_out=tuple(e for e, _ in kept), logits=tuple(z for _, z in kept))


def cross_fitted(
    trainer: Trainer, examples: Sequence[Example], *, k: int, beside: Sequence[Example] = ()
) -> list[HeldOut]:
    """One entry a fitted fold. An article's sentences are never divided. `beside` is learned from in every fold.

    Raises: InvalidInputError where there is nothing to learn from or nothing to be scored.
    """
    folds = divided(examples, k=k)
    fitted = folds[: trainer.n_fitted_folds or k]
    results = []
    for number, (trained_on, held_out) in enumerate(fitted, 1):
        log.info("fold %d of %d: %d articles, %d held out", number, len(fitted), len(trained_on), len(held_out))
        logits = tuple(trainer.fit((*trained_on, *beside)).score(held_out))
        results.append(HeldOut(held_out, trained_on, logits))
    return results


def divided(examples: Sequence[Example], *, k: int) -> list[tuple[tuple[Example, ...], tuple[Example, ...]]]:
    """For each of at most k folds the articles to train on and those held out.

    Raises: InvalidInputError for one article, or several that are one text.
    """
    if len(examples) < MIN_ARTICLES:
        raise InvalidInputError(f"training needs {MIN_ARTICLES} labelled articles or more, found {len(examples)}")
    fold_of = article_folds(examples, k=min(k, len(examples)))
    if not fold_of.any():
        raise InvalidInputError(f"the {len(examples)} labelled articles are near duplicates of one another")
    return [
        (
            tuple(e for e, f in zip(examples, fold_of, strict=True) if f != fold),
            tuple(e for e, f in zip(examples, fold_of, strict=True) if f == fold),
        )
        for fold in range(int(fold_of.max()) + 1)
    ]
