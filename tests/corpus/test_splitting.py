from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.splitting import assign, by_split


def _alone(names):
    return [frozenset({name}) for name in names]


def test_every_stratum_is_shared_out_alike():
    strata = {f"op{i:03}": "hawkish" if i < 40 else "mixed" for i in range(60)}
    splits = assign(strata, _alone(strata), frozen={})
    counts = Counter((strata[article], split) for article, split in splits.items())
    assert counts == {
        ("hawkish", "train"): 28,
        ("hawkish", "dev"): 6,
        ("hawkish", "test"): 6,
        ("mixed", "train"): 14,
        ("mixed", "dev"): 3,
        ("mixed", "test"): 3,
    }


def test_no_cluster_is_cut_and_what_is_frozen_stays():
    rng = np.random.default_rng(2)
    for _ in range(30):
        names = [f"a{i}" for i in range(rng.integers(5, 40))]
        borders = np.sort(rng.integers(0, len(names), 6))
        clusters = [frozenset(part) for part in np.split(np.array(names), borders) if len(part)]
        strata = dict.fromkeys(names, "mixed")
        early = assign(dict.fromkeys(names[::2], "mixed"), clusters, frozen={})
        later = assign(strata, clusters, frozen=early)
        assert set(later) == set(names)
        assert {name: later[name] for name in early} == early
        assert all(len({later[name] for name in members}) == 1 for members in clusters)


def test_frozen_splits_that_cut_a_cluster_are_refused():
    with pytest.raises(InvalidInputError, match="near duplicates stand in test and train: a, b"):
        assign(dict.fromkeys("ab", "mixed"), [frozenset("ab")], frozen={"a": "train", "b": "test"})


def test_the_written_form_lists_articles_by_split():
    assert by_split({"b": "dev", "a": "dev", "c": "train"}) == {"train": ["c"], "dev": ["a", "b"], "test": []}
