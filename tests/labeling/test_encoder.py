import dataclasses

import numpy as np
import pytest

from pipeline.labeling.scores import ArticleText, SentenceSpan


def test_words_and_rest_add_up_to_every_logit(default_model, article):
    (scores,) = default_model.labeller.score([article])
    assert len(scores) == sum(s.is_judged for s in article.sentences)
    for score in scores:
        np.testing.assert_allclose(score.contributions.sum(axis=0) + score.rest, score.logits, atol=1e-4)


def test_word_spans_are_words_of_the_sentence_in_the_original(default_model, article):
    (scores,) = default_model.labeller.score([article])
    judged = [s for s in article.sentences if s.is_judged]
    for sentence, score in zip(judged, scores, strict=True):
        words = [article.text[a:z] for a, z in score.spans]
        assert "".join(words) == "".join(article.text[sentence.start : sentence.end].split())
        assert all(sentence.start <= a < z <= sentence.end for a, z in score.spans)


def test_a_sign_within_a_word_does_not_cut_it(default_model):
    text = "It isn’t a cease-fire, said O'Neil: 3.5 of 1,000 'men' left - or Kyiv's."
    (scores,) = default_model.labeller.score([ArticleText(text, (SentenceSpan(0, len(text), True),))])
    words = [text[a:z] for a, z in scores[0].spans]
    expected = "It isn’t a cease-fire , said O'Neil : 3.5 of 1,000 ' men ' left - or Kyiv's ."
    assert words == expected.split()
    np.testing.assert_allclose(scores[0].contributions.sum(axis=0) + scores[0].rest, scores[0].logits, atol=1e-4)


def test_scores_do_not_depend_on_what_shares_the_batch(default_model, article):
    other = ArticleText("Short. Very short.", (SentenceSpan(0, 6, True), SentenceSpan(7, 18, True)))
    (alone,) = default_model.labeller.score([article])
    together = default_model.labeller.score([other, article, other])[1]
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_allclose(a.logits, b.logits, atol=1e-3)


def test_a_sentence_is_read_in_its_context(default_model, article):
    (scores,) = default_model.labeller.score([article])
    second = [s for s in article.sentences if s.is_judged][1]
    (alone,) = default_model.labeller.score([ArticleText(article.text, (second,))])
    assert np.abs(scores[1].logits - alone[0].logits).max() > 0.01


@pytest.mark.parametrize("text", ["x", "—", "\u00a0…\u00a0", "word " * 700, "漢字" * 50])
def test_odd_sentences_get_finite_scores(default_model, text):
    (scores,) = default_model.labeller.score([ArticleText(text, (SentenceSpan(0, len(text), True),))])
    assert np.isfinite(scores[0].logits).all()


def test_nothing_judged_gives_nothing(default_model, article):
    context = tuple(dataclasses.replace(s, is_judged=False) for s in article.sentences)
    assert default_model.labeller.score([ArticleText(article.text, context), ArticleText("", ())]) == [[], []]


def test_states_are_the_heads_own_input(default_model, article):
    """Source: the heads are linear, so the heads over mean states are the words' share of the logits."""
    labeller = default_model.labeller
    (states,) = labeller.states([article])
    (scores,) = labeller.score([article])
    judged = np.array([s.is_judged for s in article.sentences])
    from pipeline.labeling.encoder import rule_matrix

    expected = states[judged] @ labeller.weight.T + labeller.bias
    if labeller.rule_weight is not None:
        expected = expected + rule_matrix(article)[judged] @ labeller.rule_weight.T
    np.testing.assert_allclose(np.stack([s.logits for s in scores]), expected, atol=1e-3)
