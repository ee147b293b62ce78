from dataclasses import replace

import numpy as np
import pytest

from pipeline.profiles.correction import Correction, Corrections, Counted, Posterior, gold_weights
from pipeline.profiles.error import ClassifierError, QuestionError


def homogeneous(*, n_articles=300, n=50, seed=0, hit=0.8) -> QuestionError:
    """Two classes that are probabilities themselves: a sentence is read right with chance `hit`, in every article."""
    rng = np.random.default_rng(seed)
    shares = rng.beta(2, 3, n_articles)
    first = rng.binomial(n, shares)
    right_first, right_second = rng.binomial(first, hit), rng.binomial(n - first, hit)
    counts = np.stack(
        [np.stack([right_first, first - right_first], 1), np.stack([n - first - right_second, right_second], 1)], 1
    )
    products = np.array([np.diag([hit, 1 - hit]), np.diag([1 - hit, hit])])
    return QuestionError(("yes", "no"), counts, counts.astype(float), products, 1.0)


def fitted(error: QuestionError, n_resamples: int = 8) -> Correction:
    rng = np.random.default_rng(1)
    return Correction.fit(error, gold_weights(len(error.counts), n_resamples, rng))


def seen(share: float, n: int, *, concentration: float = 1.0, is_group: bool = False) -> Counted:
    return Counted(np.array([share, 1 - share]), np.zeros((2, 2)), n, 0, concentration, is_group)


def test_response_is_the_confusion_where_all_articles_share_it():
    correction = fitted(homogeneous())
    assert correction.response[0] == pytest.approx(np.array([[0.8, 0.2], [0.2, 0.8]]), abs=0.02)
    assert correction.between[0] == pytest.approx(0, abs=0.005)
    assert correction.response.sum(axis=2) == pytest.approx(np.ones((9, 2)))


def test_population_has_the_mean_and_thrice_the_variance_of_the_articles():
    correction = fitted(homogeneous())
    assert correction.mean[0, 0] == pytest.approx(0.4, abs=0.03)  # beta(2, 3)
    assert correction.spread[0, 0, 0] == pytest.approx(3 * 0.04 + 3 * 0.01 * 0.24, abs=0.02)  # variance 2*3/(25*6)


def test_a_long_text_gets_the_adjusted_count():
    correction = fitted(homogeneous())
    estimate = correction.posterior(seen(0.74, 100_000)).shares
    m = correction.response[0]
    assert estimate[0] == pytest.approx((0.74 - m[1, 0]) / (m[0, 0] - m[1, 0]), abs=0.01)


def test_a_short_text_is_pulled_towards_the_mean():
    correction = fitted(homogeneous())
    found = [correction.posterior(seen(0.74, n)).shares[0] for n in (1, 10, 100)]
    assert correction.mean[0, 0] < found[0] < found[1] < found[2] < 0.91


def test_the_interval_narrows_with_text_and_never_below_what_articles_have_in_common():
    correction = fitted(differing())
    widths = [float(correction.posterior(seen(0.5, n)).covariance[0, 0, 0]) for n in (5, 50, 500, 50_000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[3] > 0.5 * widths[2] > 0.001


def differing() -> QuestionError:
    """As `homogeneous`, but each article has a hit rate of its own between .6 and 1."""
    parts = [homogeneous(n_articles=1, seed=i, hit=hit) for i, hit in enumerate(np.linspace(0.6, 1, 200))]
    counts = np.concatenate([part.counts for part in parts])
    products = np.array([np.diag([0.8, 0.2]), np.diag([0.2, 0.8])])
    return QuestionError(("yes", "no"), counts, counts.astype(float), products, 1.0)


def test_articles_that_differ_in_their_errors_are_noticed():
    # variance of the hit rate (.4 ** 2 / 12) times (2 x share - 1) ** 2 and more, of .16 in all
    assert fitted(differing()).between[0] > 0.01 > fitted(homogeneous()).between[0]


def test_many_articles_average_the_differences_out():
    correction = fitted(differing())
    one = correction.posterior(seen(0.5, 3000)).covariance[0, 0, 0]
    group = correction.posterior(seen(0.5, 3000, concentration=0.01, is_group=True)).covariance[0, 0, 0]
    assert group < one


def test_the_noise_of_a_group_holds_which_articles_it_has():
    correction = fitted(homogeneous())
    few, many = (correction.noise(seen(0.5, 3000, concentration=1 / n, is_group=True))[0][0] for n in (3, 30))
    assert few[0, 0] > 5 * many[0, 0]


def test_draws_scatter_as_the_covariance_says():
    posterior = fitted(homogeneous(), n_resamples=0).posterior(seen(0.5, 40))
    draws = posterior.draws(20_000, np.random.default_rng(0))
    assert np.cov(draws.T) == pytest.approx(posterior.covariance[0], abs=5e-4)
    assert draws.mean(axis=0) == pytest.approx(posterior.centre[0], abs=5e-3)
    assert draws.sum(axis=1) == pytest.approx(np.ones(20_000))


def test_draws_depend_on_nothing_but_the_generator():
    posterior = fitted(homogeneous()).posterior(seen(0.5, 40))
    first, again = (posterior.draws(50, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, again)


def test_gold_weights_start_with_every_article_once_and_keep_their_number():
    weights = gold_weights(7, 20, np.random.default_rng(0))
    assert weights.shape == (21, 7)
    assert weights[0].tolist() == [1] * 7
    assert weights.sum(axis=1).tolist() == [7] * 21


def test_a_model_without_a_record_says_so_for_every_question(codebook):
    corrections = Corrections.fit(None, codebook, seed=0)
    assert not corrections.by_question
    assert set(corrections.reasons) == {"line", "force", "figures.image", "figures.echo"}
    assert "ships no record of its error" in corrections.reasons["line"]


def test_a_record_of_another_codebook_is_not_used(error, poleless):
    assert "another codebook" in Corrections.fit(error, poleless, seed=0).reasons["line"]


def test_the_same_seed_gives_the_same_correction(error, codebook):
    records = (error, replace(error))
    one, two = (Corrections.fit(record, codebook, seed=3).by_question["line"] for record in records)
    assert one is not two
    assert np.array_equal(one.response, two.response)
    assert np.array_equal(one.mean, two.mean)


def test_a_run_that_profiles_batch_by_batch_fits_once(error, codebook):
    assert Corrections.fit(error, codebook, seed=3) is Corrections.fit(error, codebook, seed=3)
    assert Corrections.fit(error, codebook, seed=4) is not Corrections.fit(error, codebook, seed=3)


def test_too_little_gold_is_told_with_the_numbers(codebook, make_error):
    reasons = Corrections.fit(make_error(n_articles=12, quality=0.9), codebook, seed=0).reasons
    assert reasons["line"] == "too little gold to correct by: 12 held-out articles, 20 needed"


def test_rounding_in_the_file_does_not_move_the_estimate(error):
    again = ClassifierError.from_json(error.as_json())
    counted = Counted(np.array([0.3, 0.5, 0.2]), np.zeros((3, 3)), 30, 0, 1.0, False)
    stored, fresh = (fitted(record.questions["line"]).posterior(counted) for record in (again, error))
    assert stored.centre == pytest.approx(fresh.centre, abs=1e-3)
    rounded = fitted(again.questions["line"]).scatter
    assert np.abs(rounded.sum(axis=2)).max() < 1e-12 > np.abs(rounded.sum(axis=1)).max()


def test_the_resamples_of_the_gold_take_turns_in_the_draws():
    centre = np.array([[0.5, 0.5], [0.1, 0.9], [0.2, 0.8]])  # as measured, and two resamples
    posterior = Posterior(centre, np.zeros((3, 2, 2)), np.eye(2), np.eye(2))
    assert posterior.draws(4, np.random.default_rng(0))[:, 0] == pytest.approx([0.1, 0.2, 0.1, 0.2])


def test_what_is_left_over_counts_the_population_once_and_less_of_a_text_near_a_corner():
    correction = fitted(homogeneous())
    middle, corner = (correction._local_spread(np.array([share, 1 - share]))[0, 0, 0] for share in (0.4, 0.02))
    assert middle == pytest.approx(correction.spread[0, 0, 0] / 3, rel=0.05)
    assert corner == pytest.approx(0.2 * middle, rel=0.05)  # never less than a fifth


def test_few_held_out_articles_widen_the_interval():
    few, many = (fitted(homogeneous(n_articles=n)).posterior(seen(0.5, 2000)).covariance[0, 0, 0] for n in (30, 300))
    assert few > 1.05 * many
