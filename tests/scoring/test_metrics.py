"""Expected values come from scikit-learn 1.9, or by hand where it has no such figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

from pipeline.scoring.metrics import score_task
from pipeline.scoring.predictions import TaskAnswers
from pipeline.scoring.probabilities import average_precision, risk_coverage_area
from pipeline.scoring.resampling import ArticleResamples

pytestmark = pytest.mark.filterwarnings("error")
SEEDS = range(5)


def resamples_of(answers: TaskAnswers, n_resamples: int = 50) -> ArticleResamples:
    rng = np.random.default_rng(1)
    return ArticleResamples.draw(answers.n_articles, n_resamples=n_resamples, level=0.95, rng=rng)


def one_article(task, gold: list[str], chosen: list[str], p) -> TaskAnswers:
    eye = np.eye(len(task.values), dtype=bool)
    index = {value: at for at, value in enumerate(task.values)}
    return TaskAnswers(
        task,
        eye[[index[label] for label in gold]],
        eye[[index[label] for label in chosen]],
        np.asarray(p, float),
        np.zeros(len(gold), np.intp),
        1,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_single_label_figures_are_those_of_scikit_learn(harbour, make_answers, seed):
    answers = make_answers(harbour.task("tone"), np.random.default_rng(seed))
    found = score_task(answers, resamples_of(answers))
    gold, chosen = answers.gold.argmax(1), answers.chosen.argmax(1)
    assert found.macro_f1.value == pytest.approx(sk.f1_score(gold, chosen, average="macro"))
    precision, recall, f1, support = sk.precision_recall_fscore_support(gold, chosen)
    assert [row.precision.value for row in found.labels] == pytest.approx(precision)
    assert [row.recall.value for row in found.labels] == pytest.approx(recall)
    assert [row.f1.value for row in found.labels] == pytest.approx(f1)
    assert [row.n_gold for row in found.labels] == list(support)
    assert [row.n_predicted for row in found.labels] == list(np.bincount(chosen, minlength=3))
    assert np.array_equal(found.confusion, sk.confusion_matrix(gold, chosen))
    assert found.brier.value == pytest.approx(sk.brier_score_loss(gold, answers.p, scale_by_half=False))
    assert (found.micro_f1, found.macro_f1_frequent, found.quadratic_kappa) == (None, None, None)


@pytest.mark.parametrize("seed", SEEDS)
def test_quadratic_kappa_is_that_of_scikit_learn(harbour, make_answers, seed):
    answers = make_answers(harbour.task("strength"), np.random.default_rng(seed))
    found = score_task(answers, resamples_of(answers))
    expected = sk.cohen_kappa_score(answers.gold.argmax(1), answers.chosen.argmax(1), weights="quadratic")
    assert found.quadratic_kappa.value == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_multi_label_figures_are_those_of_scikit_learn(harbour, make_answers, seed):
    answers = make_answers(harbour.task("topics"), np.random.default_rng(seed))
    found = score_task(answers, resamples_of(answers))
    assert found.macro_f1.value == pytest.approx(sk.f1_score(answers.gold, answers.chosen, average="macro"))
    assert found.micro_f1.value == pytest.approx(sk.f1_score(answers.gold, answers.chosen, average="micro"))
    expected = [sk.average_precision_score(answers.gold[:, at], answers.p[:, at]) for at in range(3)]
    assert [row.average_precision.value for row in found.labels] == pytest.approx(expected)
    squares = sk.multilabel_confusion_matrix(answers.gold, answers.chosen)
    assert np.array_equal([row.confusion for row in found.labels], squares)
    expected_brier = np.mean([sk.brier_score_loss(answers.gold[:, at], answers.p[:, at]) for at in range(3)])
    assert found.brier.value == pytest.approx(expected_brier)
    assert found.confusion is None


def test_macro_f1_over_frequent_labels_leaves_the_rare_out(harbour, make_answers, rng):
    answers = make_answers(harbour.task("topics"), rng)
    gold = answers.gold.copy()
    gold[:, 2] = False
    gold[:11, 2] = True
    answers = replace(answers, gold=gold)
    found = score_task(answers, resamples_of(answers), min_positives=12)
    expected = sk.f1_score(gold[:, :2], answers.chosen[:, :2], average="macro")
    assert found.macro_f1_frequent.value == pytest.approx(expected)
    gold = gold.copy()
    gold[11, 2] = True
    found = score_task(replace(answers, gold=gold), resamples_of(answers), min_positives=12)
    assert found.macro_f1_frequent == found.macro_f1


@pytest.mark.parametrize("seed", SEEDS)
def test_tied_probabilities_are_one_threshold_of_average_precision(seed):
    rng = np.random.default_rng(seed)
    gold, p, weights = rng.random(80) < 0.3, rng.integers(4, size=80) / 4, rng.integers(1, 4, size=(1, 80))
    expected = sk.average_precision_score(gold, p, sample_weight=weights[0])
    assert average_precision(gold, p, weights.astype(float))[0] == pytest.approx(expected)


def test_a_label_that_nobody_uses_has_no_figures_and_does_not_lower_macro_f1(harbour):
    gold, chosen = ["warm", "warm", "cold"], ["warm", "cold", "cold"]
    answers = one_article(harbour.task("tone"), gold, chosen, np.full((3, 3), 1 / 3))
    found = score_task(answers, resamples_of(answers))
    flat = found.labels[2]
    assert (flat.n_gold, flat.n_predicted) == (0, 0)
    assert (flat.precision.value, flat.recall.value, flat.f1.value) == (None, None, None)
    assert found.macro_f1.value == pytest.approx(2 / 3)  # by hand: both labels have F1 2/3


def test_a_label_never_predicted_has_recall_zero_and_no_precision(harbour):
    answers = one_article(harbour.task("tone"), ["warm", "cold"], ["warm", "warm"], np.full((2, 3), 1 / 3))
    cold = score_task(answers, resamples_of(answers)).labels[1]
    assert (cold.precision.value, cold.recall.value, cold.f1.value) == (None, 0.0, 0.0)


def test_kappa_of_a_single_used_label_is_undefined(harbour):
    answers = one_article(harbour.task("strength"), ["high", "high"], ["high", "high"], np.full((2, 3), 1 / 3))
    assert score_task(answers, resamples_of(answers)).quadratic_kappa.value is None


def test_calibration_error_is_the_weighted_gap_of_the_bins(harbour):
    p = [[0.75, 0.2, 0.05], [0.73, 0.2, 0.07], [0.45, 0.35, 0.2], [1.0, 0.0, 0.0], [0.65, 0.3, 0.05]]
    answers = one_article(harbour.task("tone"), ["warm", "cold", "cold", "warm", "warm"], ["warm"] * 5, p)
    found = score_task(answers, resamples_of(answers))
    # by hand: bin .7 to .8 has n 2, confidence .74, correct .5; those at .4, .9, .6 n 1, gaps .45, 0, .35
    assert found.calibration_error.value == pytest.approx((2 * 0.24 + 0.45 + 0 + 0.35) / 5)
    filled = {round(row.low, 1): (row.n, row.true_share) for row in found.reliability if row.n}
    assert filled == {0.7: (2, 0.5), 0.4: (1, 0.0), 0.9: (1, 1.0), 0.6: (1, 1.0)}
    assert found.reliability[0].mean_probability is None


def test_interval_of_calibration_error_makes_up_for_noise(harbour, make_answers):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        answers = make_answers(harbour.task("tone"), rng, n=60)
        gold = np.eye(3, dtype=bool)[[rng.choice(3, p=row) for row in answers.p]]  # calibrated: all error is noise
        found = score_task(replace(answers, gold=gold), resamples_of(answers, 400)).calibration_error
        assert 0 <= found.low <= found.value <= found.high
        assert found.high - found.value < found.value - found.low  # resamples lie mostly above: noise adds to noise


def test_abstention_keeps_the_most_confident_sentences(harbour):
    p = [[0.9, 0.1, 0], [0.8, 0.2, 0], [0.7, 0.3, 0], [0.6, 0.4, 0]]
    answers = one_article(harbour.task("tone"), ["warm", "warm", "cold", "cold"], ["warm"] * 4, p)
    found = score_task(answers, resamples_of(answers))
    risks = {point.coverage: (point.risk, point.threshold) for point in found.abstention}
    assert risks == {1.0: (0.5, 0.6), 0.75: (pytest.approx(1 / 3), 0.7), 0.5: (0.0, 0.8), 0.25: (0.0, 0.9)}
    assert found.risk_coverage_area.value == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_equal_confidences_cannot_be_told_apart_by_abstaining():
    is_wrong = np.array([True, False, False, True, False])
    for order in ([0, 1, 2, 3, 4], [1, 2, 4, 0, 3]):
        area = risk_coverage_area(is_wrong[order], np.full(5, 0.5), np.ones((1, 5)))
        assert area[0] == pytest.approx(0.4)


def test_undefined_figures_are_none_and_never_nan(harbour, make_answers, rng):
    for task in harbour.tasks:
        answers = make_answers(task, rng, n=3, n_articles=3)
        found = score_task(answers, resamples_of(answers))
        for row in found.labels:
            for figure in (row.precision, row.recall, row.f1):
                assert figure.value is None or np.isfinite(figure.value)
