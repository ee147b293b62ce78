"""What held-out articles say of a classifier's error: the record that ships with a model as `profile_error.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import ModelDamagedError
from pipeline.profiles.questions import answers, questions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook

FORMAT = 1
"""Raise it when a key of the JSON changes its meaning; then keep a reader for the old number."""
FILE_NAME = "profile_error.json"
MIN_GOLD_ARTICLES = 20  # under it, how errors differ between articles cannot be told from chance
MIN_LABEL_ARTICLES = 10  # articles in which a label must stand at least once
MIN_LABEL_SENTENCES = 30
MAX_LAG = 3  # sentences; gold stance correlates .23, .09, .03 at lags 1 to 3 on 276 real op-eds, then not at all
MIN_KEPT = 0.5  # articles of a dozen sentences say too little of neighbours to be scaled up by more than two
DIGITS = 4  # of stored probabilities; keeps the file of 276 articles and 16 questions near 0.3 MB


@dataclass(frozen=True, slots=True)
class QuestionError:
    """Sufficient statistics of one question over the held-out articles.

    Shapes: counts (n_articles, gold K, predicted K); p_sums (n_articles, gold K, K), the calibrated probabilities
    summed over the sentences of each gold class; p_products (gold K, K, K), the mean outer product of the
    probabilities of a gold class. `design_effect` is by how much the neighbourhood of like sentences raises the
    variance of a share.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    p_sums: NDArray[np.float64]
    p_products: NDArray[np.float64]
    design_effect: float

    @property
    def gold_counts(self) -> NDArray[np.int64]:
        """Sentences per article and gold class. Shapes: (n_articles, K)."""
        counts: NDArray[np.int64] = self.counts.sum(axis=2)
        return counts

    def shortfall(self) -> str | None:
        """Why this is too little gold to correct by; None where it is enough."""
        gold = self.gold_counts
        if len(gold) < MIN_GOLD_ARTICLES:
            return f"{len(gold)} held-out articles, {MIN_GOLD_ARTICLES} needed"
        for label, n_sentences, n_articles in zip(self.classes, gold.sum(axis=0), (gold > 0).sum(axis=0), strict=True):
            if n_sentences < MIN_LABEL_SENTENCES or n_articles < MIN_LABEL_ARTICLES:
                return (
                    f"{label!r} stands in {n_sentences} held-out sentences of {n_articles} articles, "
                    f"{MIN_LABEL_SENTENCES} in {MIN_LABEL_ARTICLES} needed"
                )
        return None


@dataclass(frozen=True, slots=True, eq=False)  # one record is itself alone: what is fitted to it is kept by it
class ClassifierError:
    """The error of a model's every question. `gold_sha256` names the labelled set, "" where it has no version."""

    codebook_sha256: str
    gold_sha256: str
    questions: Mapping[str, QuestionError]

    @classmethod
    def from_predictions(
        cls,
        codebook: Codebook,
        *,
        articles: Sequence[str],
        gold: Mapping[str, NDArray[Any]],
        predicted: Mapping[str, NDArray[Any]],
        p: Mapping[str, NDArray[Any]],
        gold_sha256: str = "",
    ) -> ClassifierError:
        """From out-of-fold predictions: no sentence may have been scored by a model that learned its article.

        Shapes: `articles` (n,), the article of each sentence, sentences in the order of the text; `gold`,
        `predicted` and `p` hold for each task (n, n_labels): indicators, indicators, calibrated probabilities.
        """
        index = np.unique(np.asarray(articles, dtype=str), return_inverse=True)[1]
        records = {}
        for question in questions(codebook):
            is_gold, is_predicted, scores = (
                answers(codebook, question, np.asarray(values[question.task], np.float64))
                for values in (gold, predicted, p)
            )
            records[question.name] = _question_error(question.classes, index, is_gold, is_predicted, scores)
        return cls(codebook.sha256, gold_sha256, records)

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "codebook_sha256": self.codebook_sha256,
            "gold_sha256": self.gold_sha256,
            "questions": {
                name: {
                    "classes": list(record.classes),
                    "counts": record.counts.tolist(),
                    # the last probability of a row is what the others leave of its count
                    "p_sums": np.round(record.p_sums[:, :, :-1], DIGITS).tolist(),
                    "p_products": np.round(record.p_products, DIGITS + 2).tolist(),
                    "design_effect": round(record.design_effect, DIGITS),
                }
                for name, record in self.questions.items()
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, where: str = FILE_NAME) -> ClassifierError:
        """Raises: ModelDamagedError where the record is of another format or incomplete."""
        if value.get("format") != FORMAT:
            raise ModelDamagedError(
                f"expected format {FORMAT}, found {value.get('format')!r}",
                where=where,
                remedy="load the model with the package version that wrote it, or train it again",
            )
        try:
            records = {name: _read(record) for name, record in value["questions"].items()}
            return cls(value["codebook_sha256"], value["gold_sha256"], records)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"the record of the classifier's error cannot be read: {error}"
            raise ModelDamagedError(problem, where=where) from error


def _question_error(
    classes: tuple[str, ...],
    index: NDArray[np.intp],
    gold: NDArray[np.float64],
    predicted: NDArray[np.float64],
    p: NDArray[np.float64],
) -> QuestionError:
    n_articles, k = int(index.max(initial=-1)) + 1, len(classes)
    p = p / p.sum(axis=1, keepdims=True)  # float32 probabilities sum to one only nearly
    counts, p_sums = np.zeros((n_articles, k, k)), np.zeros((n_articles, k, k))
    np.add.at(counts, index, gold[:, :, None] * predicted[:, None, :])
    np.add.at(p_sums, index, gold[:, :, None] * p[:, None, :])
    products = np.einsum("ng,ni,nj->gij", gold, p, p) / np.maximum(gold.sum(axis=0), 1)[:, None, None]
    return QuestionError(classes, counts.astype(np.int64), p_sums, products, _design_effect(index, gold))


def _design_effect(index: NDArray[np.intp], gold: NDArray[np.float64]) -> float:
    """1 + 2 x the sum of the autocorrelations of the gold classes within articles, at least 1.

    Source: Kish 1965 for the name. Deviations from an article's own mean lower each autocorrelation by about the
    effect itself / n_sentences, which is put back.
    """
    if not len(index):
        return 1.0
    order = np.argsort(index, kind="stable")
    index, gold = index[order], gold[order]
    sizes = np.bincount(index)
    sums = np.zeros((len(sizes), gold.shape[1]))
    np.add.at(sums, index, gold)
    deviations = gold - (sums / np.maximum(sizes, 1)[:, None])[index]
    total = float((deviations**2).sum())
    if total == 0:
        return 1.0
    correlation = 0.0
    for lag in range(1, MAX_LAG + 1):
        is_near = index[lag:] == index[:-lag]
        correlation += float((deviations[lag:] * deviations[:-lag])[is_near].sum()) / total
    lost = 2 * MAX_LAG * len(sizes) / len(index)
    return max(1.0, (1 + 2 * correlation) / max(1 - lost, MIN_KEPT))


def _read(value: Mapping[str, Any]) -> QuestionError:
    classes = tuple(value["classes"])
    k = len(classes)
    counts = np.asarray(value["counts"], np.int64).reshape(-1, k, k)
    stored = np.asarray(value["p_sums"], np.float64).reshape(-1, k, k - 1)
    rest = counts.sum(axis=2, keepdims=True) - stored.sum(axis=2, keepdims=True)
    products = np.asarray(value["p_products"], np.float64).reshape(k, k, k)
    return QuestionError(
        classes, counts, np.concatenate([stored, rest], axis=2), products, float(value["design_effect"])
    )
