import numpy as np
import pytest

from pipeline.profiles.figures import Figure, quantiles

DRAWS = np.linspace(-0.5, 1.5, 2001)


def test_the_middle_of_the_draws_is_clipped_to_what_can_be():
    assert quantiles(DRAWS, level=0.5, bounds=(0, 1)) == pytest.approx((0.0, 1.0))
    assert quantiles(DRAWS, level=0.25, bounds=(0, 1)) == pytest.approx((0.25, 0.75))


def test_an_estimate_at_its_bound_stays_in_its_interval():
    assert quantiles(DRAWS, level=0.25, bounds=(0, 1), around=0.0) == pytest.approx((0.0, 0.75))
    assert quantiles(DRAWS, level=0.25, bounds=(0, 1), around=0.9) == pytest.approx((0.25, 0.9))


def test_a_figure_without_a_value_is_not_corrected():
    assert not Figure(uncorrected=0.3).is_corrected
    assert Figure(0.0, 0.0, 0.1).is_corrected
