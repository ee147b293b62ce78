"""A model against a hand-labelled set: every figure with its interval, its baselines, its ceiling and its signature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError, unknown_name
from pipeline.scoring.agreement import agreement
from pipeline.scoring.breakdowns import by_group, confident_errors, groups, off_target
from pipeline.scoring.classification import macro_f1
from pipeline.scoring.metrics import macro_f1_counts, score_task
from pipeline.scoring.plain import as_plain
from pipeline.scoring.predictions import answers as align
from pipeline.scoring.predictions import gold_sentences
from pipeline.scoring.profile_error import profile_error
from pipeline.scoring.resampling import ArticleResamples
from pipeline.scoring.signature import seed_of, signature
from pipeline.scoring.significance import compare_sums
from pipeline.scoring.tables import FigureRow, figure_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Evaluate
    from pipeline.corpus.labelled_set import LabelledSet
    from pipeline.scoring.agreement import CoderJudgement, TaskAgreement
    from pipeline.scoring.baseline_runs import BaselineRun
    from pipeline.scoring.breakdowns import ConfidentError, Group, GroupFigures, OffTarget
    from pipeline.scoring.metrics import TaskMetrics
    from pipeline.scoring.predictions import GoldSentences, Predictions, TaskAnswers
    from pipeline.scoring.profile_error import ProfileError
    from pipeline.scoring.signature import Signature
    from pipeline.scoring.significance import PairedComparison

AUTHOR = ("author",)


@dataclass(frozen=True, slots=True)
class BaselineFigures:
    """`lead`: macro-F1 of the model less that of the baseline, on the same articles."""

    name: str
    learned_from: str
    n_learned: int
    metrics: TaskMetrics
    lead: PairedComparison


@dataclass(frozen=True, slots=True)
class TaskReport:
    """`ceiling` is the coders' own agreement, None where their labels were not given."""

    task: str
    kind: str
    signature: Signature
    metrics: TaskMetrics
    baselines: tuple[BaselineFigures, ...]
    ceiling: TaskAgreement | None
    profile_error: ProfileError | None
    breakdowns: tuple[GroupFigures, ...]
    off_target: OffTarget | None
    errors: tuple[ConfidentError, ...]


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """`n_badly_cut`: body sentences that were left out because the reference split is doubtful."""

    gold: str
    gold_sha256: str
    codebook: str
    n_articles: int
    n_sentences: int
    n_badly_cut: int
    level: float
    tasks: Mapping[str, TaskReport]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; undefined figures are None. Each signature stands beside its text form."""
        document: dict[str, Any] = as_plain(self)
        for name, report in self.tasks.items():
            document["tasks"][name]["signature"]["text"] = str(report.signature)
        return document

    def as_table(self) -> tuple[FigureRow, ...]:
        """A row per figure, in the order of the codebook."""
        return tuple(row for report in self.tasks.values() for row in figure_rows(report))

    def as_metrics(self) -> dict[str, float]:
        """Flat names for a tracking server, intervals as `_low` and `_high`; undefined figures are absent."""
        flat = {}
        for row in self.as_table():
            name = "/".join(part for part in (row.task, row.label, row.figure) if part)
            ends = {"": row.estimate.value, "_low": row.estimate.low, "_high": row.estimate.high}
            flat.update({f"{name}{end}": value for end, value in ends.items() if value is not None})
        return flat


@dataclass(frozen=True, slots=True)
class _Setting:
    """What all tasks of one evaluation share."""

    gold: LabelledSet
    codebook: Codebook
    sentences: GoldSentences
    resamples: ArticleResamples
    config: Evaluate
    voices: tuple[str, ...]
    parts: tuple[Group, ...]
    seed: str


def evaluate(
    gold: LabelledSet,
    predictions: Predictions,
    codebook: Codebook,
    *,
    config: Evaluate,
    rng: np.random.Generator,
    baselines: Sequence[BaselineRun] = (),
    judgements: Sequence[CoderJudgement] = (),
    profile_voices: Sequence[str] = AUTHOR,
    keeps_badly_cut: bool = False,
) -> EvaluationReport:
    """Scores every task of the codebook. Give a fresh `rng`: its seed is part of every signature.

    Raises: InvalidInputError where predictions are missing or malformed, or a voice is not in the codebook.
    """
    _check(predictions, codebook, profile_voices)
    seed = seed_of(rng)
    sentences = gold_sentences(gold, codebook, keeps_badly_cut=keeps_badly_cut)
    n_articles = len(sentences.articles)
    resamples = ArticleResamples.draw(n_articles, n_resamples=config.resamples, level=config.level, rng=rng)
    parts = groups(sentences, codebook)
    setting = _Setting(gold, codebook, sentences, resamples, config, tuple(profile_voices), parts, seed)
    given = align(sentences, predictions, codebook)
    beside = [(run, align(sentences, run.predictions, codebook)) for run in baselines]
    ceilings = agreement(judgements, codebook, n_resamples=config.resamples, level=config.level, rng=rng)
    reports = {}
    for name, answers in given.items():
        rivals = [(run, theirs[name]) for run, theirs in beside if name in theirs]
        reports[name] = replace(_task_report(answers, setting, rivals, rng), ceiling=ceilings.get(name))
    return EvaluationReport(
        gold=gold.name,
        gold_sha256=gold.sha256,
        codebook=codebook.id,
        n_articles=n_articles,
        n_sentences=len(sentences.sentences),
        n_badly_cut=sentences.n_badly_cut,
        level=config.level,
        tasks=reports,
    )


def _check(predictions: Predictions, codebook: Codebook, voices: Sequence[str]) -> None:
    for voice in voices:
        if voice not in codebook.voices:
            raise InvalidInputError(unknown_name("voice", voice, codebook.voices))
    for task in codebook.tasks:
        if task.name not in predictions.probabilities or task.name not in predictions.chosen:
            raise InvalidInputError(
                f"no predictions for task {task.name!r} of codebook {codebook.id}",
                remedy="evaluate the model with the codebook that it was trained for",
            )


def _task_report(
    answers: TaskAnswers,
    setting: _Setting,
    rivals: Sequence[tuple[BaselineRun, TaskAnswers]],
    rng: np.random.Generator,
) -> TaskReport:
    n_left_out = setting.sentences.n_badly_cut
    return TaskReport(
        task=answers.task.name,
        kind=answers.task.kind,
        signature=signature(
            answers.task.name,
            setting.gold,
            setting.codebook,
            counts=(answers.n_articles, len(answers.gold), n_left_out),
            resamples=setting.config.resamples,
            level=setting.config.level,
            seed=setting.seed,
        ),
        metrics=score_task(answers, setting.resamples),
        baselines=tuple(_beside(answers, run, theirs, setting, rng) for run, theirs in rivals),
        ceiling=None,
        profile_error=_profile_error(answers, setting, rng),
        breakdowns=by_group(answers, setting.parts, setting.resamples),
        off_target=off_target(answers, setting.resamples),
        errors=confident_errors(answers, setting.sentences, n_shown=setting.config.n_errors_shown),
    )


def _beside(
    answers: TaskAnswers, run: BaselineRun, theirs: TaskAnswers, setting: _Setting, rng: np.random.Generator
) -> BaselineFigures:
    sums = macro_f1_counts(answers), macro_f1_counts(theirs)
    return BaselineFigures(
        run.name,
        run.learned_from,
        run.n_learned,
        metrics=score_task(theirs, setting.resamples),
        lead=compare_sums(*sums, macro_f1, resamples=setting.resamples, rng=rng),
    )


def _profile_error(answers: TaskAnswers, setting: _Setting, rng: np.random.Generator) -> ProfileError | None:
    return profile_error(
        answers,
        [article.article for article in setting.sentences.articles],
        np.array([sentence.voice in setting.voices for sentence in setting.sentences.sentences]),
        voices=setting.voices,
        n_resamples=setting.config.resamples,
        level=setting.config.level,
        rng=rng,
    )
