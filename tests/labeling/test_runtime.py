import subprocess
import sys
from multiprocessing import get_context

import numpy as np
import pytest

from pipeline.core.places import shipped
from pipeline.labeling import runtime as runtimes
from pipeline.labeling.runtime import AHEAD, EncoderRuntime

FOLDER = shipped("models/default")
RUNTIMES = []  # where a forked process finds it


@pytest.fixture(scope="module")
def runtime():
    RUNTIMES.append(EncoderRuntime(FOLDER, threads=1))
    return RUNTIMES[0]


def lines(*lengths):
    rng = np.random.default_rng(0)
    return [rng.integers(2_000, 20_000, n) for n in lengths]


def test_neither_other_windows_nor_the_number_of_threads_move_a_bit(runtime):
    windows = lines(40, 7, 96, 254, 40)
    alone = [next(runtime.states([window])) for window in windows]
    for threads in (1, 2, 3):
        together = EncoderRuntime(FOLDER, threads=threads).states(windows * 3)
        for expected, found in zip(alone * 3, together, strict=True):
            np.testing.assert_array_equal(found, expected)


def test_states_are_one_for_each_token(runtime):
    assert [len(states) for states in runtime.states(lines(5, 12))] == [5, 12]


def test_no_more_windows_are_drawn_than_are_worked_at_or_wait(runtime):
    drawn = []

    def windows():
        for line in lines(*[8] * 100):
            drawn.append(line)
            yield line

    states = runtime.states(windows())
    next(states)
    assert len(drawn) <= AHEAD + 1
    assert len(list(states)) == 99


def test_trouble_with_one_window_is_told_and_the_next_call_works(runtime):
    (good,) = lines(6)
    with pytest.raises(RuntimeError):
        list(runtime.states([good, good[None]]))
    assert len(list(runtime.states([good, good]))) == 2


def test_a_forked_process_goes_on_with_threads_of_its_own(runtime):
    (window,) = lines(12)
    expected = next(runtime.states([window]))
    with get_context("fork").Pool(1) as pool:
        found = pool.apply_async(_states_of, (window,)).get(timeout=120)
    np.testing.assert_array_equal(found, expected)


def _states_of(window):
    return next(RUNTIMES[0].states([window]))


@pytest.mark.parametrize(("limit", "expected"), [("max 100000", 96), ("150000 100000", 2), ("50000 100000", 1)])
def test_no_more_threads_are_taken_than_a_container_is_given(tmp_path, monkeypatch, limit, expected):
    (tmp_path / "cpu.max").write_text(limit)
    monkeypatch.setattr(runtimes, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(runtimes.os, "sched_getaffinity", lambda _: set(range(96)), raising=False)
    assert runtimes._n_cores() == expected


FIRST_USE = """
import numpy as np
from pipeline.core.places import shipped
from pipeline.labeling.runtime import EncoderRuntime
print(len(list(EncoderRuntime(shipped("models/default"), threads=4).states([np.arange(2_000, 2_006)] * 8))))
"""


def test_threads_that_begin_at_once_in_a_fresh_process_do_not_stand_still():
    """Seen: one process in four stood still before the binding was used once by one thread; of eight, nine in ten times
    one would."""
    started = [subprocess.Popen([sys.executable, "-c", FIRST_USE], stdout=subprocess.PIPE, text=True) for _ in range(8)]
    try:
        assert [process.communicate(timeout=120)[0].strip() for process in started] == ["8"] * 8
    finally:
        for process in started:
            process.kill()
