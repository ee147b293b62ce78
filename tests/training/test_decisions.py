import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.metrics import f1_score

from pipeline.core import codebook
from pipeline.labeling.calibration import TaskCalibration, decided, probabilities
from pipeline.training import decisions

BOOK = codebook.load()
STANCE, DEVICES = BOOK.task("stance"), BOOK.task("devices")


def drawn(n, seed=0, sharpness=3.0):
    """Labels drawn from known probabilities, and logits that are those made too sure by a factor."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(n, 20))
    true[:, 2] += 1.0
    p_stance, p_certainty = softmax(true[:, :3], axis=1), softmax(true[:, 3:6], axis=1)
    targets = np.zeros((n, 20))
    targets[np.arange(n), [rng.choice(3, p=p) for p in p_stance]] = 1
    targets[np.arange(n), [3 + rng.choice(3, p=p) for p in p_certainty]] = 1
    targets[:, 6:] = rng.random((n, 14)) < expit(true[:, 6:] - 2)
    logits = true * sharpness
    logits[:, 6:] = (true[:, 6:] - 2) * sharpness
    return true, logits, targets


def test_calibration_finds_the_probabilities_that_labels_were_drawn_from():
    true, logits, targets = drawn(6_000)
    fitted = decisions.fit(BOOK, logits, targets)
    found = probabilities(STANCE, fitted["stance"], logits[:, :3])
    assert np.abs(found - softmax(true[:, :3], axis=1)).mean() < 0.02
    found = probabilities(DEVICES, fitted["devices"], logits[:, 6:])
    assert np.abs(found - expit(true[:, 6:] - 2)).mean() < 0.02


def test_chosen_offsets_and_thresholds_are_no_worse_than_the_plain_decision():
    _, logits, targets = drawn(1_500)
    fitted = decisions.fit(BOOK, logits, targets)
    for task in BOOK.tasks:
        columns = BOOK.slices()[task.name]
        gold = targets[:, columns] > 0
        scores = []
        for settings in (fitted[task.name], TaskCalibration.neutral(task)):
            chosen = decided(task, settings, probabilities(task, settings, logits[:, columns]))
            scores.append(f1_score(gold, chosen, average="macro", zero_division=0))
        assert scores[0] >= scores[1] - 0.01  # calibrated probabilities tie and round differently


def test_a_task_with_poles_goes_half_the_way_to_the_offsets_of_the_highest_macro_f1(monkeypatch):
    _, logits, targets = drawn(1_500)
    half = decisions.fit(BOOK, logits, targets)["stance"].offset
    monkeypatch.setattr(decisions, "POLED_SHARE", 1.0)
    whole = decisions.fit(BOOK, logits, targets)["stance"].offset
    assert np.abs(whole).max() > 0
    np.testing.assert_allclose(half, whole / 2)


def test_a_label_without_examples_keeps_its_score_and_the_threshold_of_one_half():
    _, logits, targets = drawn(300)
    targets[:, 8] = 0
    settings = decisions.fit(BOOK, logits, targets)["devices"]
    assert (settings.scale[2], settings.shift[2], settings.offset[2]) == (1.0, 0.0, 0.5)


def test_a_score_that_ranks_the_wrong_way_says_the_base_rate():
    rng = np.random.default_rng(0)
    _, logits, targets = drawn(800)
    targets[:, 6] = rng.random(800) < expit(-logits[:, 6])
    settings = decisions.fit(BOOK, logits, targets)["devices"]
    p = probabilities(DEVICES, settings, logits[:, 6:])[:, 0]
    assert p.std() < 0.01
    assert p.mean() == pytest.approx(targets[:, 6].mean(), abs=0.02)
