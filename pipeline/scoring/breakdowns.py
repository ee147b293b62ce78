"""Where a model is weak: figures by voice, by length, by the labels of ordinal tasks, off target; its worst errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.scoring.classification import label_counts, macro_f1, share
from pipeline.scoring.profile_error import pole_weights
from pipeline.scoring.resampling import ArticleResamples, Estimate, sum_by_article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.scoring.predictions import GoldSentences, TaskAnswers

    Bools = NDArray[np.bool_]

LENGTH_TERCILES = ("short", "middle", "long")


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the gold sentences. Shapes: is_member (n_sentences,)."""

    dimension: str
    group: str
    is_member: Bools


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Figures of the sentences of one group; macro-F1 is over the labels that occur in it."""

    dimension: str
    group: str
    n_articles: int
    n_sentences: int
    macro_f1: Estimate
    error_share: Estimate


@dataclass(frozen=True, slots=True)
class OffTarget:
    """How often sentences that favour neither pole are given one. Units: shares.

    `article_pole_share` is over articles in which no sentence has a pole for its gold label, as off-target articles
    have not: a model that answers to the subject's words alone betrays itself there. None without such articles.
    """

    n_articles: int
    n_sentences: int
    article_pole_share: Estimate
    n_neutral_sentences: int
    neutral_pole_share: Estimate


@dataclass(frozen=True, slots=True)
class ConfidentError:
    """A wrong label with the probability that the model gave to its own decision.

    `label` is the one wrongly given or, in a multi-label task, wrongly given or missed.
    """

    article: str
    n: int
    text: str
    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    label: str
    p: float


def groups(gold: GoldSentences, codebook: Codebook) -> tuple[Group, ...]:
    """Voices, terciles of length in words, and the gold labels of every ordinal task."""
    voices = np.array([s.voice for s in gold.sentences])
    n_words = np.array([len(text.split()) for text in gold.texts])
    tercile = np.searchsorted(np.quantile(n_words, [1 / 3, 2 / 3]), n_words)
    found = [Group("voice", voice, voices == voice) for voice in codebook.voices]
    found += [Group("length", name, tercile == at) for at, name in enumerate(LENGTH_TERCILES)]
    for task in codebook.tasks:
        if task.kind == "ordinal":
            labels = gold.labels[task.name]
            found += [Group(task.name, label, labels[:, at]) for at, label in enumerate(task.values)]
    return tuple(group for group in found if group.is_member.any())


def by_group(answers: TaskAnswers, parts: tuple[Group, ...], resamples: ArticleResamples) -> tuple[GroupFigures, ...]:
    """A task is not broken down by its own labels: within a label, macro-F1 says nothing that recall does not."""
    return tuple(_figures(answers, part, resamples) for part in parts if part.dimension != answers.task.name)


def off_target(answers: TaskAnswers, resamples: ArticleResamples) -> OffTarget | None:
    """None for a task without poles."""
    if answers.task.poles is None:
        return None
    poles = np.flatnonzero(pole_weights(answers.task))
    gold, predicted = answers.gold[:, poles].max(axis=1), answers.chosen[:, poles].max(axis=1)
    has_pole = sum_by_article(gold, answers.article, answers.n_articles) > 0
    in_off_target_article = ~has_pole[answers.article]
    return OffTarget(
        n_articles=int((~has_pole).sum()),
        n_sentences=int(in_off_target_article.sum()),
        article_pole_share=_share_within(predicted, in_off_target_article, answers, resamples),
        n_neutral_sentences=int((~gold).sum()),
        neutral_pole_share=_share_within(predicted, ~gold, answers, resamples),
    )


def confident_errors(answers: TaskAnswers, gold: GoldSentences, *, n_shown: int) -> tuple[ConfidentError, ...]:
    """The errors of which the model was surest, surest first; equals in the order of the set."""
    rows, columns, p = _errors(answers)
    order = np.argsort(-p, kind="stable")[:n_shown]
    return tuple(_error(answers, gold, int(rows[at]), int(columns[at]), float(p[at])) for at in order)


def _figures(answers: TaskAnswers, part: Group, resamples: ArticleResamples) -> GroupFigures:
    member = part.is_member
    counts = label_counts(answers.gold[member], answers.chosen[member], answers.article[member], answers.n_articles)
    return GroupFigures(
        part.dimension,
        part.group,
        n_articles=len(np.unique(answers.article[member])),
        n_sentences=int(member.sum()),
        macro_f1=resamples.of_sums(counts, macro_f1),
        error_share=_share_within(answers.is_wrong, member, answers, resamples),
    )


def _share_within(is_true: Bools, member: Bools, answers: TaskAnswers, resamples: ArticleResamples) -> Estimate:
    sums = sum_by_article(np.stack([is_true & member, member], axis=1), answers.article, answers.n_articles)
    return resamples.of_sums(sums, lambda summed: share(summed[..., 0], summed[..., 1]))


def _errors(answers: TaskAnswers) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    if answers.is_multi:
        rows, columns = np.nonzero(answers.gold != answers.chosen)
        p = answers.p[rows, columns]
        return rows, columns, np.where(answers.chosen[rows, columns], p, 1 - p)
    rows = np.flatnonzero(answers.is_wrong)
    columns = answers.chosen[rows].argmax(axis=1)
    return rows, columns, answers.p[rows, columns]


def _error(answers: TaskAnswers, gold: GoldSentences, row: int, column: int, p: float) -> ConfidentError:
    article, sentence = gold.articles[answers.article[row]], gold.sentences[row]
    return ConfidentError(
        article.article,
        sentence.n,
        article.sentence_text(sentence),
        gold=tuple(_labels(answers, answers.gold[row])),
        predicted=tuple(_labels(answers, answers.chosen[row])),
        label=answers.task.values[column],
        p=p,
    )


def _labels(answers: TaskAnswers, marked: Bools) -> Iterator[str]:
    return (label for label, is_marked in zip(answers.task.values, marked, strict=True) if is_marked)
