import numpy as np
import pytest

from pipeline.profiles import sampling


def articles(*sizes):
    return np.repeat(np.arange(len(sizes)), sizes)


def test_articles_are_numbered_in_the_order_of_their_names_and_without_gaps():
    assert sampling.numbered(np.array(["b", "b", "a", "d"])).tolist() == [1, 1, 0, 2]


def test_block_variance_is_that_of_circular_resampling():
    values = np.random.default_rng(0).random((24, 1))
    own = sampling.counted(values, articles(24), is_group=False).own[0, 0]
    weights = sampling.resample_weights(articles(24), 40_000, np.random.default_rng(1), is_group=False)
    resampled = ((weights @ values)[:, 0] / 24).var()
    assert own == pytest.approx(resampled * 6 / 5, rel=0.03)  # six blocks: unbiased by n / (n - 1)


def test_group_variance_is_that_of_whole_articles():
    values = np.array([[0.0], [0.0], [1.0], [1.0], [0.5], [0.5]])
    found = sampling.counted(values, articles(2, 2, 2), is_group=True)
    assert found.own[0, 0] == pytest.approx(0.25 / 3)  # by hand: variance of 0, 1, .5 over three
    assert found.n_units == 3
    assert found.concentration == pytest.approx(1 / 3)


@pytest.mark.parametrize("n", [1, 3, 7])
def test_a_text_under_two_blocks_shows_no_variance_of_its_own(n):
    found = sampling.counted(np.ones((n, 2)) / 2, articles(n), is_group=False)
    assert (found.n_units, found.own.tolist()) == (0, [[0, 0], [0, 0]])


def test_blocks_are_neighbours_and_the_number_of_sentences_stays():
    weights = sampling.resample_weights(articles(10), 200, np.random.default_rng(0), is_group=False)
    assert set(weights.sum(axis=1)) == {10}
    twice = sampling.resample_weights(articles(8), 200, np.random.default_rng(0), is_group=False)
    assert (np.abs(np.diff(np.concatenate([twice, twice[:, :1]], axis=1))).sum(axis=1) <= 4).all()  # two blocks


def test_articles_are_resampled_whole():
    weights = sampling.resample_weights(articles(3, 2), 50, np.random.default_rng(0), is_group=True)
    assert (weights[:, :3] == weights[:, :1]).all()
    assert (weights[:, 3:] == weights[:, 3:4]).all()


def test_permutation_units():
    assert sampling.permutation_units(articles(6), is_group=False).tolist() == [0, 0, 0, 0, 1, 1]
    assert sampling.permutation_units(articles(2, 3), is_group=True).tolist() == [0, 0, 1, 1, 1]
