"""Gold labels and predictions as aligned arrays, a row per body sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task
    from pipeline.corpus.labelled_set import LabelledArticle, LabelledSentence, LabelledSet

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

ROUNDING = 1e-6  # probabilities come as float32


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model says of sentences; row i speaks of sentence `n[i]` of `articles[i]`.

    Shapes: `probabilities[task]` and `chosen[task]` (n_sentences, n_labels), labels in codebook order.
    `chosen` has one label per row, any number for a multi-label task.
    """

    articles: tuple[str, ...]
    n: tuple[int, ...]
    probabilities: Mapping[str, Floats]
    chosen: Mapping[str, Bools]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], codebook: Codebook) -> Predictions:
        """From rows of the sentence table; those that were not judged (furniture, headlines) are passed over."""
        judged = [row for row in rows if row[f"p_{codebook.tasks[0].name}_{codebook.tasks[0].values[0]}"] is not None]
        return cls(
            articles=tuple(row["article"] for row in judged),
            n=tuple(row["n"] for row in judged),
            probabilities={
                task.name: np.array(
                    [[row[f"p_{task.name}_{value}"] for value in task.values] for row in judged], np.float64
                ).reshape(-1, len(task.values))
                for task in codebook.tasks
            },
            chosen={
                task.name: label_matrix(task, [_as_tuple(task, row[task.name]) for row in judged])
                for task in codebook.tasks
            },
        )


@dataclass(frozen=True, slots=True)
class GoldSentences:
    """The sentences that count in an evaluation. Shapes: everything (n_sentences,), labels (n_sentences, n_labels)."""

    articles: tuple[LabelledArticle, ...]
    article: NDArray[np.intp]  # index into `articles`
    sentences: tuple[LabelledSentence, ...]
    labels: Mapping[str, Bools]
    n_badly_cut: int  # body sentences left out because the reference split is doubtful

    @property
    def keys(self) -> list[tuple[str, int]]:
        return [(self.articles[a].article, s.n) for a, s in zip(self.article, self.sentences, strict=True)]

    @property
    def texts(self) -> list[str]:
        return [self.articles[a].sentence_text(s) for a, s in zip(self.article, self.sentences, strict=True)]


@dataclass(frozen=True, slots=True)
class TaskAnswers:
    """Gold and predicted labels of one task. Shapes: (n, n_labels); `article` (n,), below n_articles."""

    task: Task
    gold: Bools
    chosen: Bools
    p: Floats
    article: NDArray[np.intp]
    n_articles: int

    @property
    def is_multi(self) -> bool:
        return self.task.kind == "multi"

    @property
    def is_wrong(self) -> Bools:
        """Whether any label of the sentence is wrong."""
        wrong: Bools = (self.gold != self.chosen).any(axis=1)
        return wrong

    @property
    def confidence(self) -> Floats:
        """Probability of the decision; for a multi-label task that of its least sure label."""
        if self.is_multi:
            least: Floats = np.where(self.chosen, self.p, 1 - self.p).min(axis=1)
            return least
        return self.p[self.chosen]


def label_matrix(task: Task, values: Sequence[tuple[str, ...]]) -> Bools:
    """Shapes: (n, n_labels)."""
    return np.array([[label in given for label in task.values] for given in values], bool).reshape(
        len(values), len(task.values)
    )


def gold_sentences(gold: LabelledSet, codebook: Codebook, *, keeps_badly_cut: bool = False) -> GoldSentences:
    """The body sentences of a set in its order; articles without any are left out. Raises: InvalidInputError."""
    kept = [(article, [s for s in article.sentences if s.is_body]) for article in gold.articles]
    n_body = sum(len(sentences) for _, sentences in kept)
    if not keeps_badly_cut:
        kept = [(article, [s for s in sentences if s.is_well_cut]) for article, sentences in kept]
    kept = [(article, sentences) for article, sentences in kept if sentences]
    sentences = tuple(s for _, group in kept for s in group)
    if not sentences:
        raise InvalidInputError("the labelled set has no body sentence to score", where=gold.name)
    return GoldSentences(
        articles=tuple(article for article, _ in kept),
        article=np.repeat(np.arange(len(kept)), [len(group) for _, group in kept]),
        sentences=sentences,
        labels={task.name: label_matrix(task, [s.values[task.name] for s in sentences]) for task in codebook.tasks},
        n_badly_cut=n_body - len(sentences),
    )


def answers(gold: GoldSentences, predictions: Predictions, codebook: Codebook) -> dict[str, TaskAnswers]:
    """Gold and predictions of each predicted task, aligned by (article, n).

    Raises: InvalidInputError where a gold sentence has no prediction or an array is not what it should be.
    """
    keys = list(zip(predictions.articles, predictions.n, strict=True))
    row_of = {key: row for row, key in enumerate(keys)}
    if len(row_of) < len(keys):
        twice = next(key for row, key in enumerate(keys) if row_of[key] != row)
        raise InvalidInputError(f"sentence {twice[1]} of article {twice[0]!r} is predicted twice")
    missing = [key for key in gold.keys if key not in row_of]
    if missing:
        raise InvalidInputError(
            f"no prediction for {len(missing)} of {len(gold.sentences)} gold sentences, "
            f"the first is sentence {missing[0][1]} of article {missing[0][0]!r}",
            remedy="label the very sentences of the gold set, with their numbers",
        )
    rows = np.array([row_of[key] for key in gold.keys])
    tasks = [task for task in codebook.tasks if task.name in predictions.probabilities]
    for task in tasks:
        for problem in _problems(task, predictions, len(keys)):
            raise InvalidInputError(f"predictions for task {task.name!r}: {problem}")
    return {
        task.name: TaskAnswers(
            task,
            gold.labels[task.name],
            predictions.chosen[task.name][rows],
            np.clip(predictions.probabilities[task.name][rows].astype(np.float64), 0, 1),
            gold.article,
            len(gold.articles),
        )
        for task in tasks
    }


def _as_tuple(task: Task, value: Any) -> tuple[str, ...]:
    return tuple(value) if task.kind == "multi" else (value,)


def _problems(task: Task, predictions: Predictions, n_sentences: int) -> Iterator[str]:
    p, chosen = predictions.probabilities[task.name], predictions.chosen[task.name]
    shape = (n_sentences, len(task.labels))
    if p.shape != shape or chosen.shape != shape:
        yield f"expected arrays of shape {shape}, found {p.shape} and {chosen.shape}"
    elif not np.isfinite(p).all() or p.min(initial=0) < -ROUNDING or p.max(initial=0) > 1 + ROUNDING:
        yield "a probability is not between 0 and 1"
    elif task.kind != "multi" and (chosen.sum(axis=1) != 1).any():
        yield f"a sentence has not exactly one label, as a task of kind {task.kind} must"
