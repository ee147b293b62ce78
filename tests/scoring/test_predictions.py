from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.scoring.predictions import Predictions, answers, gold_sentences


@pytest.fixture
def gold(harbour, make_set, rng):
    return make_set(harbour, rng, n_articles=4, n_sentences=6)


@pytest.fixture
def predictions(harbour, gold, make_predictions, rng):
    return make_predictions(gold, harbour, rng)


def taken(predictions, rows):
    return Predictions(
        tuple(predictions.articles[row] for row in rows),
        tuple(predictions.n[row] for row in rows),
        {task: p[rows] for task, p in predictions.probabilities.items()},
        {task: chosen[rows] for task, chosen in predictions.chosen.items()},
    )


def badly_cut(gold, article, n):
    first = gold.articles[article]
    sentences = tuple(replace(s, is_well_cut=s.n != n) for s in first.sentences)
    return replace(
        gold, articles=(*gold.articles[:article], replace(first, sentences=sentences), *gold.articles[article + 1 :])
    )


def test_only_body_sentences_count(harbour, gold):
    found = gold_sentences(gold, harbour)
    assert len(found.sentences) == 4 * 5
    assert ("news0", 0) not in found.keys
    assert found.texts[0] == gold.articles[0].sentence_text(gold.articles[0].sentences[1])


def test_badly_cut_sentences_are_left_out_and_counted_or_kept_on_demand(harbour, gold):
    gold = badly_cut(gold, 1, 3)
    found = gold_sentences(gold, harbour)
    assert (found.n_badly_cut, len(found.sentences), ("news1", 3) in found.keys) == (1, 19, False)
    kept = gold_sentences(gold, harbour, keeps_badly_cut=True)
    assert (kept.n_badly_cut, len(kept.sentences)) == (0, 20)


def test_the_order_of_predictions_changes_nothing(harbour, gold, predictions, rng):
    sentences = gold_sentences(gold, harbour)
    straight = answers(sentences, predictions, harbour)
    shuffled = answers(sentences, taken(predictions, rng.permutation(20)), harbour)
    for task in ("tone", "strength", "topics"):
        assert np.array_equal(straight[task].p, shuffled[task].p)
        assert np.array_equal(straight[task].chosen, shuffled[task].chosen)
        assert np.array_equal(straight[task].gold, sentences.labels[task])


def test_a_missing_prediction_is_refused_with_its_sentence(harbour, gold, predictions):
    with pytest.raises(
        InvalidInputError, match=r"no prediction for 1 of 20 gold sentences.*sentence 3 of article 'news0'"
    ):
        answers(gold_sentences(gold, harbour), taken(predictions, [0, 1, *range(3, 20)]), harbour)


def test_a_sentence_predicted_twice_is_refused(harbour, gold, predictions):
    with pytest.raises(InvalidInputError, match="sentence 1 of article 'news0' is predicted twice"):
        answers(gold_sentences(gold, harbour), taken(predictions, [*range(20), 0]), harbour)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, chosen: (p[:, :2], chosen), r"expected arrays of shape \(20, 3\), found \(20, 2\)"),
        (lambda p, chosen: (np.where(p == p[0, 0], np.nan, p), chosen), "not between 0 and 1"),
        (lambda p, chosen: (p + 1, chosen), "not between 0 and 1"),
        (lambda p, chosen: (p, chosen & False), "not exactly one label, as a task of kind single must"),
    ],
)
def test_damaged_arrays_are_refused(harbour, gold, predictions, change, message):
    p, chosen = change(predictions.probabilities["tone"], predictions.chosen["tone"])
    damaged = replace(
        predictions,
        probabilities={**predictions.probabilities, "tone": p},
        chosen={**predictions.chosen, "tone": chosen},
    )
    with pytest.raises(InvalidInputError, match=f"task 'tone': .*{message}"):
        answers(gold_sentences(gold, harbour), damaged, harbour)


def test_a_set_without_body_sentences_is_refused(harbour, gold):
    empty = replace(gold, articles=tuple(replace(a, sentences=a.sentences[:1]) for a in gold.articles))
    with pytest.raises(InvalidInputError, match=r"harbour-gold: .*no body sentence"):
        gold_sentences(empty, harbour)


def test_rows_of_the_sentence_table_become_predictions(harbour):
    judged = {"article": "a", "n": 1, "tone": "cold", "strength": "high", "topics": ["gulls"]}
    judged |= {f"p_tone_{label}": p for label, p in zip(("warm", "cold", "flat"), (0.2, 0.7, 0.1), strict=True)}
    judged |= {f"p_strength_{label}": p for label, p in zip(("high", "middle", "low"), (0.5, 0.5, 0), strict=True)}
    judged |= {f"p_topics_{label}": p for label, p in zip(("ships", "tides", "gulls"), (0.1, 0.2, 0.9), strict=True)}
    headline = dict.fromkeys(judged) | {"article": "a", "n": 0}
    found = Predictions.from_rows([headline, judged], harbour)
    assert (found.articles, found.n) == (("a",), (1,))
    assert found.probabilities["tone"].tolist() == [[0.2, 0.7, 0.1]]
    assert found.chosen["topics"].tolist() == [[False, False, True]]
    assert found.chosen["strength"].tolist() == [[True, False, False]]
