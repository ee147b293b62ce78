from dataclasses import replace

import numpy as np
import pytest

from pipeline.core import codebook
from pipeline.core.errors import InvalidInputError
from pipeline.training.cross_fit import cross_fitted
from pipeline.training.examples import article_folds, examples, folds, without_test

BOOK = codebook.load()


def test_articles_of_a_test_split_are_not_learned_from(labelled):
    gold = labelled(6, n_test=2)
    assert [e.article for e in examples([gold], BOOK)] == ["mine/a0", "mine/a1", "mine/a2", "mine/a3"]
    assert [a.article for a in without_test(gold).articles] == ["a0", "a1", "a2", "a3"]


def test_body_is_judged_and_a_headline_is_context(labelled):
    (example,) = examples([labelled(1)], BOOK)
    assert [s.is_judged for s in example.text.sentences] == [False, True, True]
    given = [
        [label for label, is_given in zip(BOOK.columns(), row, strict=True) if is_given] for row in example.targets
    ]
    assert given == [
        [("stance", "hawkish"), ("certainty", "certain"), ("devices", "irony")],
        [("stance", "neutral"), ("certainty", "hedged")],
    ]


def test_a_badly_cut_sentence_is_read_and_not_judged(labelled):
    gold = labelled(1)
    (article,) = gold.articles
    spoiled = replace(article, sentences=(*article.sentences[:2], replace(article.sentences[2], is_well_cut=False)))
    (example,) = examples([replace(gold, articles=(spoiled,))], BOOK)
    assert [s.is_judged for s in example.text.sentences] == [False, True, False]
    assert len(example.targets) == 1


def test_a_text_in_two_sets_is_refused(labelled):
    with pytest.raises(InvalidInputError, match="other/a0: the same text as mine/a0"):
        examples([labelled(2), replace(labelled(1), name="other")], BOOK)


def test_a_text_that_another_set_keeps_for_testing_is_refused(labelled):
    tested = labelled(3, name="other", n_test=1)
    copied = replace(labelled(1), articles=(replace(tested.articles[2], article="mine-too"),))
    for sets in ([tested, copied], [copied, tested]):
        with pytest.raises(InvalidInputError, match="mine/mine-too: the same text as other/a2"):
            examples(sets, BOOK)


def test_two_sets_of_one_name_are_refused(labelled):
    with pytest.raises(InvalidInputError, match="mine: two training sets have this name"):
        examples([labelled(2), labelled(1)], BOOK)


def test_folds_deal_every_article_once_and_evenly():
    dealt = folds(23, k=5, rng=np.random.default_rng(0))
    assert sorted(np.bincount(dealt)) == [4, 4, 5, 5, 5]


def test_a_set_that_comes_later_moves_no_article_of_an_earlier_one(labelled):
    first = examples([labelled(7)], BOOK)
    others = [
        replace(e, article=f"later/{i}", text=replace(e.text, text=f"{e.text.text} {i}")) for i, e in enumerate(first)
    ]
    alone, beside = article_folds(first, k=3), article_folds([*first, *others], k=3)
    assert alone.tolist() == beside[:7].tolist()
    assert sorted(np.bincount(alone)) == [2, 2, 3]


def test_near_duplicates_fall_into_one_fold(labelled):
    rows = examples([labelled(6)], BOOK)
    rows[4] = replace(rows[4], text=replace(rows[4].text, text=rows[1].text.text + " Reprinted."))
    dealt = article_folds(rows, k=5)
    assert dealt[4] == dealt[1]


def test_a_near_duplicate_in_a_later_set_falls_into_the_fold_of_the_earlier_one(labelled):
    rows = examples([labelled(6), labelled(6, name="later")], BOOK)
    alone = article_folds(rows, k=5)
    for i in range(6):
        copied = replace(rows[8], text=replace(rows[8].text, text=rows[i].text.text + " Reprinted."))
        dealt = article_folds([*rows[:8], copied, *rows[9:]], k=5)
        assert dealt[8] == dealt[i]
        assert dealt[:6].tolist() == alone[:6].tolist()


class Mean:
    """Says of every sentence how often each label was given in training."""

    labeller, n_fitted_folds = "none", None

    def fit(self, rows):
        self.rate = np.concatenate([row.targets for row in rows]).mean(axis=0)
        self.seen = {row.article for row in rows}
        return self

    def score(self, rows):
        assert not self.seen & {row.article for row in rows}
        return [np.tile(self.rate, (len(row.targets), 1)) for row in rows]


def test_every_article_is_scored_by_a_model_that_never_saw_it(labelled):
    done = cross_fitted(Mean(), examples([labelled(7)], BOOK), k=3)
    assert sorted(e.article for fold in done for e in fold.held_out) == [f"mine/a{i}" for i in range(7)]
    assert all({e.article for e in fold.held_out}.isdisjoint(e.article for e in fold.trained_on) for fold in done)


def test_what_lies_beside_is_learned_from_in_every_fold(labelled):
    seen = []

    class Watched(Mean):
        def fit(self, rows):
            seen.append({row.article for row in rows})
            return super().fit(rows)

    beside = [replace(examples([labelled(1)], BOOK)[0], article="silver/x")]
    cross_fitted(Watched(), examples([labelled(6)], BOOK), k=3, beside=beside)
    assert len(seen) == 3
    assert all("silver/x" in names for names in seen)


def test_articles_that_are_one_text_are_too_little_to_train_on(labelled):
    rows = examples([labelled(3)], BOOK)
    same = [replace(row, text=replace(row.text, text=rows[0].text.text)) for row in rows]
    with pytest.raises(InvalidInputError, match="the 3 labelled articles are near duplicates"):
        cross_fitted(Mean(), same, k=5)


def test_one_article_is_too_little_to_train_on(labelled):
    with pytest.raises(InvalidInputError, match="2 labelled articles or more, found 1"):
        cross_fitted(Mean(), examples([labelled(1)], BOOK), k=5)
