from __future__ import annotations

import random
import time

import numpy as np
import pytest

from pipeline.labeling.rules import FEATURES, hits, matrix
from pipeline.labeling.rules.wordlists import word_tuple

WORDS = word_tuple(
    "Russia the West might could should perhaps If , ; but not only is are “ ” ? ! ( ) that which said war peace "
    "and or no talks sanctions 1938 Hitler like so-called never every we they Yes however"
)


def random_article(rng: random.Random) -> tuple[str, list[tuple[int, int]]]:
    text, places = "", []
    for _ in range(rng.randint(1, 9)):
        sentence = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 40)))
        places.append((len(text), len(text) + len(sentence)))
        text += sentence + "  "
    return text, places


def test_features_have_one_column_each() -> None:
    assert len(FEATURES) == len(set(FEATURES))


def test_hits_are_graded_known_and_inside_their_sentence() -> None:
    rng = random.Random(3)
    n_hits = 0
    for _ in range(120):
        text, places = random_article(rng)
        found = hits(text, places)
        assert len(found) == len(places)
        for (start, end), sentence in zip(places, found, strict=True):
            assert len({hit.feature for hit in sentence}) <= len(FEATURES)
            for hit in sentence:
                n_hits += 1
                assert hit.feature in FEATURES
                assert 0.0 <= hit.value <= 1.0
                assert all(start <= a < b <= end for a, b in hit.spans)
    assert n_hits > 5_000


def test_a_feature_fires_once_in_a_sentence() -> None:
    rng = random.Random(5)
    for _ in range(60):
        for sentence in hits(*random_article(rng)):
            names = [hit.feature for hit in sentence]
            assert len(names) == len(set(names)), sorted(n for n in set(names) if names.count(n) > 1)


def test_the_matrix_holds_the_values_in_their_columns() -> None:
    text = "Perhaps they lied. We will see."
    found = hits(text, [(0, 18), (19, 31)])
    values = matrix(found)
    assert values.shape == (2, len(FEATURES))
    assert values.dtype == np.float32
    for row, sentence in enumerate(found):
        assert {FEATURES[c] for c in np.nonzero(values[row])[0]} == {h.feature for h in sentence if h.value > 0}
    assert values[0, FEATURES.index("certainty.maybe_opens")] == 1.0
    assert values[1, FEATURES.index("certainty.maybe_opens")] == 0.0


def test_no_sentences_give_an_empty_matrix() -> None:
    assert matrix(hits("", [])).shape == (0, len(FEATURES))


def test_the_same_text_gives_the_same_hits() -> None:
    article = random_article(random.Random(11))
    assert hits(*article) == hits(*article)


@pytest.mark.parametrize(
    "unit",
    ["war ", "a, ", "“", '"', "not but ", "U.", "it's-", "?", "( ", "\u0301", "x", "if should Russia sanctions not "],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    text = unit * 200_000
    size = len(text) // 200
    start = time.process_time()
    found = hits(text, [(k * size, (k + 1) * size) for k in range(200)])
    assert len(found) == 200
    assert time.process_time() - start < 4.0
