import numpy as np
import pytest

from pipeline.labeling.windows import pack


@pytest.mark.parametrize("seed", range(20))
def test_every_token_is_counted_in_exactly_one_window(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 90, size=rng.integers(1, 40)).tolist()
    size, overlap = int(rng.integers(16, 80)), int(rng.integers(0, 3))
    windows = pack(counts, size=size, overlap=overlap)
    counted = [(p.sentence, t) for w in windows for p in w.pieces[w.n_context :] for t in range(p.start, p.end)]
    assert counted == [(s, t) for s, n in enumerate(counts) for t in range(n)]
    assert all(window.n_tokens <= size for window in windows)


def test_the_sentence_before_leads_the_next_window_as_context():
    first, second = pack([10, 10, 10], size=20, overlap=1)
    assert [p.sentence for p in first.pieces] == [0, 1]
    assert ([p.sentence for p in second.pieces], second.n_context) == ([1, 2], 1)


def test_context_that_does_not_fit_is_left_out():
    second = pack([15, 15], size=20, overlap=1)[1]
    assert ([p.sentence for p in second.pieces], second.n_context) == ([1], 0)


def test_a_sentence_longer_than_a_window_is_cut_into_pieces():
    windows = pack([45], size=20, overlap=0)
    assert [(p.start, p.end) for w in windows for p in w.pieces] == [(0, 20), (20, 40), (40, 45)]


def test_no_sentence_gives_no_window():
    assert pack([], size=20, overlap=1) == []
