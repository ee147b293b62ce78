import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_effectsize

from pipeline.profiles import significance


def permuted(a, b, *, seed=0, n=20_000):
    units = np.arange(len(a)), np.arange(len(b))
    return significance.permutation_p((a, b), units, n_permutations=n, rng=np.random.default_rng(seed))


def test_holm_agrees_with_statsmodels():
    p = np.random.default_rng(0).random(25) ** 3
    assert significance.holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1])


def test_holm_of_ties_and_of_none():
    assert significance.holm([0.01, 0.01, 0.9]) == pytest.approx([0.03, 0.03, 0.9])
    assert significance.holm([]) == []


def test_a_test_that_was_not_made_is_no_member_of_the_family():
    first, none, last = significance.holm([0.01, None, 0.04])
    assert (first, none, last) == (pytest.approx(0.02), None, pytest.approx(0.04))


def test_permutation_agrees_with_scipys_of_welchs_t():
    rng = np.random.default_rng(3)
    a, b = rng.normal(0.5, 1, 9), rng.normal(0, 1, 8)
    expected = stats.permutation_test(
        (a, b),
        lambda x, y: stats.ttest_ind(x, y, equal_var=False).statistic,
        n_resamples=4_999,
        alternative="two-sided",
        rng=0,
    ).pvalue
    assert permuted(a, b) == pytest.approx(expected, abs=0.015)


def test_permutation_moves_whole_units():
    a, b = np.array([1.0, 1, 1, 1]), np.array([0.0, 0, 0, 0])
    whole = np.zeros(4, int)
    p = significance.permutation_p((a, b), (whole, whole), n_permutations=99, rng=np.random.default_rng(0))
    assert p == 1  # one unit a side: both arrangements show the same difference


def test_a_clear_difference_goes_below_what_the_permutations_resolve():
    rng = np.random.default_rng(0)
    p = permuted(rng.normal(3, 1, 30), rng.normal(0, 1, 30), n=200)
    assert p < 1e-6


def test_p_is_never_under_one_in_the_number_of_arrangements():
    few = [permuted(np.array([5.0, 5.1, 5.2]), np.array([0.0, 0.1, 0.2]), n=25, seed=i) for i in range(30)]
    assert min(few) == pytest.approx(1 / 20)


def test_p_is_even_under_the_null():
    rng = np.random.default_rng(8)
    p = [permuted(rng.random(12), rng.random(12), seed=i, n=200) for i in range(400)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.04)


def test_p_keeps_its_level_where_the_smaller_side_spreads_more():
    rng = np.random.default_rng(9)
    p = [permuted(rng.normal(0, 1, 20), rng.normal(0, 2, 5), seed=i, n=199) for i in range(600)]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.06, abs=0.025)  # of raw means: .17


def test_equal_texts_have_no_difference():
    assert permuted(np.ones(8), np.ones(8), n=50) == 1


def test_cohens_h_agrees_with_statsmodels():
    assert significance.cohens_h(0.4, 0.15) == pytest.approx(proportion_effectsize(0.4, 0.15))
    assert significance.cohens_h(1, 0) == pytest.approx(np.pi)


def test_normal_p_agrees_with_scipy():
    assert significance.normal_p(-2.3) == pytest.approx(2 * stats.norm.sf(2.3))
