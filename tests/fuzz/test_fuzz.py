"""The fuzzer's first inputs with a fixed seed; `make fuzz N=100000` runs the rest."""

import pytest

from tests.fuzz.drive import fuzz, limited, smaller
from tests.fuzz.targets import TARGETS

N = {"readers": 150, "config": 120}  # trafilatura and pydantic take their time
N_OTHER = 200


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_spoiled_input_is_done_or_refused_in_time_and_offsets_stay_true(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # failing inputs are kept under the working folder
    told = fuzz(target, n=N.get(target.name, N_OTHER), seed_=20261127)
    assert told.failures == {}
    assert told.n_inputs >= 100 and told.outcomes.get("done", 0) >= 10  # not everything is spoiled past use


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_seeds_themselves_are_good(target):
    outcomes = [limited(target.run, seed)[0] for seed in target.seeds()]
    assert outcomes.count("done") >= len(outcomes) / 2, outcomes


def test_a_failing_input_is_made_small():
    assert smaller(b"abc" * 50 + b"X" + b"def" * 50, lambda content: b"X" in content) == b"X"
