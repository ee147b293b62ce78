from __future__ import annotations

import numpy as np
import pytest

from pipeline.corpus import duplicates
from pipeline.corpus.duplicates import Passage, article_clusters, jaccard, near_duplicate_sentences, shingles

WORDS = [f"word{i}" for i in range(400)]


def _sentence(rng, n=20):
    return " ".join(rng.choice(WORDS, n))


def _passages(texts):
    return [Passage("s", "a", n, text) for n, text in enumerate(texts)]


def test_jaccard_by_hand():
    left, right = shingles("the old quay was closed", 3), shingles("The old quay was open!", 3)
    assert left == {"the old quay", "old quay was", "quay was closed"}
    assert jaccard(left, right) == 2 / 4


def test_a_sentence_with_a_word_changed_is_near_and_one_in_other_case_exact():
    rng = np.random.default_rng(5)
    texts = [_sentence(rng) for _ in range(30)]
    changed = " ".join([*texts[3].split()[:-1], "otherwise"])
    found = near_duplicate_sentences(_passages([*texts, changed, texts[7].upper() + "!"]))
    assert [(pair.left.n, pair.right.n, pair.is_exact) for pair in found] == [(3, 30, False), (7, 31, True)]
    assert found[0].jaccard == pytest.approx(17 / 19)


def test_short_sentences_are_not_compared():
    assert near_duplicate_sentences(_passages(["That is all there is to it."] * 2)) == ()


def test_the_search_finds_what_comparing_all_pairs_finds():
    rng = np.random.default_rng(11)
    base = [_sentence(rng) for _ in range(20)]
    texts = base + [
        " ".join([*text.split()[:k], *_sentence(rng, 20 - k).split()]) for text in base for k in (15, 17, 19)
    ]
    sets = [shingles(text, duplicates.SENTENCE_SHINGLE) for text in texts]
    limit = duplicates.SENTENCE_THRESHOLD
    expected = {(i, j) for j in range(len(sets)) for i in range(j) if jaccard(sets[i], sets[j]) >= limit}
    found = {(pair.left.n, pair.right.n) for pair in near_duplicate_sentences(_passages(texts))}
    assert len(expected) > 40
    assert found <= expected
    assert len(found) >= 0.95 * len(expected)


def test_articles_that_share_text_are_one_cluster():
    rng = np.random.default_rng(3)
    texts = {name: [_sentence(rng) for _ in range(12)] for name in "abcd"}
    texts["b"][:3] = texts["a"][4:7]  # an excerpt of three sentences
    texts["e"] = [*texts["b"][1:], _sentence(rng)]  # a reprint
    texts["d"][0] = texts["c"][0]  # one shared quotation is no reprint
    assert article_clusters(texts) == (frozenset("abe"), frozenset("c"), frozenset("d"))
