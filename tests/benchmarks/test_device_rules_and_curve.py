import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import device_rules
import learning_curve
from samples import logits_of

from pipeline.core import codebook as codebooks
from pipeline.core.places import shipped
from pipeline.labeling import model as models
from pipeline.labeling.rules import FEATURES
from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.scoring.resampling import ArticleResamples

BOOK = codebooks.load()
TEXT = "Who lost the port? Not the pilots, but the ministers. Never the pilots, never the crews, never the cooks."


@pytest.fixture
def model():
    return models.load(shipped("models/default"), threads=1)


@pytest.fixture
def article():
    ends = [18, 53, len(TEXT)]
    return ArticleText(TEXT, tuple(SentenceSpan(a, z, True) for a, z in zip([0, 19, 54], ends, strict=True)))


def test_the_encoders_part_is_what_is_left_with_the_rules_weights_at_zero(model, article):
    labeller = model.labeller
    logits = logits_of(labeller.score([article]))
    parts = device_rules.shares_of(labeller, [article], logits)
    assert np.abs(parts.rules).max() > 0.1
    np.testing.assert_allclose(parts.rules + parts.rest, logits, atol=1e-5)
    labeller.rule_weight = np.zeros_like(labeller.rule_weight)
    np.testing.assert_allclose(parts.rest, logits_of(labeller.score([article])), atol=1e-4)


def test_every_device_but_none_has_rules_of_its_own():
    for device in BOOK.task("devices").values:
        assert device_rules.own_columns(FEATURES, device), device


def test_thresholds_come_from_the_other_articles():
    """Article 0 alone would put its threshold under 0.3; the others put theirs at 0.6."""
    scores = np.array([0.3, 0.2] + [0.6, 0.5, 0.4, 0.1] * 3)
    gold = np.array([True, False] + [True, False, False, False] * 3)
    chosen = device_rules.out_of_fold(scores, gold, np.array([0, 0, *np.repeat([1, 2, 3], 4)]))
    assert not chosen[:2].any()


def test_precision_and_recall_are_of_the_device():
    resamples = ArticleResamples.draw(2, n_resamples=20, level=0.95, rng=np.random.default_rng(0))
    found = device_rules.figures(
        np.array([True, True, False, False]),
        np.array([4.0, 3.0, 2.0, 1.0]),
        np.array([True, False, True, False]),
        np.array([0, 0, 1, 1]),
        resamples,
    )
    assert (found["precision"].value, found["recall"].value, found["f1"].value) == (0.5, 0.5, 0.5)
    assert found["average_precision"].value == pytest.approx((1 + 2 / 3) / 2)


def test_parts_of_one_seed_contain_each_other():
    rows = list(range(40))
    quarter, half, whole = (learning_curve.part_of(rows, share, seed=1) for share in (0.25, 0.5, 1.0))
    assert (len(quarter), len(half)) == (10, 20)
    assert set(quarter) < set(half) < set(whole) == set(rows)
    assert learning_curve.part_of(rows, 0.25, seed=2) != quarter


def test_a_narrowed_codebook_keeps_the_columns_of_its_tasks():
    narrow = learning_curve.narrowed(BOOK, ["certainty"])
    columns = learning_curve.columns_of(BOOK, narrow)
    assert [BOOK.columns()[i] for i in columns] == list(narrow.columns())


def test_heads_learn_what_the_features_tell():
    rng = np.random.default_rng(2)
    narrow = learning_curve.narrowed(BOOK, ["certainty"])
    gold = rng.integers(0, 3, 300)
    near = np.eye(3)[gold] * 2 + rng.normal(0, 0.3, (300, 3))
    features = (near * [1, 10, 0.1] + [0, 50, -3]).astype(np.float32)  # weights must suit them as they come
    weight, bias = learning_curve.fitted(narrow, features, np.eye(3)[gold], seed=0)
    assert ((features @ weight.T + bias).argmax(axis=1) == gold).mean() > 0.95
