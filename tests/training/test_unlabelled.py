import numpy as np
import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.training.unlabelled import Sampler


def tokenizer(texts, *, add_special_tokens, verbose):
    """A token for each word."""
    assert not add_special_tokens
    return {"input_ids": [[int(word) for word in text.split()] for text in texts]}


def sampled(articles, *, max_tokens=10_000, window=16, seed=0):
    sampler = Sampler(tokenizer, window=window, max_tokens=max_tokens, seed=seed)
    for sentences in articles:
        sampler.add(sha256_text("\n".join(sentences)), sentences)
    return sampler.sample()


def articles(n, *, n_sentences=10, n_words=5, seed=0):
    rng = np.random.default_rng(seed)
    return [[" ".join(map(str, rng.integers(0, 10_000, n_words))) for _ in range(n_sentences)] for _ in range(n)]


def words(found):
    return sorted(int(token) for article in found for window in article.windows for token in window)


def test_every_token_is_in_one_window_and_none_is_too_long():
    given = articles(30)
    texts = sampled(given)
    assert words(texts.articles) == sorted(int(w) for a in given for s in a for w in s.split())
    assert max(len(w) for a in texts.articles for w in a.windows) <= 16
    assert (texts.n_tokens, texts.n_sentences, texts.n_read) == (1_500, 300, 30)


def test_a_sentence_longer_than_a_window_is_cut():
    texts = sampled(articles(20, n_sentences=6, n_words=40))
    assert {len(w) for a in texts.articles for w in a.windows} == {16, 8}


def test_a_twentieth_of_the_tokens_is_held_out_and_never_trained_on():
    texts = sampled(articles(100))
    assert sum(a.n_tokens for a in texts.held_out) == 250
    assert not {a.text_sha256 for a in texts.held_out} & {a.text_sha256 for a in texts.train}


def test_one_article_is_left_to_learn_from_whatever_their_lengths():
    for seed in range(10):
        texts = sampled([*articles(1, n_sentences=2), *articles(1, n_sentences=98, seed=1)], seed=seed)
        assert len(texts.train) == len(texts.held_out) == 1


def test_the_sample_does_not_depend_on_the_order_of_reading():
    rng = np.random.default_rng(5)
    given = [a for n in range(60) for a in articles(1, n_sentences=int(rng.integers(5, 60)), seed=n)]
    first = sampled(given, max_tokens=3_000)
    assert 2_000 < first.n_tokens <= 3_000 and first.n_read == 60
    for _ in range(20):
        order = rng.permutation(60)
        again = sampled([given[i] for i in order], max_tokens=3_000)
        assert [a.text_sha256 for a in again.articles] == [a.text_sha256 for a in first.articles]
        assert again.sha256 == first.sha256
    assert sampled(given, max_tokens=3_000, seed=1).sha256 != first.sha256


def test_a_text_that_comes_twice_is_read_once():
    given = articles(20)
    texts = sampled([*given, *given])
    assert len(texts.articles) == 20 and texts.n_read == 40


def test_one_very_long_article_does_not_fill_the_sample():
    texts = sampled([*articles(10), *articles(1, n_sentences=5_000, seed=9)])
    assert max(a.n_tokens for a in texts.articles) == 500  # a twentieth of 10,000
    assert len(texts.articles) == 11


@pytest.mark.parametrize(("n", "told"), [(1, "300 body sentences in 1 different"), (5, "50 body sentences in 5")])
def test_too_little_text_is_refused(n, told):
    given = articles(n, n_sentences=300 if n == 1 else 10, n_words=1)
    with pytest.raises(InvalidInputError, match=f"{told}.* too few to adapt to; expected at least 100 in 2"):
        sampled(given)
