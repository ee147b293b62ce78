import numpy as np
import pytest

from pipeline.profiles.correction import Corrections, Counted
from pipeline.profiles.needed_text import growth_needed

NET = np.array([-1.0, 1.0, 0.0])


@pytest.fixture(scope="module")
def correction(codebook, make_error):
    return Corrections.fit(make_error(n_articles=150, quality=0.95), codebook, seed=0).by_question["line"]


def side(n):
    return Counted(np.array([0.3, 0.4, 0.3]), np.zeros((3, 3)), n, 0, 1.0, False)


def growth(correction, n, half_width):
    return growth_needed(correction, (side(n), side(n)), NET, half_width=half_width, level=0.95)


def test_twice_the_text_needs_half_the_growth(correction):
    short, long = growth(correction, 20, 0.3), growth(correction, 40, 0.3)
    assert 1 < long < short
    assert short == pytest.approx(2 * long, rel=0.05)


def test_the_answer_is_just_enough(correction):
    found = growth(correction, 20, 0.3)
    assert growth(correction, round(20 * found) + 1, 0.3) == 1
    assert growth(correction, round(20 * found) - 2, 0.3) > 1


def test_enough_text_needs_no_more(correction):
    assert growth(correction, 4_000, 0.5) == 1


def test_what_no_text_can_settle_is_none(correction):
    assert growth(correction, 20, 0.001) is None
