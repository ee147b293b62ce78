import numpy as np
import pytest
from quapy import functional
from quapy.method.aggregative import ACC, EMQ

from pipeline.profiles import estimate

CONFUSION = np.array([[0.8, 0.2], [0.3, 0.7]])


def test_count_is_the_weighted_mean_of_each_resample():
    values = np.array([[1.0, 0], [0, 1], [0, 1]])
    shares = estimate.count(values, np.array([[1.0, 1, 1], [2, 1, 0]]))
    assert shares == pytest.approx(np.array([[1 / 3, 2 / 3], [2 / 3, 1 / 3]]))


def test_adjusted_count_undoes_the_confusion():
    truth = np.array([0.4, 0.6])  # by hand: .4 * .8 + .6 * .3 = .5 are counted as the first class
    assert estimate.adjusted_count(np.array([0.5, 0.5]), CONFUSION) == pytest.approx(truth)


def test_adjusted_count_stays_a_share_where_the_confusion_cannot_explain_the_count():
    # by hand: 1 = .8 x + .3 (1 - x) gives x = 1.4, whose nearest share is 1
    assert estimate.adjusted_count(np.array([1.0, 0.0]), CONFUSION) == pytest.approx(np.array([1.0, 0.0]))


def test_estimates_are_those_of_quapy():
    rng = np.random.default_rng(3)
    for k in (2, 3, 5):
        confusion, prior = rng.dirichlet(np.ones(k), size=k) / 2 + np.eye(k) / 2, rng.dirichlet(np.ones(k) * 4)
        p = rng.dirichlet(np.ones(k) / 2, size=200)
        counted = estimate.count(p, np.ones(len(p)))
        theirs = ACC.solve_adjustment(confusion.T, counted, method="inversion", solver="exact-cc")
        projected = functional.projection_simplex_sort(theirs)
        assert estimate.adjusted_count(counted, confusion) == pytest.approx(projected, abs=1e-9)
        shifted = EMQ.EM(prior, p, epsilon=1e-9)[0]
        assert estimate.expectation_maximisation(p, prior, np.ones(len(p))) == pytest.approx(shifted, abs=2e-4)


def test_projection_leaves_shares_as_they_are_in_any_shape():
    shares = np.random.default_rng(1).dirichlet(np.ones(4), size=(3, 5))
    assert estimate.project_to_simplex(shares) == pytest.approx(shares)


def test_expectation_maximisation_does_each_resample_by_itself():
    rng = np.random.default_rng(2)
    p, prior = rng.dirichlet(np.ones(3), size=12), np.array([0.3, 0.3, 0.4])
    weights = rng.integers(0, 3, size=(4, 12)).astype(float)
    together = estimate.expectation_maximisation(p, prior, weights)
    alone = np.stack([estimate.expectation_maximisation(p, prior, row) for row in weights])
    assert together == pytest.approx(alone, abs=1e-4)


def test_expectation_maximisation_keeps_shares_that_probabilities_already_have():
    p = np.array([[0.9, 0.1], [0.1, 0.9]])
    assert estimate.expectation_maximisation(p, np.array([0.5, 0.5]), np.ones(2)) == pytest.approx([0.5, 0.5])


def test_shrunk_gives_the_prior_the_weight_of_its_sentences():
    shares = estimate.shrunk(np.array([1.0, 0.0]), np.array([0.2, 0.8]), n=6, strength=2)
    assert shares == pytest.approx(np.array([(6 + 0.4) / 8, 1.6 / 8]))


@pytest.mark.parametrize("counted", [[0.5, 0.3, 0.2], [0.9, 0.05, 0.05]])
def test_adjusted_count_agrees_with_scipys_least_squares_on_the_simplex(counted):
    """Where the exact solution is a set of shares the two agree; where it is not, ours is its nearest point."""
    from scipy.optimize import minimize

    confusion = np.array([[0.8, 0.15, 0.05], [0.3, 0.6, 0.1], [0.1, 0.1, 0.8]])
    exact = np.linalg.solve(confusion.T, np.array(counted))
    nearest = minimize(
        lambda g: ((g - exact) ** 2).sum(),
        np.full(3, 1 / 3),
        bounds=[(0, 1)] * 3,
        constraints={"type": "eq", "fun": lambda g: g.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-12},
    ).x
    assert estimate.adjusted_count(np.array(counted), confusion) == pytest.approx(nearest, abs=1e-5)
