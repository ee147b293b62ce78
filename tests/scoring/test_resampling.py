from __future__ import annotations

import numpy as np
import pytest

from pipeline.scoring.classification import label_counts, macro_f1, share
from pipeline.scoring.probabilities import average_precision
from pipeline.scoring.resampling import ArticleResamples, Estimate, percentile, without_noise_bias


def mean(sums):
    return share(sums[..., 0], sums[..., 1])


def draw(n_articles, rng, n_resamples=300, level=0.9):
    return ArticleResamples.draw(n_articles, n_resamples=n_resamples, level=level, rng=rng)


def test_summed_resamples_are_the_resamples_of_whole_articles(harbour, make_answers, rng):
    answers = make_answers(harbour.task("tone"), rng)
    resamples = draw(answers.n_articles, rng)
    counts = label_counts(answers.gold, answers.chosen, answers.article, answers.n_articles)
    slow = []
    for drawn in resamples.draws:
        rows = np.concatenate([np.flatnonzero(answers.article == article) for article in drawn])
        one = np.zeros(len(rows), np.intp)
        slow.append(macro_f1(label_counts(answers.gold[rows], answers.chosen[rows], one, 1)[0]))
    found = resamples.of_sums(counts, macro_f1)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.05, 0.95])))
    assert found.low < found.value < found.high


def test_weighted_resamples_are_the_resamples_of_whole_articles(harbour, make_answers, rng):
    answers = make_answers(harbour.task("topics"), rng)
    resamples = draw(answers.n_articles, rng)
    gold, p = answers.gold[:, 0], answers.p[:, 0]
    slow = []
    for drawn in resamples.draws:
        rows = np.concatenate([np.flatnonzero(answers.article == article) for article in drawn])
        slow.append(average_precision(gold[rows], p[rows], np.ones((1, len(rows))))[0])
    found = resamples.of_weights(lambda weights: average_precision(gold, p, weights[:, answers.article]))
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.05, 0.95])))


def test_one_article_has_no_interval(rng):
    assert draw(1, rng).of_sums(np.array([[3.0, 6.0]]), mean) == Estimate(0.5)


def test_a_figure_that_only_one_article_feeds_has_no_interval(rng):
    assert draw(3, rng).of_sums(np.array([[3.0, 6.0], [0, 0], [0, 0]]), mean) == Estimate(0.5)


def test_an_undefined_figure_has_no_value():
    assert percentile(np.nan, np.array([0.1, 0.2]), level=0.9) == Estimate(None)


def test_a_figure_undefined_in_many_resamples_has_no_interval():
    replicates = np.array([0.1] * 85 + [np.nan] * 15)
    assert percentile(0.1, replicates, level=0.9) == Estimate(0.1)
    assert percentile(0.1, replicates[:94], level=0.9) == Estimate(0.1, 0.1, 0.1)


def test_the_same_seed_draws_the_same_articles():
    first, second, third = (draw(6, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first.draws, second.draws)
    assert not np.array_equal(first.draws, third.draws)
    assert (first.weights.sum(axis=1) == 6).all()


def test_a_wider_level_gives_a_wider_interval(rng):
    sums = np.column_stack([rng.random(12), np.ones(12)])
    narrow, wide = (draw(12, np.random.default_rng(0), level=level).of_sums(sums, mean) for level in (0.6, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(11)
    n_covered = 0
    for _ in range(300):
        sums = np.column_stack([rng.normal(1, 1, size=40), np.ones(40)])
        found = draw(40, rng, n_resamples=200, level=0.9).of_sums(sums, mean)
        n_covered += found.low <= 1 <= found.high
    assert 0.84 <= n_covered / 300 <= 0.95


def test_a_figure_that_noise_raises_gets_its_interval_reflected():
    assert without_noise_bias(Estimate(0.10, 0.12, 0.18)) == Estimate(0.10, pytest.approx(0.02), pytest.approx(0.08))
    assert without_noise_bias(Estimate(0.10, 0.05, 0.30)).low == 0.0
    assert without_noise_bias(Estimate(0.10)) == Estimate(0.10)
