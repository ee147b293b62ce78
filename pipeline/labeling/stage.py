"""The labelling stage: from attributed sentences to judgements with probabilities, evidence and abstention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.core import schemas
from pipeline.labeling import calibration, evidence
from pipeline.labeling.scores import ArticleText, SentenceSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.core.codebook import Task
    from pipeline.labeling.model import Model
    from pipeline.labeling.scores import SentenceScores

BODY, HEADLINE = "body", "headline"
P_DECIMALS = 6  # float noise between batch sizes stays below this
WEIGHT_DECIMALS = 4  # logits


class LabelStage:
    """Judges body sentences, reading headlines as context; other sentences get empty judgements."""

    name = "label"
    input_schema = schemas.ATTRIBUTED

    def __init__(self, model: Model, *, abstain: float = 0.0) -> None:
        """Units: abstain is a probability; a task whose decision is less sure is listed in `abstained`."""
        self.model, self.abstain = model, abstain
        self.output_schema = schemas.labelled(model.codebook)

    def __call__(self, table: pa.Table) -> pa.Table:
        texts, sentences, voices = (table[name].to_pylist() for name in ("text", "sentences", "voices"))
        articles = [article_text(*parts) for parts in zip(texts, sentences, voices, strict=True)]
        scores = self.model.labeller.score(articles)
        rows = [self._judgements(s, scored) for s, scored in zip(sentences, scores, strict=True)]
        field = self.output_schema.field("judgements")
        return table.append_column(field, pa.array(rows, field.type))

    def _judgements(self, sentences: Sequence[Any], scores: Sequence[SentenceScores]) -> list[dict[str, Any]]:
        judged = iter(self._judged(scores))
        return [next(judged) if s["role"] == BODY else _not_judged(self.model.codebook.tasks) for s in sentences]

    def _judged(self, scores: Sequence[SentenceScores]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = [{"abstained": []} for _ in scores]
        if not scores:
            return rows
        logits = np.stack([s.logits for s in scores])
        for task in self.model.codebook.tasks:
            columns = self.model.codebook.slices()[task.name]
            settings = self.model.decisions[task.name]
            p = calibration.probabilities(task, settings, logits[:, columns])
            chosen = calibration.decided(task, settings, p)
            is_unsure = calibration.confidence(task, p, chosen) < self.abstain
            for row, score, p_row, chosen_row, unsure in zip(rows, scores, p, chosen, is_unsure, strict=True):
                row.update(_task_fields(task, score, columns, p_row, chosen_row))
                if unsure:
                    row["abstained"].append(task.name)
        return rows


def article_text(text: str, sentences: Sequence[Any], voices: Sequence[Any]) -> ArticleText:
    """One article as the labellers take it: body to judge, headlines to read, furniture left out."""
    spans = [
        SentenceSpan(s["start"], s["end"], s["role"] == BODY, v["voice"])
        for s, v in zip(sentences, voices, strict=True)
        if s["role"] in (BODY, HEADLINE)
    ]
    return ArticleText(text, tuple(spans))


def _task_fields(
    task: Task, score: SentenceScores, columns: slice, p: np.ndarray[Any, Any], chosen: np.ndarray[Any, Any]
) -> dict[str, Any]:
    labels = [i for i in range(len(task.labels)) if chosen[i]]
    found = [task.values[i] for i in labels]
    contributions = score.contributions[:, columns]
    is_multi = task.kind == "multi"
    return {
        task.name: found if is_multi else found[0],
        **{f"p_{task.name}_{value}": round(float(p[i]), P_DECIMALS) for i, value in enumerate(task.values)},
        f"evidence_{task.name}": [
            {"label": task.values[i], "start": e.start, "end": e.end, "weight": round(e.weight, WEIGHT_DECIMALS)}
            for i in labels
            for e in evidence.spans(score.spans, evidence.toward(contributions, i, is_multi=is_multi))
        ],
    }


def _not_judged(tasks: Sequence[Task]) -> dict[str, Any]:
    return {"abstained": [], **{f"evidence_{task.name}": [] for task in tasks}}
