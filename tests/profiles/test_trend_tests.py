import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.oneway import anova_oneway

from pipeline.profiles.trend_tests import change_p, trend_p
from pipeline.profiles.trends import levers


def made(*, slope=0.0, bump=0.0, n=24, seed=0):
    rng = np.random.default_rng(seed)
    times = np.repeat([2019.0, 2020, 2021, 2022], n // 4)
    scores = slope * (times - 2019) + bump * (times == 2020) + rng.normal(0, 1, n)
    return scores, np.ones(n), times


def hc2_ratio(scores, times):
    design = np.column_stack([np.ones_like(times), times - times.mean()])
    return OLS(scores, design).fit(cov_type="HC2").tvalues[1]


def welch_f(*groups):
    return anova_oneway(groups, use_var="unequal", welch_correction=True).statistic


def test_the_trend_agrees_with_scipys_permutation_of_the_same_ratio():
    scores, weights, times = made(slope=0.3)
    expected = stats.permutation_test(
        (scores,), lambda s: hc2_ratio(s, times), permutation_type="pairings", n_resamples=1_999, rng=0
    ).pvalue
    found = trend_p(scores, weights, times, n_permutations=9_999, rng=np.random.default_rng(1))
    assert found == pytest.approx(expected, abs=0.015)


def test_any_change_agrees_with_scipys_permutation_of_welchs_f():
    scores, weights, times = made(bump=1.0)
    groups = [scores[times == t] for t in np.unique(times)]
    expected = stats.permutation_test(groups, welch_f, n_resamples=1_999, alternative="greater", rng=0).pvalue
    found = change_p(scores, weights, times, n_permutations=9_999, rng=np.random.default_rng(1))
    assert found == pytest.approx(expected, abs=0.015)


def share_found(test, counts, spreads, *, slope=0.0, n=600):
    """How often p <= .05."""
    times = np.repeat(np.arange(float(len(counts))), counts)
    found = []
    for seed in range(n):
        scores = slope * times + np.repeat(spreads, counts) * np.random.default_rng([4, seed]).normal(size=len(times))
        rng = np.random.default_rng([5, seed])
        found.append(test(scores, np.ones(len(times)), times, n_permutations=199, rng=rng))
    return np.mean(np.array(found) <= 0.05)


@pytest.mark.parametrize("test", [trend_p, change_p])
@pytest.mark.parametrize(("counts", "spreads"), [((12, 12, 4), (1, 1, 2)), ((20, 5), (1, 2))])
def test_p_keeps_its_level_where_a_small_period_spreads_more(test, counts, spreads):
    assert share_found(test, counts, spreads) == pytest.approx(0.06, abs=0.025)  # raw: .13 to .18


@pytest.mark.parametrize(("test", "power"), [(trend_p, 0.6), (change_p, 0.45)])
def test_a_true_trend_is_still_found(test, power):
    assert share_found(test, (10, 10, 10), (1, 1, 1), slope=0.6, n=200) > power


def test_a_bump_is_a_change_and_no_trend():
    scores, weights, times = made(bump=4.0, n=40)
    rng = np.random.default_rng(2)
    assert change_p(scores, weights, times, n_permutations=500, rng=rng) < 0.01
    assert trend_p(scores, weights, times, n_permutations=500, rng=rng) > 0.05


@pytest.mark.parametrize("test", [trend_p, change_p])
def test_p_is_even_under_the_null_with_articles_of_unequal_length(test):
    found = []
    for seed in range(300):
        scores, _, times = made(n=16, seed=seed)
        rng = np.random.default_rng([9, seed])  # a stream of its own, or order and scores would be one
        weights = rng.integers(5, 60, 16).astype(float)
        found.append(test(scores, weights, times, n_permutations=199, rng=rng))
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.045)


def test_p_is_never_under_one_in_the_number_of_arrangements():
    scores, times = np.array([0.0, 0.1, 9.0, 9.1]), np.array([1.0, 1, 2, 2])
    found = trend_p(scores, np.ones(4), times, n_permutations=7, rng=np.random.default_rng(0))
    assert found >= 1 / 6


def test_levers_give_the_rise_of_numpys_weighted_line():
    rng = np.random.default_rng(3)
    times, weights, nets = np.array([2001.0, 2002, 2005, 2009]), rng.random(4) + 0.1, rng.random(4)
    slope = np.polyfit(times - 2001, nets, 1, w=np.sqrt(weights))[0]
    assert levers(times, weights) @ nets == pytest.approx(slope * 8)
