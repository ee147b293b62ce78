from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.exchange.items import Item
from pipeline.corpus.sampling import stratified


def _items(**counts):
    labels = [label for label, n in counts.items() for _ in range(n)]
    return [
        Item("x", n, n, n + 1, "a", "", "", "c", "author", "", {"stance": (label,)}) for n, label in enumerate(labels)
    ]


def _draw(items, n, seed=0):
    return stratified(items, "stance", n=n, rng=np.random.default_rng(seed))


def test_rare_labels_are_taken_whole_and_the_others_share_the_rest():
    drawn = _draw(_items(neutral=500, hawkish=60, conciliatory=4), 44)
    assert Counter(item.values["stance"][0] for item in drawn) == {"neutral": 20, "hawkish": 20, "conciliatory": 4}
    assert [item.n for item in drawn] == sorted({item.n for item in drawn})


def test_exactly_as_many_as_asked_for_are_drawn():
    items = _items(neutral=9, hawkish=9, conciliatory=9)
    assert [len(_draw(items, n)) for n in range(1, 28)] == list(range(1, 28))


def test_the_seed_decides_the_draw():
    items = _items(neutral=300, hawkish=60)
    assert _draw(items, 40) == _draw(items, 40)
    assert _draw(items, 40) != _draw(items, 40, seed=1)


def test_every_sentence_of_a_stratum_is_as_likely():
    items = _items(neutral=10, hawkish=5)
    hits = Counter(item.n for seed in range(2_000) for item in _draw(items, 4, seed))
    assert all(abs(hits[n] / 2_000 - 2 / 10) < 0.04 for n in range(10))
    assert all(abs(hits[n] / 2_000 - 2 / 5) < 0.05 for n in range(10, 15))


def test_more_than_there_are_is_refused():
    with pytest.raises(InvalidInputError, match="9 sentences asked for, the set has 8"):
        _draw(_items(neutral=8), 9)
