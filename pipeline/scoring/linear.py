"""Linear models over any features, a task at a time, with decisions that aim at macro-F1: a baseline's machinery."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from pipeline.scoring.classification import label_counts, macro_f1

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

FOLDS = 5
INVERSE_PENALTY = 10.0  # scikit-learn's 1 leaves TF-IDF over short sentences close to the majority
TOLERANCE = 1e-3
MAX_GIVEN_PER_GOLD = 3  # a rare label given to every sentence has an F1 above zero and says nothing
PRIOR_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Answers:
    """Shapes: p, chosen (n, n_labels)."""

    p: Floats
    chosen: Bools


@dataclass(frozen=True, slots=True)
class LinearTask:
    """One model for a single or ordinal task, one per label for a multi-label task; None where nothing varies.

    A multi-label task is decided by `thresholds`, any other by the largest p / share ** prior_weight: by the bare
    maximum, rare labels would hardly be chosen, and macro-F1 would suffer.
    Shapes: shares (n_labels,), how often each label was seen; thresholds (n_labels,).
    """

    task: Task
    models: tuple[LogisticRegression | None, ...]
    shares: Floats
    thresholds: Floats
    prior_weight: float

    def probabilities(self, features: Any) -> Floats:
        p = np.tile(self.shares, (features.shape[0], 1))
        if self.task.kind == "multi":
            for at, model in enumerate(self.models):
                if model is not None:
                    p[:, at] = model.predict_proba(features)[:, 1]
        elif self.models[0] is not None:
            p[:] = 0
            p[:, self.models[0].classes_] = self.models[0].predict_proba(features)
        return p

    def answer(self, features: Any) -> Answers:
        p = self.probabilities(features)
        if self.task.kind == "multi":
            return Answers(p, p >= self.thresholds)
        return Answers(p, one_hot(_against_prior(p, self.shares, self.prior_weight)))


def fit_tasks(
    features: Any, labels: Mapping[str, Bools], article: NDArray[np.intp], codebook: Codebook
) -> dict[str, LinearTask]:
    """Shapes: features (n, n_features), dense or sparse; labels[task] (n, n_labels); article (n,)."""
    return {task.name: _fit(task, features, labels[task.name], article) for task in codebook.tasks}


def one_hot(scores: Floats) -> Bools:
    """True at each row's first largest score."""
    chosen: Bools = np.eye(scores.shape[1], dtype=bool)[scores.argmax(axis=1)]
    return chosen


def best_threshold(p: Floats, is_gold: Bools) -> float:
    """The probability from which on calling a sentence positive gives the best F1; over 1 where nothing does."""
    order = np.argsort(-p, kind="stable")
    n_given, n_gold = np.arange(1, len(p) + 1), is_gold.sum()
    is_last_of_tie = np.append(np.diff(p[order]) != 0, True)
    is_allowed = is_last_of_tie & (n_given <= MAX_GIVEN_PER_GOLD * n_gold)
    f1 = np.where(is_allowed, 2 * is_gold[order].cumsum() / (n_given + n_gold), 0)
    return float(p[order][f1.argmax()]) if f1.any() else 2.0


def best_prior_weight(p: Floats, gold: Bools, shares: Floats) -> float:
    """The weight of the labels' shares that gives the best macro-F1; the smallest among equals."""
    one = np.zeros(len(p), np.intp)
    scores = [
        float(macro_f1(label_counts(gold, one_hot(_against_prior(p, shares, weight)), one, 1)[0]))
        for weight in PRIOR_WEIGHTS
    ]
    return PRIOR_WEIGHTS[int(np.argmax(scores))]


def _against_prior(p: Floats, shares: Floats, weight: float) -> Floats:
    gain: Floats = np.divide(p, shares**weight, out=np.zeros_like(p), where=shares > 0)
    return gain


def _fit(task: Task, features: Any, labels: Bools, article: NDArray[np.intp]) -> LinearTask:
    """The models, and decisions that are best on articles which their models have not seen."""
    models, shares = _models(task, features, labels), labels.mean(axis=0)
    plain = LinearTask(task, models, shares, np.full(len(shares), 0.5), 0.0)
    n_folds = min(FOLDS, len(np.unique(article)))
    if n_folds < 2:
        return plain
    p = np.zeros(labels.shape)
    for train, test in GroupKFold(n_folds).split(labels, groups=article):
        fold = replace(plain, models=_models(task, features[train], labels[train]), shares=labels[train].mean(axis=0))
        p[test] = fold.probabilities(features[test])
    if task.kind == "multi":
        return replace(plain, thresholds=np.array([best_threshold(*pair) for pair in zip(p.T, labels.T, strict=True)]))
    return replace(plain, prior_weight=best_prior_weight(p, labels, shares))


def _models(task: Task, features: Any, labels: Bools) -> tuple[LogisticRegression | None, ...]:
    columns = labels.T if task.kind == "multi" else labels.argmax(axis=1)[None]
    return tuple(_model(features, column) if len(np.unique(column)) > 1 else None for column in columns)


def _model(features: Any, column: NDArray[np.generic]) -> LogisticRegression:
    """The fastest solver of each case: 11,000 sentences and 17 labels take seconds, where lbfgs takes minutes."""
    is_binary = len(np.unique(column)) == 2
    return LogisticRegression(
        C=INVERSE_PENALTY,
        solver="liblinear" if is_binary else "newton-cg",
        dual=is_binary and sparse.issparse(features),
        tol=TOLERANCE,
        max_iter=1_000,
        random_state=0,
    ).fit(features, column)
