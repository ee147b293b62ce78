"""What any model must beat: the majority, the sentence's length, a cue lexicon, and TF-IDF with a linear model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.scoring.cues import cues_for
from pipeline.scoring.linear import Answers, fit_tasks, one_hot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Predict = Callable[[Sequence[str]], Mapping[str, Answers]]

TOKEN = re.compile(r"\w+(?:[’'-]\w+)*|[^\w\s]")
PSEUDO_COUNT = 1.0  # Laplace: a label never seen after a decision keeps some probability
MIN_SENTENCES_TO_PRUNE = 200  # with fewer, words that stand in one sentence alone are most of the vocabulary


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Sentences to learn from. Shapes: labels[task] (n, n_labels); article (n,) tells which belong together."""

    texts: tuple[str, ...]
    labels: Mapping[str, Bools]
    article: NDArray[np.intp]

    def rows(self, rows: NDArray[np.intp]) -> LabelledTexts:
        labels = {name: matrix[rows] for name, matrix in self.labels.items()}
        return LabelledTexts(tuple(self.texts[row] for row in rows), labels, self.article[rows])


class Baseline(Protocol):
    """Learns from sentences and gives a function that answers for others; a task that it cannot do is absent."""

    @property
    def name(self) -> str: ...

    def fit(self, learned: LabelledTexts, codebook: Codebook) -> Predict: ...


@dataclass(frozen=True, slots=True)
class Majority:
    """The most frequent label, or the labels that more than half of the sentences have; p is a label's share."""

    name: str = "majority"

    def fit(self, learned: LabelledTexts, codebook: Codebook) -> Predict:
        shares = {task: labels.mean(axis=0) for task, labels in learned.labels.items()}

        def predict(texts: Sequence[str]) -> dict[str, Answers]:
            answers = {}
            for task in codebook.tasks:
                p = np.tile(shares[task.name], (len(texts), 1))
                answers[task.name] = Answers(p, p > 0.5 if task.kind == "multi" else one_hot(p))
            return answers

        return predict


@dataclass(frozen=True, slots=True)
class Length:
    """A linear model of how long a sentence is and of nothing else: what it finds is no evidence of meaning."""

    name: str = "length"

    def fit(self, learned: LabelledTexts, codebook: Codebook) -> Predict:
        models = fit_tasks(_lengths(learned.texts), learned.labels, learned.article, codebook)
        return lambda texts: {name: model.answer(_lengths(texts)) for name, model in models.items()}


@dataclass(frozen=True, slots=True)
class CueLexicon:
    """Decisions by cues alone; p is how often each label was right after such a decision."""

    name: str = "cues"

    def fit(self, learned: LabelledTexts, codebook: Codebook) -> Predict:
        lexicons = cues_for(codebook)
        rates = [_hit_rates(cues.decide(learned.texts), learned.labels[cues.task.name], cues.task) for cues in lexicons]

        def predict(texts: Sequence[str]) -> dict[str, Answers]:
            answers = {}
            for cues, rate in zip(lexicons, rates, strict=True):
                chosen = cues.decide(texts)
                p = np.where(chosen, rate[1], rate[0]) if cues.task.kind == "multi" else rate[chosen.argmax(axis=1)]
                answers[cues.task.name] = Answers(p, chosen)
            return answers

        return predict


@dataclass(frozen=True, slots=True)
class Tfidf:
    """A linear model of TF-IDF over words and pairs of words."""

    name: str = "tfidf"

    def fit(self, learned: LabelledTexts, codebook: Codebook) -> Predict:
        vectorizer = TfidfVectorizer(
            ngram_range=(1, 2),
            sublinear_tf=True,
            token_pattern=TOKEN.pattern,
            min_df=2 if len(learned.texts) >= MIN_SENTENCES_TO_PRUNE else 1,
        )
        models = fit_tasks(vectorizer.fit_transform(learned.texts), learned.labels, learned.article, codebook)
        return lambda texts: {name: model.answer(vectorizer.transform(texts)) for name, model in models.items()}


BASELINES: tuple[Baseline, ...] = (Majority(), Length(), CueLexicon(), Tfidf())


def _lengths(texts: Sequence[str]) -> Floats:
    """Shapes: (n, 2): tokens and their logarithm, scaled to about one."""
    n_tokens = np.array([len(TOKEN.findall(text)) for text in texts], np.float64)
    return np.column_stack([n_tokens / 25, np.log1p(n_tokens) / 3])  # 25 tokens: a usual op-ed sentence


def _hit_rates(decided: Bools, gold: Bools, task: Task) -> Floats:
    """Share of each gold label after each decision, smoothed.

    Shapes: (n_labels, n_labels), decisions in rows; for a multi-label task (2, n_labels), after no and after yes.
    """
    if task.kind != "multi":
        counts = decided.astype(np.float64).T @ gold + PSEUDO_COUNT
        rates: Floats = counts / counts.sum(axis=1, keepdims=True)
        return rates
    hits = np.stack([(gold & ~decided).sum(axis=0), (gold & decided).sum(axis=0)])
    n = np.stack([(~decided).sum(axis=0), decided.sum(axis=0)])
    smoothed: Floats = (hits + PSEUDO_COUNT) / (n + 2 * PSEUDO_COUNT)
    return smoothed
