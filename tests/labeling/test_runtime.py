import numpy as np
import pytest

from pipeline.core.places import shipped
from pipeline.labeling.runtime import SETTINGS, EncoderRuntime

FOLDER = shipped("models/default")
WIDTH = 96


@pytest.fixture(scope="module")
def runtime():
    return EncoderRuntime(FOLDER, threads=1)


def lines(*lengths):
    rng = np.random.default_rng(0)
    return [rng.integers(2_000, 20_000, n) for n in lengths]


def states(runtime, chosen, width=WIDTH):
    """The first line's states."""
    ids, mask = (np.zeros((len(chosen), width), np.int64) for _ in range(2))
    for row, line in enumerate(chosen):
        ids[row, : len(line)], mask[row, : len(line)] = line, 1
    return runtime.states(ids, mask)[0, : len(chosen[0])].copy()


def test_what_shares_a_batch_of_one_length_moves_not_a_bit(runtime):
    own, short, long = lines(40, 7, WIDTH)
    alone = states(runtime, [own])
    np.testing.assert_array_equal(states(runtime, [own, long]), alone)
    np.testing.assert_array_equal(states(runtime, [own, short, long, short]), alone)


def test_another_length_of_padding_moves_states_by_little_only(runtime):
    """Seen: up to 0.04 where attention sums in another order and its last bit is rounded to eight bits."""
    (own,) = lines(40)
    moved = np.abs(states(runtime, [own]) - states(runtime, [own], len(own))).max()
    assert moved < 0.1


def test_eight_bit_arithmetic_stays_near_that_of_float32(runtime):
    """The group of 0 is float32's arithmetic; a processor without eight-bit products has no other."""
    (own,) = lines(40)
    exact = EncoderRuntime(FOLDER, threads=1, settings={**SETTINGS, "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"})
    difference = np.abs(states(exact, [own]) - states(runtime, [own]))
    assert difference.mean() < 0.03


def test_stating_the_settings_changes_nothing_on_this_runtime(runtime):
    """Models of before were run on what OpenVINO chooses by itself."""
    unstated = {k: v for k, v in SETTINGS.items() if k != "DYNAMIC_QUANTIZATION_GROUP_SIZE"}
    (own,) = lines(40)
    before = EncoderRuntime(FOLDER, threads=1, settings=unstated)
    np.testing.assert_array_equal(states(before, [own]), states(runtime, [own]))
