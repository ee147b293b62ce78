"""What stance would gain if one part of the problem were solved, and which kinds of errors there are."""

import numpy as np
from sklearn.model_selection import GroupKFold

from pipeline.scoring.baselines import LabelledTexts, Length
from pipeline.scoring.classification import label_counts, macro_f1
from pipeline.scoring.resampling import sum_by_article

FOLDS = 5
PULL = 1.0  # sentences that the shares of all articles weigh in an article's own
KINDS = ("right", "missed a stance", "stance where none was", "wrong side")


def decision_scores(answers, settings):
    """What is compared to decide. Shapes: (n, n_labels)."""
    return np.log(np.maximum(answers.p, np.finfo(float).tiny)) + settings.offset


def chosen_by(scores):
    return np.eye(scores.shape[1], dtype=bool)[scores.argmax(axis=1)]


def lean(gold, article, n_articles):
    """Shares of the labels among the *other* sentences of each sentence's article. Shapes: (n, n_labels)."""
    overall = gold.mean(axis=0)
    sums = sum_by_article(gold, article, n_articles)[article] - gold + PULL * overall
    return sums / sums.sum(axis=1, keepdims=True)


def with_lean(scores, gold, article, n_articles):
    """Decisions with the article's own shares in place of those of all articles as the prior."""
    overall = np.maximum(gold.mean(axis=0), 1e-9)
    return chosen_by(scores + np.log(np.maximum(lean(gold, article, n_articles), 1e-9) / overall))


def with_gate(scores, gold, neutral):
    """Decisions where neutral is known, and one of the other labels is to be chosen elsewhere."""
    sides = scores.copy()
    sides[:, neutral] = -np.inf
    return np.where(gold[:, [neutral]], gold, chosen_by(sides))


def with_sides(chosen, gold, neutral):
    """The model's decision between stance and none, with the right side wherever it found one that is there."""
    is_both = ~chosen[:, [neutral]] & ~gold[:, [neutral]]
    return np.where(is_both, gold, chosen)


def error_kinds(gold, chosen, neutral):
    """Shapes: (n, len(KINDS)), one true in each row."""
    has, given = ~gold[:, neutral], ~chosen[:, neutral]
    same = (gold == chosen).all(axis=1)
    return np.column_stack([same, has & ~given, ~has & given, has & given & ~same])


def by_length(gold, book):
    """Decisions on stance by the sentence's length, learned on the other articles of the set. Shapes: (n, n_labels)."""
    texts = LabelledTexts(tuple(gold.texts), gold.labels, gold.article)
    chosen = np.zeros(gold.labels["stance"].shape, bool)
    for train, test in GroupKFold(min(FOLDS, len(gold.articles))).split(chosen, groups=gold.article):
        chosen[test] = Length().fit(texts.rows(train), book)([texts.texts[row] for row in test])["stance"].chosen
    return chosen


def table(answers, settings, resamples, others):
    """Macro-F1 of each oracle, beside `others`, decisions by name. Shapes: decisions (n, n_labels)."""
    neutral = neutral_of(answers.task)
    scores = decision_scores(answers, settings)
    decisions = {
        "model": answers.chosen,
        "article's lean known": with_lean(scores, answers.gold, answers.article, answers.n_articles),
        "neutral known": with_gate(scores, answers.gold, neutral),
        "side known": with_sides(answers.chosen, answers.gold, neutral),
        **others,
    }
    return {
        name: resamples.of_sums(label_counts(answers.gold, c, answers.article, answers.n_articles), macro_f1)
        for name, c in decisions.items()
    }


def errors(answers, resamples):
    """The share of all sentences that each kind has."""
    kinds = error_kinds(answers.gold, answers.chosen, neutral_of(answers.task))
    sums = sum_by_article(kinds, answers.article, answers.n_articles)
    estimates = resamples.of_sums_each(sums, lambda s: s / s.sum(axis=-1, keepdims=True))
    return {
        kind: {"sentences": int(n), "share": estimate}
        for kind, n, estimate in zip(KINDS, kinds.sum(axis=0), estimates, strict=True)
    }


def neutral_of(task):
    """The label that is neither pole."""
    poles = {task.poles.positive, task.poles.negative}
    return next(i for i, value in enumerate(task.values) if value not in poles)
