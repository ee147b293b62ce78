"""Expected values: `scipy.stats.permutation_test` 1.17, and an exact count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipeline.core.errors import ConfigError
from pipeline.scoring.significance import compare_predictions, permutation_p


def mean(sums):
    return sums[..., 0] / sums[..., 1]


def with_n(values):
    return np.column_stack([values, np.ones(len(values))])


@pytest.mark.parametrize("seed", range(5))
def test_exact_p_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(0.4, 1, size=8), rng.normal(size=8)
    expected = stats.permutation_test(
        (first, second), lambda a, b: a.mean() - b.mean(), permutation_type="samples", n_resamples=np.inf
    )
    found = permutation_p(with_n(first), with_n(second), mean, n_permutations=256, rng=rng)
    assert found == pytest.approx(expected.pvalue)


def test_drawn_p_comes_near_the_exact_one(rng):
    first, second = rng.normal(0.4, 1, size=10), rng.normal(size=10)
    exact = permutation_p(with_n(first), with_n(second), mean, n_permutations=1024, rng=rng)
    first, second = (
        np.concatenate([a, np.zeros(5)]) for a in (first, second)
    )  # swaps of equal articles change nothing
    drawn = permutation_p(with_n(first), with_n(second), mean, n_permutations=8000, rng=rng)
    assert drawn == pytest.approx(exact, abs=0.02)


def test_three_articles_all_better_give_p_of_a_quarter(rng):
    found = permutation_p(with_n(np.array([1.0, 1, 1])), with_n(np.zeros(3)), mean, n_permutations=100, rng=rng)
    assert found == 2 / 8  # by hand: all kept and all swapped, of eight assignments


def test_a_drawn_p_is_never_zero(rng):
    found = permutation_p(with_n(np.ones(40)), with_n(np.zeros(40)), mean, n_permutations=99, rng=rng)
    assert found == 1 / 100


def test_equal_models_differ_by_nothing(harbour, make_set, make_predictions, rng):
    gold = make_set(harbour, rng)
    same = make_predictions(gold, harbour, rng)
    found = compare(gold, same, same, harbour)
    assert (found.difference.value, found.difference.low, found.difference.high) == (0, 0, 0)
    assert found.p_value == 1


def compare(gold, first, second, codebook, task="tone", seed=0):
    return compare_predictions(
        gold, first, second, codebook, task=task, n_resamples=500, level=0.95, rng=np.random.default_rng(seed)
    )


def test_a_better_model_has_a_lower_bound_above_zero_and_the_worse_one_the_mirror(
    harbour, make_set, make_predictions, rng
):
    gold = make_set(harbour, rng, n_articles=12)
    good, poor = (make_predictions(gold, harbour, rng, skill=skill) for skill in (0.6, 0.1))
    found, mirrored = compare(gold, good, poor, harbour), compare(gold, poor, good, harbour)
    assert found.difference.low > 0
    assert found.p_value < 0.01
    assert found.difference.value == pytest.approx(found.first - found.second)
    assert mirrored.difference.value == pytest.approx(-found.difference.value)
    assert mirrored.difference.high == pytest.approx(-found.difference.low)


def test_pairing_makes_the_interval_narrower_than_that_of_either_model(harbour, make_set, make_predictions, rng):
    gold = make_set(harbour, rng, n_articles=12)
    good = make_predictions(gold, harbour, rng, skill=0.3)
    worse = make_predictions(gold, harbour, rng, skill=0.3)
    chosen = {**good.chosen, "tone": good.chosen["tone"].copy()}
    chosen["tone"][:3] = worse.chosen["tone"][:3]
    nearly = type(good)(good.articles, good.n, good.probabilities, chosen)
    independent = compare(gold, good, worse, harbour).difference
    paired = compare(gold, good, nearly, harbour).difference
    assert paired.high - paired.low < (independent.high - independent.low) / 3


def test_the_seed_decides_the_comparison(harbour, make_set, make_predictions, rng):
    gold = make_set(harbour, rng, n_articles=12)
    models = [make_predictions(gold, harbour, rng) for _ in range(2)]
    assert compare(gold, *models, harbour, seed=1) == compare(gold, *models, harbour, seed=1)
    assert compare(gold, *models, harbour, seed=1) != compare(gold, *models, harbour, seed=2)


def test_one_article_gives_a_difference_without_interval_or_p(harbour, make_set, make_predictions, rng):
    gold = make_set(harbour, rng, n_articles=1)
    models = [make_predictions(gold, harbour, rng) for _ in range(2)]
    found = compare(gold, *models, harbour)
    assert found.difference.value is not None
    assert (found.difference.low, found.p_value) == (None, None)


def test_an_unknown_task_is_refused(harbour, make_set, make_predictions, rng):
    gold = make_set(harbour, rng)
    same = make_predictions(gold, harbour, rng)
    with pytest.raises(ConfigError, match=r"unknown task 'tones'.*did you mean 'tone'"):
        compare(gold, same, same, harbour, task="tones")
