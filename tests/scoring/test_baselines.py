from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.core import codebook as codebooks
from pipeline.scoring.baseline_runs import run_baselines
from pipeline.scoring.baselines import CueLexicon, LabelledTexts, Length, Majority, Tfidf
from pipeline.scoring.cues import cues_for
from pipeline.scoring.linear import best_prior_weight, best_threshold
from pipeline.scoring.predictions import answers, gold_sentences, label_matrix

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def russia():
    return codebooks.load("russia-1.0")


def learned(codebook, rows, n_articles=7) -> LabelledTexts:
    """Rows of (text, values by task)."""
    labels = {task.name: label_matrix(task, [values[task.name] for _, values in rows]) for task in codebook.tasks}
    return LabelledTexts(tuple(text for text, _ in rows), labels, np.arange(len(rows)) % n_articles)


def harbour_rows(n=80):
    """Tone and topics follow the words, strength follows the length."""
    rows = []
    for i in range(n):
        tone, word = (("warm", "splendid"), ("cold", "dreary"), ("flat", "grey"))[i % 3]
        topics = (("gulls",) if i % 4 == 0 else ()) + (("ships",) if i % 5 == 0 else ())
        strength = "high" if i % 2 else "low"
        tail = " along the old pier by the water" * (3 if i % 2 else 0)
        rows.append((f"A {word} day number {i % 7} {' '.join(topics)}{tail}.", _values(tone, strength, topics)))
    return rows


def _values(tone, strength, topics):
    return {"tone": (tone,), "strength": (strength,), "topics": topics}


def test_majority_gives_the_most_frequent_label_and_the_shares(harbour):
    rows = [(f"text {i}", _values("cold" if i < 3 else "warm", "low", ("gulls",) if i < 3 else ())) for i in range(4)]
    found = Majority().fit(learned(harbour, rows), harbour)(["any", "thing"])
    assert found["tone"].p.tolist() == [[0.25, 0.75, 0.0]] * 2
    assert found["tone"].chosen.tolist() == [[False, True, False]] * 2
    assert found["topics"].p.tolist() == [[0, 0, 0.75]] * 2
    assert found["topics"].chosen.tolist() == [[False, False, True]] * 2


def test_tfidf_finds_labels_that_follow_the_words(harbour):
    found = Tfidf().fit(learned(harbour, harbour_rows()), harbour)(
        ["How splendid.", "A dreary ride.", "Many gulls ships"]
    )
    assert found["tone"].chosen[0].tolist() == [True, False, False]
    assert found["tone"].chosen[1].tolist() == [False, True, False]
    assert found["topics"].chosen[2].tolist() == [True, False, True]
    assert found["tone"].p.sum(axis=1) == pytest.approx(1)


def test_length_knows_the_length_and_nothing_else(harbour):
    fitted = Length().fit(learned(harbour, harbour_rows()), harbour)
    found = fitted(["Short and splendid.", "splendid " * 30, "dreary " * 30])
    assert found["strength"].chosen[:, 0].tolist() == [False, True, True]
    assert np.array_equal(found["tone"].p[1], found["tone"].p[2])


@pytest.mark.parametrize("baseline", [Length(), Tfidf()])
def test_a_label_absent_from_training_has_probability_zero(harbour, baseline):
    found = baseline.fit(learned(harbour, harbour_rows()), harbour)(["A splendid day."])
    assert found["strength"].p[0, 1] == 0  # "middle"
    assert found["topics"].p[0, 1] == 0  # "tides"
    assert not found["topics"].chosen[0, 1]


@pytest.mark.parametrize("baseline", [Majority(), Length(), Tfidf()])
def test_a_task_without_variation_is_learned_as_a_constant(harbour, baseline):
    rows = [(f"text {i} of some kind", _values("warm", "low", ())) for i in range(12)]
    found = baseline.fit(learned(harbour, rows), harbour)(["another text"])
    assert found["tone"].chosen.tolist() == [[True, False, False]]
    assert found["topics"].chosen.tolist() == [[False, False, False]]


def test_cues_are_silent_on_other_codebooks(harbour):
    assert cues_for(harbour) == ()
    assert CueLexicon().fit(learned(harbour, harbour_rows()), harbour)(["They may sail."]) == {}


@pytest.mark.parametrize(
    ("text", "task", "labels"),
    [
        ("The ferry may never return.", "certainty", {"uncertain"}),
        ("The ferry will probably return.", "certainty", {"hedged"}),
        ("The ferry returns at noon.", "certainty", {"certain"}),
        ("Nothing short of sanctions and deterrence will stop the invaders.", "stance", {"hawkish"}),
        ("Only dialogue and compromise can bring a ceasefire.", "stance", {"conciliatory"}),
        ("The ferry returns at noon.", "stance", {"neutral"}),
        ("Who would have thought it?", "devices", {"rhetorical_question"}),
        ("Their “humanitarian” convoy turned back.", "devices", {"scare_quotes"}),
        ("The clerk filed the form on Monday.", "devices", set()),
        ("The Mayflower sailed.", "certainty", {"certain"}),  # whole words only
    ],
)
def test_cues_decide_by_words_and_patterns(russia, text, task, labels):
    cues = next(cues for cues in cues_for(russia) if cues.task.name == task)
    found = cues.decide([text])[0]
    assert {label for label, given in zip(cues.task.values, found, strict=True) if given} == labels


def test_the_lexicon_covers_every_label_of_its_codebook(russia):
    for cues in cues_for(russia):
        assert set(cues.patterns) | {cues.default} - {None} == set(cues.task.values)
    assert [cues.task.name for cues in cues_for(russia)] == [task.name for task in russia.tasks]


def test_a_cue_s_probability_is_how_often_it_was_right(russia):
    texts = ["They may sail."] * 6 + ["They sail."] * 2
    values = [("uncertain",)] * 4 + [("certain",)] * 4
    rows = [
        (text, {"stance": ("neutral",), "certainty": value, "devices": ()})
        for text, value in zip(texts, values, strict=True)
    ]
    found = CueLexicon().fit(learned(russia, rows), russia)(["It may rain."])
    certain, _, uncertain = found["certainty"].p[0]
    assert (certain, uncertain) == (pytest.approx(3 / 9), pytest.approx(5 / 9))  # by hand, one added to each count


def test_the_threshold_is_that_of_the_best_f1():
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    assert best_threshold(p, np.array([1, 0, 1, 0, 0], bool)) == 0.7  # by hand: F1 2/3, 1/2, 4/5, 2/3, 4/7
    assert best_threshold(p, np.zeros(5, bool)) > 1
    tied = np.array([0.9, 0.6, 0.6, 0.6, 0.6])
    # by hand: F1 2/3 at .9, 4/7 at .6; the first of the tied four would have 1, but no threshold parts it from them
    assert best_threshold(tied, np.array([1, 1, 0, 0, 0], bool)) == 0.9


def test_a_rare_label_is_not_given_to_every_sentence():
    p = np.full(50, 0.1)
    is_gold = np.zeros(50, bool)
    is_gold[7] = True
    assert best_threshold(p, is_gold) > 1


def test_the_prior_counts_only_where_that_helps_macro_f1():
    gold = np.eye(2, dtype=bool)[[0] * 8 + [1] * 2]
    shares = gold.mean(axis=0)
    timid = np.column_stack([np.where(gold[:, 1], 0.6, 0.9), np.where(gold[:, 1], 0.4, 0.1)])
    assert best_prior_weight(timid, gold, shares) == 0.5  # by hand: .4/.2**w > .6/.8**w from w = .29 on
    assert best_prior_weight(gold.astype(float), gold, shares) == 0.0


def test_runs_give_every_gold_sentence_an_answer(harbour, make_set, rng):
    gold, other = make_set(harbour, rng, n_articles=3), make_set(harbour, rng, n_articles=6)
    runs = run_baselines(gold, [replace(other, name="others")], harbour)
    assert [run.name for run in runs] == ["majority", "length", "cues", "tfidf"]
    for run in runs:
        assert (run.learned_from, run.n_learned) == ("others", 6 * 14)
        found = answers(gold_sentences(gold, harbour), run.predictions, harbour)
        assert set(found) == (set() if run.name == "cues" else {"tone", "strength", "topics"})


def test_gold_articles_are_never_learned_from(harbour, make_set, rng):
    gold = make_set(harbour, rng, n_articles=3)
    other = make_set(harbour, rng, n_articles=2)
    both = replace(gold, articles=gold.articles + other.articles)
    with_gold, without = (
        run_baselines(gold, [labelled], harbour, baselines=[Tfidf()])[0] for labelled in (both, other)
    )
    assert with_gold.n_learned == without.n_learned == 2 * 14
    for task in harbour.tasks:
        assert np.array_equal(
            with_gold.predictions.probabilities[task.name], without.predictions.probabilities[task.name]
        )


def test_a_lone_gold_set_is_predicted_out_of_fold(harbour, make_set, rng):
    gold = make_set(harbour, rng, n_articles=4, n_sentences=12)
    run = run_baselines(gold, [gold], harbour, baselines=[Tfidf()])[0]
    assert run.learned_from == "harbour-gold, out of fold"
    found = answers(gold_sentences(gold, harbour), run.predictions, harbour)["tone"]
    accuracy = 1 - found.is_wrong.mean()
    assert accuracy < 0.6  # labels are random: a model that had seen them would know them by heart


def test_one_gold_article_alone_has_no_baseline(harbour, make_set, rng):
    assert run_baselines(make_set(harbour, rng, n_articles=1), [], harbour) == ()
