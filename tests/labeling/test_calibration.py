import numpy as np
from scipy.special import expit, softmax

from pipeline.core import codebook
from pipeline.labeling.calibration import TaskCalibration, confidence, decided, probabilities

STANCE, DEVICES = codebook.load().task("stance"), codebook.load().task("devices")
LOGITS = np.random.default_rng(0).normal(scale=5, size=(50, 3))


def test_choices_are_softmax_and_sets_are_sigmoid_as_scipy_has_them():
    scaled = TaskCalibration(np.array([1.0, 2.0, 0.5]), np.array([0.1, 0.0, -0.3]), np.zeros(3))
    expected = softmax(LOGITS * scaled.scale + scaled.shift, axis=1)
    np.testing.assert_allclose(probabilities(STANCE, scaled, LOGITS), expected, rtol=1e-12)
    many = np.random.default_rng(1).normal(scale=300, size=(9, 14))
    plain = TaskCalibration.neutral(DEVICES)
    np.testing.assert_allclose(probabilities(DEVICES, plain, many), expit(many), atol=1e-12)


def test_a_choice_has_one_label_and_offsets_move_it():
    p = np.array([[0.5, 0.4, 0.1], [0.1, 0.2, 0.7]])
    plain = TaskCalibration.neutral(STANCE)
    assert decided(STANCE, plain, p).argmax(axis=1).tolist() == [0, 2]
    favoured = TaskCalibration(plain.scale, plain.shift, np.array([0.0, 1.0, 0.0]))
    chosen = decided(STANCE, favoured, p)
    assert chosen.argmax(axis=1).tolist() == [1, 2]
    assert chosen.sum(axis=1).tolist() == [1, 1]


def test_a_set_takes_all_labels_over_their_thresholds_and_none_is_a_set_too():
    settings = TaskCalibration(np.ones(14), np.zeros(14), np.linspace(0.1, 0.75, 14))
    p = np.array([[0.31] * 14, [0.01] * 14])
    assert decided(DEVICES, settings, p).sum(axis=1).tolist() == [5, 0]


def test_confidence_is_that_of_the_decision_and_of_a_sets_least_sure_label():
    p = np.array([[0.5, 0.4, 0.1]])
    assert confidence(STANCE, p, np.array([[False, True, False]])).tolist() == [0.4]
    many = np.full((1, 14), 0.02)
    many[0, 3] = 0.6
    assert confidence(DEVICES, many, many > 0.5).tolist() == [0.6]


def test_json_keeps_every_number():
    settings = TaskCalibration(LOGITS[0], LOGITS[1], LOGITS[2])
    again = TaskCalibration.from_json(settings.as_json())
    assert all(np.array_equal(getattr(settings, n), getattr(again, n)) for n in ("scale", "shift", "offset"))
