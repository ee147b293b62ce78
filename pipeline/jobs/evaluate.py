"""Evaluation: a model against a labelled set, with intervals, baselines and the coders' own agreement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core import codebook as codebooks
from pipeline.corpus import labelled_set
from pipeline.corpus.coders import coder_rows
from pipeline.jobs import flow
from pipeline.jobs.agreement import whole
from pipeline.jobs.gold import gold_batches, gold_set, raw_table
from pipeline.jobs.opening import OpenModel, open_model
from pipeline.labeling.rows import sentence_rows
from pipeline.labeling.stage import LabelStage
from pipeline.reports import plots
from pipeline.scoring import segmentation
from pipeline.scoring.agreement import judgements_from_rows
from pipeline.scoring.baseline_runs import run_baselines
from pipeline.scoring.evaluation import EvaluationReport, evaluate
from pipeline.scoring.predictions import Predictions
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.corpus.labelled_set import LabelledSet
    from pipeline.scoring.agreement import CoderJudgement

SHIPPED_SETS = ("opeds",)  # labelled by the shipped codebook


@dataclass(frozen=True, slots=True)
class Evaluated:
    """`reading`: roles, boundaries and voices of the reading stages; `report`: labels of the set's own sentences."""

    report: EvaluationReport
    reading: segmentation.SegmentationReport
    model: str
    run_id: str | None
    store: str


def evaluate_model(reference: str, config: Config) -> Evaluated:
    """The set is read under the model's own codebook. Raises: InvalidInputError."""
    opening = preload(config.tracking)
    with job_run(opening, job="evaluate", config=config) as run:
        opened = open_model(config, opening, run)
        book = opened.model.codebook
        gold = gold_set(reference, book, split=config.evaluate.split, trained_on=opened.trained_on)
        run.dataset(Dataset(gold.name, gold.sha256, gold.name, len(gold.articles), gold.n_body), context="evaluation")
        report = evaluate(
            gold,
            predictions_of(gold, opened, config),
            book,
            config=config.evaluate,
            rng=np.random.default_rng(config.seed),
            baselines=_baselines(gold, opened, config),
            judgements=_judgements(reference, gold, book),
            profile_voices=config.profile.voices,
        )
        reading = _reading(gold, book, config)
        run.metrics({**report.as_metrics(), **_reading_metrics(reading)})
        for figure_name, figure in plots.figures(report):
            run.figure(f"figures/{figure_name}.png", figure)
        run.text("reading.json", json.dumps(reading.as_dict(), indent=1, ensure_ascii=False))
        run.text("evaluation.json", json.dumps(report.as_dict(), indent=1, ensure_ascii=False))
        name = f"{opened.identity.model} {opened.identity.model_version}"
        return Evaluated(report, reading, name, run.id, opening.address)


def predictions_of(gold: LabelledSet, opened: OpenModel, config: Config) -> Predictions:
    """What the model says of the set's own sentences."""
    stage = LabelStage(opened.model)
    rows: list[dict[str, Any]] = []
    for table in gold_batches(gold, batch=config.label.batch_articles):
        rows += sentence_rows(stage(table), opened.model.codebook, opened.identity).to_pylist()
    return Predictions.from_rows(rows, opened.model.codebook)


def _baselines(gold: LabelledSet, opened: OpenModel, config: Config) -> Any:
    if not config.evaluate.has_baselines:
        return ()
    book, names = opened.model.codebook, config.evaluate.baseline_sets
    if names is None:
        names = SHIPPED_SETS if book.sha256 == codebooks.load().sha256 else ()
    return run_baselines(gold, [labelled_set.load(name, book) for name in names], book)


def _judgements(reference: str, gold: LabelledSet, book: Codebook) -> Sequence[CoderJudgement]:
    """The coders' own labels, where the set keeps them."""
    folder = labelled_set.find(reference)
    has_own = (folder / "coders.jsonl").is_file()
    if not has_own and not any("coders" in row for _, row in labelled_set.read_rows(folder / "labels.jsonl")):
        return ()
    scored = {article.article for article in gold.articles}
    rows = [row for row in coder_rows(folder, book) if row["article"] in scored]
    return judgements_from_rows(whole(rows), book)


def _reading(gold: LabelledSet, book: Codebook, config: Config) -> segmentation.SegmentationReport:
    """Roles, boundaries and voices of the reading stages against the set's own."""
    table = raw_table(gold)
    for stage in flow.reading_stages(config):
        table = stage(table)
    found = {
        article: [
            segmentation.FoundSentence(s["start"], s["end"], s["role"], v["voice"], v["speaker"])
            for s, v in zip(sentences, voices, strict=True)
        ]
        for article, sentences, voices in zip(
            *(table[name].to_pylist() for name in ("article", "sentences", "voices")), strict=True
        )
    }
    rng = np.random.default_rng(config.seed)
    return segmentation.evaluate_segmentation(gold, found, book, config=config.evaluate, rng=rng)


def _reading_metrics(reading: segmentation.SegmentationReport) -> dict[str, float | None]:
    return {
        "reading/span_f1": reading.spans.f1.value,
        "reading/body_span_f1": reading.body_spans.f1.value,
        "reading/role_accuracy": reading.role_accuracy.value,
        "reading/voice_macro_f1": reading.voice_macro_f1.value,
        "reading/speaker_accuracy": reading.speaker_accuracy.value,
    }
