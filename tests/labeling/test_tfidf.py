import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.labeling.tfidf import HEADS, VOCABULARY, TfidfLabeller

TEXT = "The fleet left İzmir. Who asked the fleet to sail, and sail, and sail? …"
TERMS = ["fleet", "i", "sail", "the fleet", "zmir", "who", "?"]


@pytest.fixture
def labeller(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {"idf": rng.uniform(1, 3, 7), "weight": rng.normal(size=(4, 7)), "bias": rng.normal(size=4)}
    save_file({name: value.astype(np.float32) for name, value in arrays.items()}, tmp_path / HEADS)
    (tmp_path / VOCABULARY).write_text(json.dumps(TERMS), encoding="utf-8")
    return TfidfLabeller.open(tmp_path, threads=None)


def article(*is_judged: bool) -> ArticleText:
    spans = [(0, 21), (22, 70), (71, 72)]
    return ArticleText(TEXT, tuple(SentenceSpan(a, z, is_judged=j) for (a, z), j in zip(spans, is_judged, strict=True)))


def test_contributions_add_up_to_the_logits_and_stand_on_the_words_of_the_article(labeller):
    first, second, nothing = labeller.score([article(True, True, True)])[0]
    for scores in (first, second, nothing):
        np.testing.assert_allclose(scores.contributions.sum(axis=0) + scores.rest, scores.logits, atol=1e-6)
    words = [TEXT[a:z] for a, z in second.spans]
    assert words == ["Who", "asked", "the", "fleet", "to", "sail", "and", "sail", "and", "sail", "?"]
    assert not second.contributions[words.index("asked")].any() and second.contributions[words.index("the")].any()
    np.testing.assert_allclose(nothing.logits, labeller.bias)


def test_a_capital_that_grows_in_lower_case_moves_no_word(labeller):
    (scores,) = labeller.score([article(True, False, False)])[0]
    assert [TEXT[a:z] for a, z in scores.spans] == ["The", "fleet", "left", "İzmir"]


def test_only_judged_sentences_are_scored_and_alone(labeller):
    both, one = labeller.score([article(True, True, False), article(False, True, False)])
    assert (len(both), len(one)) == (2, 1)
    np.testing.assert_array_equal(both[1].logits, one[0].logits)
