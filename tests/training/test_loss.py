"""What a sentence's unknown tasks and labels do to the loss: nothing."""

import numpy as np
import pytest

from pipeline.core import codebook
from pipeline.training.loss import MultiTaskLoss

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
functional = torch.nn.functional
BOOK = codebook.load()
DEVICES = BOOK.slices()["devices"]


def drawn(n, *, seed=0):
    """Logits and targets of n sentences, everything known."""
    rng = np.random.default_rng(seed)
    targets = np.zeros((n, 20), np.float32)
    targets[np.arange(n), rng.integers(0, 3, n)] = 1
    targets[np.arange(n), 3 + rng.integers(0, 3, n)] = 1
    targets[:, DEVICES] = rng.random((n, 14)) < 0.3
    return torch.tensor(rng.normal(size=(n, 20)), dtype=torch.float32, requires_grad=True), targets


def value(targets, logits, batch=None, **weights):
    loss = MultiTaskLoss(BOOK, targets, balance=0.5, task_weights=weights)
    return loss(logits, torch.from_numpy(targets if batch is None else batch))


def slope(targets, logits, batch=None, **weights):
    logits.grad = None
    value(targets, logits, batch, **weights).backward()
    return logits.grad.numpy().copy()


def test_where_all_is_known_the_loss_is_to_the_last_bit_the_plain_one():
    logits, targets = drawn(40)
    y, weights = torch.from_numpy(targets), MultiTaskLoss(BOOK, targets, balance=0.5, task_weights={}).weights
    counts = targets[:, DEVICES].sum(axis=0)
    rare = torch.tensor(((40 - counts) / counts) ** 0.5)
    expected = logits.sum() * 0
    everyone = torch.ones(40, dtype=bool)  # an index copies: the processor adds up a view in another order
    for task, columns in BOOK.slices().items():
        z, gold = logits[everyone, columns], y[everyone, columns]
        if task == "devices":
            expected = expected + 2.0 * functional.binary_cross_entropy_with_logits(z, gold, pos_weight=rare)
        else:
            weighted = weights[task] * gold
            expected = expected - (weighted * functional.log_softmax(z, dim=1)).sum() / weighted.sum()
    assert torch.equal(value(targets, logits), expected)
    expected.backward()
    by_hand = logits.grad.numpy().copy()
    np.testing.assert_array_equal(slope(targets, logits), by_hand)


def test_an_unknown_label_moves_no_logit_and_leaves_the_others_as_they_were():
    logits, targets = drawn(30)
    some = targets.copy()
    some[5:20, DEVICES.start + 2] = np.nan
    before, after = slope(targets, logits), slope(targets, logits, some)
    assert not after[5:20, DEVICES.start + 2].any()
    is_known = ~np.isnan(some)
    np.testing.assert_array_equal(before[is_known], after[is_known])


def test_the_rarity_of_a_label_is_counted_where_it_is_known():
    _, targets = drawn(40)
    beside = np.full((200, 20), np.nan, np.float32)
    beside[:, DEVICES.start] = 0
    alone, together = (
        MultiTaskLoss(BOOK, rows, balance=1, task_weights={}).weights["devices"].numpy()
        for rows in (targets, np.concatenate([targets, beside]))
    )
    np.testing.assert_array_equal(alone[1:], together[1:])
    n = targets[:, DEVICES.start].sum()
    assert together[0] == pytest.approx((240 - n) / n, rel=1e-6)


def test_a_sentence_of_which_no_label_is_known_is_not_in_the_mean():
    logits, targets = drawn(10)
    fewer = targets.copy()
    fewer[3:, DEVICES] = np.nan
    three = logits[:3].detach().clone().requires_grad_()
    only = {"stance": 0.0, "certainty": 0.0}
    expected = slope(targets, three, targets[:3], **only)
    np.testing.assert_array_equal(slope(targets, logits, fewer, **only)[:3], expected)


def test_a_choice_that_is_known_in_part_is_not_known():
    logits, targets = drawn(10)
    some = targets.copy()
    some[2, 0] = np.nan
    assert not slope(targets, logits, some)[2, :3].any()
    assert slope(targets, logits, some)[2, 3:].any()


def test_a_window_of_which_no_choice_has_a_label_gives_a_number():
    logits, targets = drawn(10)
    none = targets.copy()
    none[:, :3] = 0
    assert np.isfinite(value(targets, logits, none).item())
    found = slope(targets, logits, none)
    assert not found[:, :3].any()
    np.testing.assert_array_equal(found[:, 3:], slope(targets, logits)[:, 3:])


@pytest.mark.parametrize("columns", [slice(0, 3), slice(DEVICES.start, DEVICES.start + 1), DEVICES])
def test_what_is_unknown_of_the_whole_training_set_moves_nothing_and_leaves_the_rest_as_it_was(columns):
    logits, targets = drawn(20)
    some = targets.copy()
    some[:, columns] = np.nan
    assert np.isfinite(value(some, logits).item())
    before, after = slope(targets, logits), slope(some, logits)
    assert not after[:, columns].any()
    is_known = ~np.isnan(some)
    np.testing.assert_array_equal(before[is_known], after[is_known])
