"""Baselines on a gold set, learned only from articles that are not in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.model_selection import GroupKFold

from pipeline.scoring.baselines import BASELINES, LabelledTexts
from pipeline.scoring.linear import FOLDS, Answers
from pipeline.scoring.predictions import Predictions, gold_sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSet
    from pipeline.scoring.baselines import Baseline


@dataclass(frozen=True, slots=True)
class BaselineRun:
    """A baseline's predictions of the gold sentences. `n_learned` counts the sentences that it learned from."""

    name: str
    predictions: Predictions
    learned_from: str
    n_learned: int


def run_baselines(
    gold: LabelledSet,
    training_sets: Sequence[LabelledSet],
    codebook: Codebook,
    *,
    baselines: Sequence[Baseline] = BASELINES,
) -> tuple[BaselineRun, ...]:
    """Predictions of every baseline for the gold sentences.

    Articles of the training sets whose text is in the gold set are left out. Where none is left, each fold of the
    gold articles is predicted from the other folds; a single article has nothing to learn from and gives no run.
    """
    sentences = gold_sentences(gold, codebook, keeps_badly_cut=True)
    own = _texts(gold, codebook)
    learned = _without(training_sets, gold, codebook)
    if learned is None and len(sentences.articles) < 2:
        return ()
    names = ", ".join(labelled.name for labelled in training_sets)
    keys = sentences.keys
    runs = []
    for baseline in baselines:
        answers = baseline.fit(learned, codebook)(own.texts) if learned else _out_of_fold(baseline, own, codebook)
        predictions = Predictions(
            tuple(article for article, _ in keys),
            tuple(n for _, n in keys),
            {name: answer.p for name, answer in answers.items()},
            {name: answer.chosen for name, answer in answers.items()},
        )
        source = names if learned else f"{gold.name}, out of fold"
        runs.append(BaselineRun(baseline.name, predictions, source, len((learned or own).texts)))
    return tuple(runs)


def _texts(labelled: LabelledSet, codebook: Codebook) -> LabelledTexts:
    sentences = gold_sentences(labelled, codebook, keeps_badly_cut=True)
    return LabelledTexts(tuple(sentences.texts), sentences.labels, sentences.article)


def _without(sets: Sequence[LabelledSet], gold: LabelledSet, codebook: Codebook) -> LabelledTexts | None:
    """The sets' sentences without the gold set's articles; None where nothing is left."""
    gold_texts = {article.text for article in gold.articles}
    parts, n_articles = [], 0
    for labelled in sets:
        kept = tuple(a for a in labelled.articles if a.text not in gold_texts and any(s.is_body for s in a.sentences))
        if kept:
            part = _texts(replace(labelled, articles=kept), codebook)
            parts.append(replace(part, article=part.article + n_articles))
            n_articles += len(kept)
    if not parts:
        return None
    return LabelledTexts(
        tuple(text for part in parts for text in part.texts),
        {task.name: np.concatenate([part.labels[task.name] for part in parts]) for task in codebook.tasks},
        np.concatenate([part.article for part in parts]),
    )


def _out_of_fold(baseline: Baseline, own: LabelledTexts, codebook: Codebook) -> Mapping[str, Answers]:
    answers: dict[str, Answers] = {}
    n_folds = min(FOLDS, len(np.unique(own.article)))
    for train, test in GroupKFold(n_folds).split(own.article, groups=own.article):
        predict = baseline.fit(own.rows(train), codebook)
        for name, given in predict([own.texts[row] for row in test]).items():
            shape = own.labels[name].shape
            whole = answers.setdefault(name, Answers(np.zeros(shape), np.zeros(shape, bool)))
            whole.p[test], whole.chosen[test] = given.p, given.chosen
    return answers
