import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.oneway import anova_oneway

from pipeline.profiles import studentised
from pipeline.profiles.studentised import line, permuted, standardised, welch

RNG = np.random.default_rng(5)
TIMES = np.repeat([2019.0, 2020, 2023], [9, 6, 4])
SCORES = RNG.normal(0, 1 + (TIMES == 2023))


def centred(scores, weights):
    return scores - np.average(scores, weights=weights)


def test_the_line_is_over_statsmodels_hc2_error():
    weights = RNG.integers(5, 60, len(TIMES)).astype(float)
    fit = WLS(SCORES, np.column_stack([np.ones_like(TIMES), TIMES - 2019]), weights=weights).fit(cov_type="HC2")
    assert line(centred(SCORES, weights), weights, TIMES[None])[0] == pytest.approx(fit.tvalues[1])


def test_the_line_of_two_groups_is_scipys_welch_t():
    a, b, ones = SCORES[:9], SCORES[9:], np.ones(19)
    side = (np.arange(19) < 9).astype(float)
    expected = stats.ttest_ind(a, b, equal_var=False).statistic
    assert line(centred(SCORES, ones), ones, side[None])[0] == pytest.approx(expected)


def test_any_change_is_statsmodels_welch_f():
    groups = [SCORES[t == TIMES] for t in np.unique(TIMES)]
    expected = anova_oneway(groups, use_var="unequal", welch_correction=True).statistic
    assert welch(SCORES, np.ones(19), TIMES[None])[0] == pytest.approx(expected)


@pytest.mark.parametrize("statistic", [line, welch])
def test_draws_do_not_depend_on_the_size_of_a_chunk(statistic, monkeypatch):
    def found():
        rng = np.random.default_rng(0)
        return permuted(statistic, SCORES, np.ones(19), TIMES, n_permutations=50, rng=rng)[1]

    whole = found()
    monkeypatch.setattr(studentised, "CHUNK", 7)
    assert found() == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("statistic", [line, welch])
@pytest.mark.parametrize(
    ("scores", "times"),
    [
        ([0.0, 0, 0, 1, 1, 1], [1.0, 1, 1, 2, 2, 2]),  # no spread within
        ([0.3, 0.1, 0.4, 0.9], [1.0, 1, 1, 2]),  # a period of one article
        ([0.3, 0.1, 0.9], [1.0, 2, 3]),  # of nothing else
        ([0.3, 0.9], [1.0, 2]),
        ([0.3, 0.1], [1.0, 1]),  # one period
    ],
)
def test_degenerate_periods_are_defined(statistic, scores, times):
    observed, found = permuted(
        statistic,
        np.array(scores),
        np.ones(len(scores)),
        np.array(times),
        n_permutations=60,
        rng=np.random.default_rng(0),
    )
    assert np.isfinite([observed, *found]).all()


def test_periods_without_spread_give_a_large_ratio_and_no_endless_one():
    scores, times = np.array([-0.5, -0.5, -0.5, 0.5, 0.5, 0.5]), np.repeat([1.0, 2], 3)
    assert 1e3 < line(scores, np.ones(6), times[None])[0] < 1e6
    assert 1e6 < welch(scores, np.ones(6), times[None])[0] < 1e12


def test_a_lone_article_has_the_spread_of_the_others():
    scores, times = np.array([-1.0, 0, 1, 4]) - 1, np.array([1.0, 1, 1, 2])
    assert welch(scores, np.ones(4), times[None])[0] == pytest.approx(12)  # 4 ** 2 over 1 / 3 + 1: both spread by 1


@pytest.mark.parametrize("statistic", [line, welch])
def test_equal_scores_are_no_change_whatever_their_rounding(statistic):
    weights = RNG.integers(5, 60, len(TIMES)).astype(float)
    observed, found = permuted(
        statistic,
        np.where(TIMES == 2020, 0.1 + 0.2, 0.3),
        weights,
        TIMES,
        n_permutations=20,
        rng=np.random.default_rng(0),
    )
    assert observed == 0
    assert not found.any()


def test_standardised_ratios_are_normal_where_they_are_students():
    found = np.random.default_rng(0).standard_t(18, 20_000)
    z = standardised(4.0, found, np.repeat([0.0, 1], 10))
    assert z == pytest.approx(stats.norm.isf(stats.t.sf(4.0, 18)), abs=0.06)


def test_ratios_without_spread_have_no_tail():
    assert standardised(2.0, np.zeros(9), np.repeat([0.0, 1], 3)) == 0
