import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import deletion
import names_masked
import oracles
from edits import Edit, edited, excerpt, without_words
from names_masked import COMPILED, masked

from pipeline.core import codebook as codebooks
from pipeline.core.places import shipped
from pipeline.labeling import model as models
from pipeline.labeling.calibration import TaskCalibration
from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.scoring.predictions import TaskAnswers
from pipeline.scoring.resampling import ArticleResamples

BOOK = codebooks.load()
STANCE = BOOK.task("stance")
HAWKISH, CONCILIATORY, NEUTRAL = np.eye(3, dtype=bool)


def article_of(*sentences, judged=None):
    """Sentences joined by a space, all judged unless told."""
    spans, at = [], 0
    for i, sentence in enumerate(sentences):
        spans.append(SentenceSpan(at, at + len(sentence), judged is None or i in judged))
        at += len(sentence) + 1
    return ArticleText(" ".join(sentences), tuple(spans))


def sentences_of(article):
    return [article.text[s.start : s.end] for s in article.sentences]


def resamples_of(n_articles):
    return ArticleResamples.draw(n_articles, n_resamples=50, level=0.95, rng=np.random.default_rng(0))


def test_limits_move_with_the_words_that_come_and_go():
    article = article_of("Ice broke.", "The mast of oak fell.", "We left.")
    changed = edited(article, [Edit(15, 19, "tall main mast"), Edit(0, 3, "It")])
    assert sentences_of(changed) == ["It broke.", "The tall main mast of oak fell.", "We left."]


def test_edits_anywhere_give_the_text_that_each_sentence_would_have_by_itself():
    rng = np.random.default_rng(3)
    for _ in range(50):
        sentences = [" ".join(rng.choice(["an", "tide", "of", "gulls"], rng.integers(1, 6))) for _ in range(4)]
        article = article_of(*sentences)
        edits, expected = [], []
        for span, sentence in zip(article.sentences, sentences, strict=True):
            a, z = sorted(rng.choice(len(sentence) + 1, 2, replace=False).tolist())
            new = "x" * int(rng.integers(0, 4))
            edits.append(Edit(span.start + a, span.start + z, new))
            expected.append(sentence[:a] + new + sentence[z:])
        assert sentences_of(edited(article, edits)) == expected


def test_words_go_with_the_space_that_follows():
    article = article_of("The old harbour sleeps.", "Nobody minds.")
    assert sentences_of(without_words(article, [[4, 7], [16, 22]])) == ["The harbour .", "Nobody minds."]


def test_an_excerpt_judges_one_sentence_among_its_neighbours():
    article = article_of("One.", "Two.", "Three.", "Four.")
    found = excerpt(article, 2, context=1)
    assert [article.text[s.start : s.end] for s in found.sentences] == ["Two.", "Three.", "Four."]
    assert [s.is_judged for s in found.sentences] == [False, True, False]


def test_the_random_words_are_never_the_top_ones():
    weights, is_word = np.array([3.0, 9.0, 1.0, 2.0, 0.0]), np.array([True, False, True, True, True])
    for seed in range(20):
        top, other = deletion.top_and_random(weights, is_word, 1, np.random.default_rng(seed))
        assert top.tolist() == [0]
        assert set(other) <= {2, 3, 4}
    assert deletion.top_and_random(weights, is_word, 2, np.random.default_rng(0)) is None


class CountingLabeller:
    """A logit that is the number of times "sanctions" stands in the sentence, all of it that word's share."""

    def score(self, articles):
        return [[self._scores(a, s) for s in a.sentences if s.is_judged] for a in articles]

    def _scores(self, article, sentence):
        words, at = [], sentence.start
        for word in article.text[sentence.start : sentence.end].split():
            start = article.text.index(word, at)
            words.append((start, start + len(word)))
            at = start + len(word)
        contributions = np.zeros((len(words), len(BOOK.columns())))
        contributions[:, 0] = [article.text[a:z] == "sanctions" for a, z in words]
        return SimpleNamespace(
            logits=contributions.sum(axis=0), spans=np.array(words).reshape(-1, 2), contributions=contributions
        )


def test_leaving_out_the_evidence_takes_what_it_claimed_and_other_words_nothing():
    model = SimpleNamespace(codebook=BOOK, labeller=CountingLabeller())
    text = article_of("Only sanctions will move the harbour master now.")
    (first, third) = deletion.sentence_cases(model, text, [(STANCE, 0)], article=0, rng=np.random.default_rng(0))
    assert (first.k, first.top, first.random, first.claimed) == (1, 1.0, 0.0, 1.0)
    assert (third.k, third.top, third.random) == (3, 1.0, 0.0)


def test_falls_are_means_over_cases_with_intervals_over_articles():
    cases = [deletion.Case(a, "stance", "hawkish", 1, top, 0.5, 1.0) for a, top in ((0, 1.0), (0, 2.0), (1, 0.0))]
    row = next(r for r in deletion.summary(cases, resamples_of(2)) if r["label"] == "all")
    assert row["cases"] == 3
    assert row["top"].value == pytest.approx(1.0)
    assert row["top_is_larger"].value == pytest.approx(2 / 3)
    assert (row["top"].low, row["top"].high) == (0.0, 1.5)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Russia lied.", "That country lied."),
        ("The Kremlin’s envoys smiled.", "Its envoys smiled."),
        ("Nobody trusts President Vladimir Putin, or Putin's men.", "Nobody trusts that leader, or that leader's men."),
        ("We saw the Russian fleet and Russians ashore.", "We saw its fleet and its people ashore."),
        ("An anti-Russian mood, a Russian ship.", "An anti-government mood, its ship."),
        ("Muscovites and prussians may stay.", "Muscovites and prussians may stay."),
        ("Boris, the harbour cat, is no Lavrov.", "Boris, the harbour cat, is no that leader."),
    ],
)
def test_names_give_way_to_words_that_name_nobody(sentence, expected):
    article, held = masked(article_of(sentence), COMPILED["russia"])
    assert sentences_of(article) == [expected]
    assert held.tolist() == [sentence != expected]


def test_names_are_masked_in_context_too_and_counted_where_judged():
    article, held = masked(article_of("Moscow calls.", "Gulls cry.", judged={1}), COMPILED["russia"])
    assert sentences_of(article) == ["That country calls.", "Gulls cry."]
    assert held.tolist() == [False]


def test_russia_is_swapped_for_another_state_with_its_neighbours():
    article, _ = masked(
        article_of("Russians in Moscow and Kyiv heard Putin.", "Gulls cry."), COMPILED["russia for iran"]
    )
    assert sentences_of(article) == ["Iranians in Tehran and Baghdad heard Khamenei.", "Gulls cry."]


def answers_of(gold, chosen, article, n_articles=None):
    gold, chosen, article = np.array(gold), np.array(chosen), np.array(article)
    return TaskAnswers(STANCE, gold, chosen, chosen.astype(float), article, n_articles or int(article.max()) + 1)


def test_masking_is_compared_where_a_name_stood_and_elsewhere():
    before = answers_of([HAWKISH, NEUTRAL, NEUTRAL], [HAWKISH, NEUTRAL, NEUTRAL], [0, 0, 1])
    after = replace(before, chosen=np.array([NEUTRAL, NEUTRAL, NEUTRAL]))
    rows = {r["part"]: r for r in names_masked.compared(before, after, np.array([True, False, False]), resamples_of(2))}
    assert rows["with a name"]["changed"].value == 1
    assert rows["without a name"]["changed"].value == 0
    assert rows["all"]["before"].value == 1
    assert rows["all"]["difference"].value == pytest.approx(0.4 - 1)  # hawkish 0, neutral 2 * 2 / (3 + 2), by hand
    assert rows["all"]["flows"]["hawkish"]["neutral"] == 1
    assert rows["all"]["with_a_side"].value == pytest.approx(1 / 3)
    assert rows["all"]["with_a_side_after"].value == 0


def test_the_lean_of_a_sentence_comes_from_the_others_of_its_article():
    gold = np.array([HAWKISH, HAWKISH, NEUTRAL, CONCILIATORY])
    shares = oracles.lean(gold, np.array([0, 0, 0, 1]), 2)
    overall = np.array([0.5, 0.25, 0.25])
    np.testing.assert_allclose(shares[0], (np.array([1, 0, 1]) + overall) / 3)
    np.testing.assert_allclose(shares[3], overall)  # alone in its article: nothing but the shares of all


def test_the_lean_decides_where_the_model_is_undecided():
    gold = np.array([HAWKISH] * 4 + [CONCILIATORY] * 4)
    chosen = oracles.with_lean(np.zeros((8, 3)), gold, np.repeat([0, 1], 4), 2)
    assert (chosen == gold).all()


def test_a_known_gate_leaves_the_side_to_the_model():
    gold = np.array([NEUTRAL, HAWKISH, HAWKISH])
    scores = np.array([[9.0, 1, 0], [1, 2, 9], [2, 1, 9]])
    assert oracles.with_gate(scores, gold, 2).argmax(axis=1).tolist() == [2, 1, 0]


def test_a_known_side_leaves_the_gate_to_the_model():
    gold = np.array([HAWKISH, HAWKISH, NEUTRAL])
    chosen = np.array([CONCILIATORY, NEUTRAL, HAWKISH])
    assert oracles.with_sides(chosen, gold, 2).argmax(axis=1).tolist() == [0, 2, 0]


def test_every_sentence_is_right_or_one_kind_of_wrong():
    gold = np.array([NEUTRAL, HAWKISH, HAWKISH, NEUTRAL, HAWKISH])
    chosen = np.array([NEUTRAL, HAWKISH, NEUTRAL, CONCILIATORY, CONCILIATORY])
    kinds = oracles.error_kinds(gold, chosen, 2)
    assert [oracles.KINDS[i] for i in kinds.argmax(axis=1)] == ["right", "right", *oracles.KINDS[1:]]
    assert (kinds.sum(axis=1) == 1).all()


def test_oracles_never_lose_what_the_model_had_right_of_the_part_they_know():
    rng = np.random.default_rng(5)
    gold, article = np.eye(3, dtype=bool)[rng.integers(0, 3, 90)], np.repeat(np.arange(9), 10)
    p = rng.dirichlet(np.ones(3), 90)
    answers = TaskAnswers(STANCE, gold, oracles.chosen_by(p), p, article, 9)
    settings = TaskCalibration.neutral(STANCE)
    found = oracles.table(answers, settings, resamples_of(9), {"gold": gold})
    assert found["gold"].value == 1
    assert found["neutral known"].value > found["model"].value
    assert found["side known"].value > found["model"].value


@pytest.fixture(scope="module")
def default_model():
    return models.load(shipped("models/default"), threads=1)


def test_the_deletion_test_runs_on_the_shipped_model(default_model):
    text = article_of("The West must punish Moscow for this brazen attack on the harbour of our neighbours.")
    cases = list(deletion.sentence_cases(default_model, text, [(STANCE, 0)], article=0, rng=np.random.default_rng(0)))
    assert [case.k for case in cases] == [1, 3]
    assert all(np.isfinite([case.top, case.random]).all() and case.claimed > 0 for case in cases)
