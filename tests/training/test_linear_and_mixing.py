import numpy as np
import pytest

from pipeline.core import codebook
from pipeline.training import linear, mixing

BOOK = codebook.load()


def problem(n, width, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, width)).astype(np.float32)
    truth = rng.normal(size=(width, 20))
    z = features @ truth
    targets = np.zeros((n, 20), np.float32)
    targets[np.arange(n), z[:, :3].argmax(axis=1)] = 1
    targets[np.arange(n), 3 + z[:, 3:6].argmax(axis=1)] = 1
    targets[:, 6:] = z[:, 6:] > 1
    return features, targets


def test_heads_learn_each_task_as_its_kind_asks():
    features, targets = problem(600, 12)
    weight, bias = linear.fit_heads(BOOK, features, targets, c=10, balance=0.5, seed=0)
    z = features @ weight.T + bias
    assert (z[:, :3].argmax(axis=1) == targets[:, :3].argmax(axis=1)).mean() > 0.95
    assert ((z[:, 6:] > 0) == (targets[:, 6:] > 0)).mean() > 0.95


def test_labels_that_no_sentence_has_are_never_chosen():
    features, targets = problem(200, 6)
    targets[:, 0], targets[:, 2] = 0, np.maximum(targets[:, 2], targets[:, 0])
    targets[:, 7] = 0
    weight, bias = linear.fit_heads(BOOK, features, targets, c=1, balance=0.5, seed=0)
    z = features @ weight.T + bias
    assert 0 not in z[:, :3].argmax(axis=1)
    assert (z[:, 7] < -10).all()


def test_mixed_heads_give_the_mixed_logits():
    rng = np.random.default_rng(0)
    heads = {"weight": rng.normal(size=(20, 8)), "rules": rng.normal(size=(20, 5)), "bias": rng.normal(size=20)}
    layer = mixing.Mixing(rng.normal(size=(20, 20)).astype(np.float32), rng.normal(size=20).astype(np.float32))
    states, rules = rng.normal(size=(30, 8)), rng.normal(size=(30, 5))
    plain = states @ heads["weight"].T + rules @ heads["rules"].T + heads["bias"]
    mixed = linear.mixed_heads(heads, layer)
    found = states @ mixed["weight"].T + rules @ mixed["rules"].T + mixed["bias"]
    np.testing.assert_allclose(found, layer(plain), atol=1e-3)


def test_a_devices_logit_learns_from_another_tasks_and_stance_keeps_its_own():
    rng = np.random.default_rng(0)
    _, targets = problem(1_200, 6)
    logits = rng.normal(size=(1_200, 20)).astype(np.float32)  # says nothing of the device, but stance does
    targets[:, 9] = targets[:, 0]
    logits[:, 0] = targets[:, 0] * 4 + rng.normal(size=1_200) * 0.1
    mixed = mixing.fit(BOOK, logits, targets, seed=0)(logits)
    assert ((mixed[:, 9] > 0) == (targets[:, 9] > 0)).mean() > 0.9
    np.testing.assert_array_equal(mixed[:, :6], logits[:, :6])


def test_a_device_too_rare_to_be_calibrated_keeps_its_logit():
    features, targets = problem(600, 20)
    targets[:, 9], targets[:, 10] = 0, 0
    targets[:4, 9] = 1
    layer = mixing.fit(BOOK, features, targets, seed=0)
    np.testing.assert_array_equal(layer(features)[:, 9:11], features[:, 9:11])
    assert not np.allclose(layer(features)[:, 11], features[:, 11])


def test_with_little_held_out_text_the_logits_stay_as_they_are():
    logits = np.random.default_rng(0).normal(size=(50, 20)).astype(np.float32)
    np.testing.assert_array_equal(mixing.fit(BOOK, logits, np.zeros((50, 20)), seed=0)(logits), logits)


def test_an_articles_mixed_logits_do_not_depend_on_its_own_labels():
    features, targets = problem(1_500, 20)
    articles = np.array_split(np.arange(1_500), 10)
    logits, gold = [features[i] for i in articles], [targets[i] for i in articles]
    before = mixing.cross_fitted(BOOK, logits, gold, rng=np.random.default_rng(0), seed=0)
    gold[3] = gold[3][::-1].copy()
    after = mixing.cross_fitted(BOOK, logits, gold, rng=np.random.default_rng(0), seed=0)
    np.testing.assert_array_equal(before[3], after[3])
    assert any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("n_classes", [1, 2])
def test_one_and_two_present_labels_still_give_a_choice(n_classes):
    features, targets = problem(120, 5)
    gold = targets[:, :3].argmax(axis=1) % n_classes
    targets[:, :3] = np.eye(3)[gold]
    weight, bias = linear.fit_heads(BOOK, features, targets, c=10, balance=0.5, seed=0)
    assert ((features @ weight.T + bias)[:, :3].argmax(axis=1) == gold).mean() > (0.99 if n_classes == 1 else 0.8)
