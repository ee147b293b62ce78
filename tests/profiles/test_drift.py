import numpy as np
import pytest
from scipy import stats

from pipeline.core.config import Profile as Settings
from pipeline.core.errors import InvalidInputError
from pipeline.profiles import drift as drift_module
from pipeline.profiles.drift import Shift, drift

FAST = Settings(resamples=500)


@pytest.fixture
def told(make_table, make_lines, codebook):
    def run(first, second, errors=(None, None)):
        tables = tuple(
            make_table([line for i, text in enumerate(side) for line in make_lines(f"a{i:02d}", text)])
            for side in (first, second)
        )
        return drift(tables, codebook, errors=errors, settings=FAST, seed=0)

    return run


def test_a_version_that_leans_is_found_and_the_labels_that_moved_are_counted(told):
    found = told(["+-..."] * 12, ["++..."] * 12)
    net = found.net("line")
    assert (net.first, net.second, net.difference) == pytest.approx((0, 0.4, 0.4))
    assert not net.is_corrected
    (verdict,) = found.verdicts
    assert verdict.kind == "moved"
    assert verdict.text.startswith("the second version makes texts more in favour: +0.40")
    line = found.agreement[0]
    assert (line.same, line.moves["opposed"]["in_favour"]) == (0.8, 12)


def test_the_same_labels_are_no_shift(told):
    found = told(["+-..."] * 6, ["+-..."] * 6)
    assert (found.verdicts[0].kind, found.agreement[0].same) == ("steady", 1.0)


def test_the_interval_is_that_of_a_bootstrap_over_articles(told):
    rng = np.random.default_rng(1)
    first = ["".join(rng.choice(list("+-."), 10)) for _ in range(30)]
    second = ["".join(rng.choice(list("+-."), 10)) for _ in range(30)]
    differences = [
        (b.count("+") - b.count("-") - a.count("+") + a.count("-")) / 10 for a, b in zip(first, second, strict=True)
    ]
    expected = stats.bootstrap((differences,), np.mean, method="percentile", rng=2).confidence_interval
    net = told(first, second).net("line")
    assert (net.low, net.high) == pytest.approx(tuple(expected), abs=0.03)


def test_an_unsettled_shift_says_how_large_an_anchor_would_settle_it(told):
    found = told(["+++++", "-----", ".....", "+-+-.", "....."], ["+++--", "--+--", "....+", "+-+-.", ".+-.."])
    (verdict,) = found.verdicts
    assert (verdict.kind, verdict.n_more > 0) == ("cannot_tell", True)
    assert f"about {verdict.n_more} more articles" in verdict.text


def test_corrected_figures_stand_beside_the_counted_ones_where_both_errors_are_known(told, error):
    found = told(["+-..."] * 8, ["++..."] * 8, errors=(error, error))
    assert found.net("line").is_corrected
    assert sum(shift.figure == "net_line" for shift in found.shifts) == 2
    one = told(["+-..."] * 8, ["++..."] * 8, errors=(error, None))
    assert not one.net("line").is_corrected


def test_an_anchor_without_a_counted_sentence_is_refused(make_table, codebook):
    table = make_table([{"article": "a", "voice": "quoted"}])
    with pytest.raises(InvalidInputError, match="the anchor set has no body sentence"):
        drift((table, table), codebook, errors=(None, None), settings=FAST, seed=0)


def width(found):
    shift = found.net("line")
    assert shift.is_corrected
    return shift.high - shift.low


def test_a_corrected_shift_is_known_the_less_the_fewer_held_out_articles_tell_of_the_error(told, make_error):
    few, many = (make_error(n_articles=n, quality=0.8) for n in (40, 640))
    wide, narrow = (width(told(["+-..."] * 8, ["++..."] * 8, errors=(error, error))) for error in (few, many))
    assert wide / narrow == pytest.approx(4, rel=0.5)  # the square root of 640 / 40


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_version_twice_does_not_shift(told, make_error, seed):
    error = make_error(n_articles=60, quality=0.8, seed=seed)
    net = told(["+-.-."] * 8, ["+-.-."] * 8, errors=(error, error)).net("line")
    assert (net.difference, net.low, net.high) == pytest.approx((0, 0, 0), abs=1e-12)


def test_versions_that_err_alike_hold_no_shift_though_measured_on_other_articles(told, make_error):
    held = []
    for seed in range(20):
        errors = tuple(make_error(n_articles=40, quality=0.8, seed=2 * seed + side) for side in (0, 1))
        net = told(["+-.-."] * 3, ["+-.-."] * 3, errors=errors).net("line")
        held.append(net.low <= 0 <= net.high)
    assert np.mean(held) >= 0.9


def test_no_anchor_settles_what_too_few_held_out_articles_leave_open(told, make_error):
    texts = ["+++..", "++++.", "-+...", "+-+-.", "....."], ["++++.", "+++..", "-+...", "+-+..", ".+..."]
    few, many = (tuple(make_error(n_articles=n, quality=0.8, seed=seed) for seed in (1, 2)) for n in (40, 640))
    (untold,) = told(*texts, errors=few).verdicts
    assert (untold.kind, untold.n_more) == ("cannot_tell", None)
    assert "no larger anchor would settle it" in untold.text
    (verdict,) = told(*texts, errors=many).verdicts
    assert f"about {verdict.n_more} more articles in the anchor would settle it" in verdict.text


@pytest.mark.parametrize(
    ("difference", "half_width", "fixed", "n_more"),
    [
        (0.25, 0.27, 0.12, 11),  # (.27² - .12²) / (.25² - .12²) = 1.216: zero is left out with 11 more than 50
        (0.05, 0.12, 0.09, None),  # whatever the anchor, neither zero nor `TOLERANCE` is left
        (0.02, 0.12, 0.0, 63),  # .12² / .08² = 2.25: within `TOLERANCE` with 63 more
        (0.02, 0.12, 0.08, None),
    ],
)
def test_the_articles_that_an_anchor_lacks(difference, half_width, fixed, n_more):
    net = Shift("net", True, 0, difference, difference, difference - half_width, difference + half_width, fixed)
    assert drift_module._n_more(net, 50) == n_more
