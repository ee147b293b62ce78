"""All figures of one task, each with its interval over articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.scoring import classification as counted
from pipeline.scoring import probabilities as probable
from pipeline.scoring.resampling import ArticleResamples, Estimate, defined, sum_by_article, without_noise_bias

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.scoring.predictions import TaskAnswers

    Floats = NDArray[np.float64]

MIN_POSITIVES = 12  # fewer gold sentences of a label make its F1 a matter of luck
COVERAGES = tuple(step / 10 for step in range(10, 0, -1))

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """`average_precision` and `confusion`, which is ((tn, fp), (fn, tp)), are of multi-label tasks alone."""

    label: str
    n_gold: int
    n_predicted: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    average_precision: Estimate | None
    confusion: Matrix | None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Statements whose probability lies from `low` to `high`. Units: shares; None for an empty bin."""

    low: float
    high: float
    n: int
    mean_probability: float | None
    true_share: float | None


@dataclass(frozen=True, slots=True)
class AbstentionPoint:
    """What is left when the least confident sentences go to a person. Units: coverage and risk are shares.

    `threshold` is the lowest confidence kept; equal confidences stay together, so coverage can exceed what was asked.
    """

    coverage: float
    threshold: float
    risk: float
    macro_f1: float | None


@dataclass(frozen=True, slots=True)
class TaskMetrics:
    """`micro_f1` and `macro_f1_frequent` are of multi-label tasks, `quadratic_kappa` of ordinal ones, None elsewhere.

    `confusion` has gold labels in rows; for multi-label tasks see each label's own.
    """

    n_articles: int
    n_sentences: int
    macro_f1: Estimate
    micro_f1: Estimate | None
    macro_f1_frequent: Estimate | None
    min_positives: int
    quadratic_kappa: Estimate | None
    labels: tuple[LabelMetrics, ...]
    confusion: Matrix | None
    brier: Estimate
    calibration_error: Estimate
    reliability: tuple[ReliabilityBin, ...]
    abstention: tuple[AbstentionPoint, ...]
    risk_coverage_area: Estimate


def score_task(answers: TaskAnswers, resamples: ArticleResamples, *, min_positives: int = MIN_POSITIVES) -> TaskMetrics:
    """Every figure of a task from one pass over its sentences."""
    by_article = (answers.article, answers.n_articles)
    counts = counted.label_counts(answers.gold, answers.chosen, *by_article)
    is_frequent = answers.gold.sum(axis=0) >= min_positives
    matrix = None if answers.is_multi else counted.confusion(answers.gold, answers.chosen, *by_article)
    errors = probable.squared_errors(answers.gold, answers.p, is_multi=answers.is_multi)
    bins = _bins(answers)
    return TaskMetrics(
        n_articles=answers.n_articles,
        n_sentences=len(answers.gold),
        macro_f1=resamples.of_sums(counts, counted.macro_f1),
        micro_f1=resamples.of_sums(counts, counted.micro_f1) if answers.is_multi else None,
        macro_f1_frequent=resamples.of_sums(counts[:, is_frequent], counted.macro_f1) if answers.is_multi else None,
        min_positives=min_positives,
        quadratic_kappa=_kappa(answers, matrix, resamples),
        labels=_labels(answers, counts, resamples),
        confusion=None if matrix is None else _as_matrix(matrix.sum(axis=0)),
        brier=resamples.of_sums(_with_n(errors, answers), lambda sums: counted.share(sums[..., 0], sums[..., 1])),
        calibration_error=without_noise_bias(resamples.of_sums(bins, probable.calibration_error)),
        reliability=_reliability(bins.sum(axis=0)),
        abstention=abstention_curve(answers),
        risk_coverage_area=_risk_coverage_area(answers, resamples),
    )


def macro_f1_counts(answers: TaskAnswers) -> Floats:
    """The sums that macro-F1 needs, for paired comparisons. Shapes: (n_articles, n_labels, 3)."""
    return counted.label_counts(answers.gold, answers.chosen, answers.article, answers.n_articles)


def abstention_curve(answers: TaskAnswers) -> tuple[AbstentionPoint, ...]:
    """Risk and macro-F1 of the most confident sentences, from all of them down to a tenth."""
    confidence, is_wrong = answers.confidence, answers.is_wrong
    falling = np.sort(confidence)[::-1]
    points = []
    for coverage in COVERAGES:
        threshold = falling[int(np.ceil(coverage * len(falling))) - 1]
        kept = confidence >= threshold
        counts = counted.label_counts(answers.gold[kept], answers.chosen[kept], np.zeros(kept.sum(), np.intp), 1)[0]
        points.append(
            AbstentionPoint(
                coverage=float(kept.mean()),
                threshold=float(threshold),
                risk=float(is_wrong[kept].mean()),
                macro_f1=defined(float(counted.macro_f1(counts))),
            )
        )
    return tuple(points)


def _kappa(answers: TaskAnswers, matrix: Floats | None, resamples: ArticleResamples) -> Estimate | None:
    if answers.task.kind != "ordinal" or matrix is None:
        return None
    return resamples.of_sums(matrix, counted.quadratic_kappa)


def _labels(answers: TaskAnswers, counts: Floats, resamples: ArticleResamples) -> tuple[LabelMetrics, ...]:
    precisions = resamples.of_sums_each(counts, counted.precision)
    recalls = resamples.of_sums_each(counts, counted.recall)
    f1s = resamples.of_sums_each(counts, counted.f1)
    rows = []
    for at, label in enumerate(answers.task.values):
        n_correct, n_gold, n_predicted = (int(count) for count in counts[:, at].sum(axis=0))
        n_rest = len(answers.gold) - n_gold - n_predicted + n_correct
        square = ((n_rest, n_predicted - n_correct), (n_gold - n_correct, n_correct))
        rows.append(
            LabelMetrics(
                label=label,
                n_gold=n_gold,
                n_predicted=n_predicted,
                precision=precisions[at],
                recall=recalls[at],
                f1=f1s[at],
                average_precision=_average_precision(answers, at, resamples) if answers.is_multi else None,
                confusion=square if answers.is_multi else None,
            )
        )
    return tuple(rows)


def _average_precision(answers: TaskAnswers, at: int, resamples: ArticleResamples) -> Estimate:
    gold, p = answers.gold[:, at], answers.p[:, at]
    return resamples.of_weights(lambda weights: probable.average_precision(gold, p, weights[:, answers.article]))


def _risk_coverage_area(answers: TaskAnswers, resamples: ArticleResamples) -> Estimate:
    is_wrong, confidence = answers.is_wrong, answers.confidence
    return resamples.of_weights(
        lambda weights: probable.risk_coverage_area(is_wrong, confidence, weights[:, answers.article])
    )


def _with_n(values: Floats, answers: TaskAnswers) -> Floats:
    return sum_by_article(np.column_stack([values, np.ones(len(values))]), answers.article, answers.n_articles)


def _bins(answers: TaskAnswers) -> Floats:
    """Statements by probability: the decision of a sentence, or each label of a multi-label task."""
    if not answers.is_multi:
        sums = probable.bin_sums(~answers.is_wrong, answers.confidence)
        return sum_by_article(sums, answers.article, answers.n_articles)
    sums = probable.bin_sums(answers.gold.ravel(), answers.p.ravel())
    return sum_by_article(sums, np.repeat(answers.article, answers.gold.shape[1]), answers.n_articles)


def _reliability(bins: Floats) -> tuple[ReliabilityBin, ...]:
    n, p, true = bins[:, probable.N], bins[:, probable.CONFIDENCE], bins[:, probable.CORRECT]
    means, shares = counted.share(p, n), counted.share(true, n)
    return tuple(
        ReliabilityBin(
            at / probable.N_BINS, (at + 1) / probable.N_BINS, int(n[at]), defined(means[at]), defined(shares[at])
        )
        for at in range(probable.N_BINS)
    )


def _as_matrix(matrix: Floats) -> Matrix:
    return tuple(tuple(int(count) for count in row) for row in matrix)
