"""How far coders agree: the ceiling of any figure measured against their labels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import krippendorff
import numpy as np

from pipeline.core.codebook import Label, Task
from pipeline.core.errors import InvalidInputError, unknown_name
from pipeline.scoring import classification as counted
from pipeline.scoring.predictions import label_matrix
from pipeline.scoring.resampling import ArticleResamples, Estimate, sum_by_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.scoring.metrics import Matrix

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

VOICE = "voice"


@dataclass(frozen=True, slots=True)
class CoderJudgement:
    """What one coder said of one sentence: `values[task]` is a tuple of labels, and `voice` may be among the tasks."""

    article: str
    n: int
    coder: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Alpha of one label against all others. `n_positives`: sentences to which at least one coder gave it."""

    label: str
    alpha: Estimate
    n_positives: int


@dataclass(frozen=True, slots=True)
class CoderPair:
    """Counts of sentences, the first coder's labels in rows; for a multi-label task a two by two matrix per label."""

    first: str
    second: str
    n_sentences: int
    confusions: tuple[Matrix, ...]


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """`alpha` is None for a multi-label task: see its labels.

    `macro_f1` is that of one coder measured against another, all pairs pooled: the ceiling in a model's own unit.
    """

    task: str
    level_of_measurement: str
    n_coders: int
    n_articles: int
    n_sentences: int
    alpha: Estimate | None
    labels: tuple[LabelAgreement, ...]
    macro_f1: Estimate
    pairs: tuple[CoderPair, ...]


@dataclass(frozen=True, slots=True)
class _Marks:
    """Shapes: marks (n_sentences, n_coders, n_labels), is_judged (n_sentences, n_coders), article (n_sentences,)."""

    task: Task
    coders: tuple[str, ...]
    marks: Bools
    is_judged: Bools
    article: NDArray[np.intp]
    n_articles: int


def judgements_from_rows(rows: Iterable[Mapping[str, Any]], codebook: Codebook) -> list[CoderJudgement]:
    """From long rows: article, n, coder, and a key per task (and voice); a task without a value was not judged."""
    names = {task.name: task for task in _questions(codebook)}
    return [
        CoderJudgement(
            str(row["article"]),
            row["n"],
            str(row["coder"]),
            {
                name: tuple(row[name]) if task.kind == "multi" else (row[name],)
                for name, task in names.items()
                if row.get(name) is not None
            },
        )
        for row in rows
    ]


def agreement(
    judgements: Sequence[CoderJudgement],
    codebook: Codebook,
    *,
    n_resamples: int,
    level: float,
    rng: np.random.Generator,
) -> dict[str, TaskAgreement]:
    """Agreement per task, and on voice where it was judged; a task that no two coders judged is left out.

    Raises: InvalidInputError for a label that the codebook lacks, or a coder who judges a sentence twice.
    """
    result = {}
    for task in _questions(codebook):
        marks = _marks(judgements, task)
        if len(marks.marks):
            resamples = ArticleResamples.draw(marks.n_articles, n_resamples=n_resamples, level=level, rng=rng)
            result[task.name] = _task_agreement(marks, resamples)
    return result


def coincidences(value_counts: NDArray[np.generic]) -> Floats:
    """Each unit's coincidence matrix. Shapes: (n, n_values) to (n, n_values, n_values). Source: Krippendorff 2019."""
    counts = np.asarray(value_counts, np.float64)
    n_values = counts.sum(axis=1)[:, None, None]
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    weighted: Floats = np.divide(pairs, n_values - 1, out=np.zeros_like(pairs), where=n_values > 1)
    return weighted


def alpha_of_sums(matrix: Floats, *, is_ordinal: bool) -> Floats:
    """Krippendorff's alpha of summed coincidences. Shapes: (..., n_values, n_values) to (...).

    The `krippendorff` package gives the same for one matrix; this takes all resamples at once.
    """
    totals = matrix.sum(axis=-1)
    places = totals.cumsum(axis=-1) - totals / 2  # mid-ranks: their differences are the ordinal metric's
    if is_ordinal:
        distance = (places[..., :, None] - places[..., None, :]) ** 2
    else:
        distance = np.broadcast_to(1 - np.eye(matrix.shape[-1]), matrix.shape)
    by_chance = totals[..., :, None] * totals[..., None, :]
    observed = (distance * matrix).sum(axis=(-1, -2)) * (totals.sum(axis=-1) - 1)
    return 1 - counted.share(observed, (distance * by_chance).sum(axis=(-1, -2)))


def _questions(codebook: Codebook) -> tuple[Task, ...]:
    labels = tuple(Label(value=voice, definition=voice) for voice in codebook.voices)
    return (*codebook.tasks, *((Task(name=VOICE, kind="single", labels=labels),) if len(labels) > 1 else ()))


def _marks(judgements: Sequence[CoderJudgement], task: Task) -> _Marks:
    """The sentences that two coders or more have judged."""
    given: dict[tuple[str, int], dict[str, tuple[str, ...]]] = {}
    for judgement in judgements:
        if task.name in judgement.values:
            _add(given.setdefault((judgement.article, judgement.n), {}), judgement, task)
    units = {key: by_coder for key, by_coder in given.items() if len(by_coder) > 1}
    coders = tuple(sorted({coder for by_coder in units.values() for coder in by_coder}))
    names = sorted({article for article, _ in units})
    flat = [by_coder.get(coder, ()) for by_coder in units.values() for coder in coders]
    return _Marks(
        task,
        coders,
        marks=label_matrix(task, flat).reshape(len(units), len(coders), len(task.values)),
        is_judged=np.array([[c in by_coder for c in coders] for by_coder in units.values()], bool),
        article=np.array([names.index(article) for article, _ in units], np.intp),
        n_articles=len(names),
    )


def _add(by_coder: dict[str, tuple[str, ...]], judgement: CoderJudgement, task: Task) -> None:
    where = f"sentence {judgement.n} of article {judgement.article!r}, coder {judgement.coder!r}"
    labels = judgement.values[task.name]
    for label in labels:
        if label not in task.values:
            raise InvalidInputError(unknown_name(f"{task.name} label", str(label), task.values), where=where)
    if task.kind != "multi" and len(labels) != 1:
        raise InvalidInputError(f"{task.name}: expected one label, found {len(labels)}", where=where)
    if judgement.coder in by_coder:
        raise InvalidInputError("the coder has judged the sentence twice", where=where)
    by_coder[judgement.coder] = labels


def _task_agreement(given: _Marks, resamples: ArticleResamples) -> TaskAgreement:
    is_ordinal = given.task.kind == "ordinal"
    counts = given.marks.sum(axis=1)
    others = given.is_judged.sum(axis=1)[:, None] - counts
    is_multi = given.task.kind == "multi"
    pair_counts, pairs = _pairs(given)
    return TaskAgreement(
        task=given.task.name,
        level_of_measurement="ordinal" if is_ordinal else "nominal",
        n_coders=len(given.coders),
        n_articles=given.n_articles,
        n_sentences=len(given.marks),
        alpha=None if is_multi else _alpha(counts, given, resamples, is_ordinal=is_ordinal),
        labels=tuple(
            LabelAgreement(
                label,
                _alpha(np.stack([others[:, at], counts[:, at]], axis=1), given, resamples, is_ordinal=False),
                int((counts[:, at] > 0).sum()),
            )
            for at, label in enumerate(given.task.values)
        ),
        macro_f1=resamples.of_sums(pair_counts, counted.macro_f1),
        pairs=pairs,
    )


def _alpha(counts: NDArray[np.int64], given: _Marks, resamples: ArticleResamples, *, is_ordinal: bool) -> Estimate:
    if np.count_nonzero(counts.any(axis=0)) < 2:
        return Estimate(None)  # without variation there is no chance agreement to correct for
    sums = sum_by_article(coincidences(counts), given.article, given.n_articles)
    interval = resamples.of_sums(sums, lambda matrix: alpha_of_sums(matrix, is_ordinal=is_ordinal))
    level = "ordinal" if is_ordinal else "nominal"
    value = float(krippendorff.alpha(value_counts=counts, level_of_measurement=level))
    return Estimate(value, interval.low, interval.high)


def _pairs(given: _Marks) -> tuple[Floats, tuple[CoderPair, ...]]:
    """Shapes: counts (n_articles, n_labels, 3), summed over the pairs of coders."""
    total = np.zeros((given.n_articles, len(given.task.values), 3))
    pairs = []
    for first, second in combinations(range(len(given.coders)), 2):
        both = given.is_judged[:, first] & given.is_judged[:, second]
        one, other = given.marks[both, first], given.marks[both, second]
        total += counted.label_counts(one, other, given.article[both], given.n_articles)
        if both.any():
            pairs.append(
                CoderPair(
                    given.coders[first], given.coders[second], int(both.sum()), _confusions(given.task, one, other)
                )
            )
    return total, tuple(pairs)


def _confusions(task: Task, one: Bools, other: Bools) -> tuple[Matrix, ...]:
    if task.kind != "multi":
        return (_matrix(one, other),)
    columns = range(one.shape[1])
    return tuple(_matrix(_with_rest(one[:, at]), _with_rest(other[:, at])) for at in columns)


def _with_rest(marked: Bools) -> Bools:
    return np.stack([~marked, marked], axis=1)


def _matrix(one: Bools, other: Bools) -> Matrix:
    counts = one.astype(np.int64).T @ other.astype(np.int64)
    return tuple(tuple(int(count) for count in row) for row in counts)
