"""What tests of several layers stand on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.core.codebook import Codebook
from pipeline.profiles.error import ClassifierError

SURE = 0.8  # probability of a chosen label; the others share the rest


def _record(codebook: Codebook, *, n_articles: int, quality: float, seed: int) -> ClassifierError:
    """Held-out articles of 30 sentences whose labels are predicted right with `quality`, else at random."""
    rng = np.random.default_rng(seed)
    articles = np.repeat([f"g{i}" for i in range(n_articles)], 30)
    gold, predicted, p = {}, {}, {}
    for task in codebook.tasks:
        k = len(task.values)
        shares = np.repeat(rng.dirichlet(np.full(k, 2.0), n_articles), 30, axis=0)
        is_right = rng.random((len(articles), k)) < quality
        if task.kind == "multi":
            true = rng.random((len(articles), k)) < shares
            found = np.where(is_right, true, rng.random(true.shape) < 0.5)
            p[task.name] = np.where(found, SURE, 1 - SURE)
        else:
            classes = (shares.cumsum(axis=1) < rng.random((len(articles), 1))).sum(axis=1)
            seen = np.where(is_right[:, 0], classes, rng.integers(k, size=len(classes)))
            true, found = np.eye(k)[classes], np.eye(k)[seen]
            p[task.name] = np.where(found, SURE, (1 - SURE) / (k - 1))
        gold[task.name], predicted[task.name] = true, found
    return ClassifierError.from_predictions(
        codebook, articles=articles.tolist(), gold=gold, predicted=predicted, p=p, gold_sha256="0" * 64
    )


@pytest.fixture(scope="session")
def record_of_error() -> Callable[..., ClassifierError]:
    return _record
