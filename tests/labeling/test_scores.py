import numpy as np
import pytest

from pipeline.labeling.scores import add_in_turn, numbered


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 400])
def test_rows_are_added_as_numpy_adds_them_one_by_one(n, dtype):
    rng = np.random.default_rng(n)
    at, shares = rng.integers(30, size=n), rng.normal(size=(n, 4)).astype(dtype)
    expected, total = (np.full((30, 4), 0.1, np.float32) for _ in range(2))
    np.add.at(expected, at, shares)
    add_in_turn(total, at, shares)
    assert np.array_equal(total, expected)


def test_items_know_their_run_and_their_number_in_it():
    run, place = numbered(np.array([2, 0, 3]))
    assert run.tolist() == [0, 0, 2, 2, 2] and place.tolist() == [0, 1, 0, 1, 2]
    assert [len(part) for part in numbered(np.array([], np.intp))] == [0, 0]
