"""Linear heads for any codebook by logistic regression: one multinomial per choice, one binary per label of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task
    from pipeline.training.mixing import Mixing

MAX_ITERATIONS = 1_000
ABSENT_LOGIT = -12.0  # intercept of a label that no training sentence has


def fit_heads(
    codebook: Codebook,
    features: Any,
    targets: NDArray[np.floating],
    *,
    c: float,
    balance: float,
    seed: int,
    tasks: Sequence[Task] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Shapes: features (n, width) dense or sparse, targets (n, n_labels) to weight (n_labels, width), bias (n_labels,).

    `balance` is the power of the inverse frequency that weighs rare labels: 0 not at all, 1 fully.
    `tasks`: those that are fitted, None for all; the others' labels are as absent ones.
    """
    weight = np.zeros((targets.shape[1], features.shape[1]), np.float32)
    bias = np.full(targets.shape[1], ABSENT_LOGIT, np.float32)
    for task in codebook.tasks if tasks is None else tasks:
        columns = range(*codebook.slices()[task.name].indices(targets.shape[1]))
        if task.kind == "multi":
            for column in columns:
                _fit_binary(features, targets[:, column] > 0, column, weight, bias, c=c, balance=balance, seed=seed)
        else:
            gold = targets[:, columns.start : columns.stop].argmax(axis=1)
            _fit_choice(features, gold, columns.start, weight, bias, c=c, balance=balance, seed=seed)
    return weight, bias


def _fit_binary(
    features: Any, gold: NDArray[np.bool_], column: int, weight: Any, bias: Any, *, c: float, balance: float, seed: int
) -> None:
    if gold.all() or not gold.any():
        bias[column] = -ABSENT_LOGIT if gold.all() else ABSENT_LOGIT
        return
    model = _regression(gold, c=c, balance=balance, seed=seed).fit(features, gold)
    weight[column], bias[column] = model.coef_[0], model.intercept_[0]


def _fit_choice(
    features: Any, gold: NDArray[np.intp], start: int, weight: Any, bias: Any, *, c: float, balance: float, seed: int
) -> None:
    present = np.unique(gold)
    if len(present) == 1:
        bias[start + present[0]] = 0.0
        return
    model = _regression(gold, c=c, balance=balance, seed=seed).fit(features, gold)
    if len(present) == 2:  # scikit-learn gives one row for two classes: half of it for each
        weight[start + present[1]], bias[start + present[1]] = model.coef_[0] / 2, model.intercept_[0] / 2
        weight[start + present[0]], bias[start + present[0]] = -model.coef_[0] / 2, -model.intercept_[0] / 2
        return
    weight[start + present], bias[start + present] = model.coef_, model.intercept_


def _regression(gold: NDArray[Any], *, c: float, balance: float, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    values, counts = np.unique(gold, return_counts=True)
    weights = (len(gold) / len(values) / counts) ** balance
    return LogisticRegression(
        C=c,
        class_weight=dict(zip(values.tolist(), weights.tolist(), strict=True)),
        max_iter=MAX_ITERATIONS,
        random_state=seed,
    )


def mixed_heads(heads: Mapping[str, NDArray[np.floating]], mixing: Mixing) -> dict[str, NDArray[np.float32]]:
    """Heads whose logits are those of the mixing layer over the given heads' logits."""
    mixed = {name: mixing.weight @ value for name, value in heads.items()}
    mixed["bias"] = mixed["bias"] + mixing.bias
    return {name: np.ascontiguousarray(value, np.float32) for name, value in mixed.items()}
