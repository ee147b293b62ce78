import time
from concurrent.futures import Future

import pytest

from pipeline.core.errors import StoreUnreachableError
from pipeline.tracking.patience import Patience


def test_waits_are_taken_from_one_sum():
    patience, done = Patience(0.2), Future()
    done.set_result(7)
    assert patience.wait(done, address="there") == 7
    for at_most_s in (0.3, 0.05):  # the second finds nothing left
        begin = time.monotonic()
        with pytest.raises(StoreUnreachableError, match=r"more than 0.2 s of waiting in all"):
            patience.wait(Future(), address="there")
        assert time.monotonic() - begin < at_most_s + 0.5


def test_who_asks_to_stop_is_not_kept_waiting():
    patience = Patience(60)
    patience.hurry(0.1)
    begin = time.monotonic()
    with pytest.raises(StoreUnreachableError, match="waiting"):
        patience.wait(Future(), address="there")
    assert time.monotonic() - begin < 5
