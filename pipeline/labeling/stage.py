"""The labelling stage: from attributed sentences to judgements with probabilities, evidence and abstention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.core import schemas
from pipeline.labeling import calibration, evidence
from pipeline.labeling.scores import ArticleText, SentenceSpan, numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task
    from pipeline.labeling.model import Model
    from pipeline.labeling.scores import SentenceScores

BODY, HEADLINE = "body", "headline"
P_DECIMALS = 6  # more would be noise
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
        scores = [score for found in self.model.labeller.score(articles) for score in found]
        is_body = np.array([s["role"] == BODY for article in sentences for s in article], bool)
        field = self.output_schema.field("judgements")
        offsets = pa.array(np.cumsum([0, *map(len, sentences)]), pa.int32())
        judged = self._judged(scores, is_body, field.type.value_type)
        return table.append_column(field, pa.ListArray.from_arrays(offsets, judged, field.type))

    def _judged(self, scores: Sequence[SentenceScores], is_body: NDArray[np.bool_], struct: pa.StructType) -> pa.Array:
        """A judgement per sentence, an empty one where it is not body. Shapes: is_body (n_sentences,)."""
        words, rows = _Words.of(scores, self.model.codebook), np.flatnonzero(is_body)
        logits = np.array([s.logits for s in scores], np.float32).reshape(len(rows), words.contributions.shape[1])
        fields: dict[str, pa.Array] = {}
        unsure = []
        for task, columns in zip(self.model.codebook.tasks, self.model.codebook.slices().values(), strict=True):
            settings = self.model.decisions[task.name]
            p = calibration.probabilities(task, settings, logits[:, columns])
            chosen = calibration.decided(task, settings, p)
            unsure.append(calibration.confidence(task, p, chosen) < self.abstain)
            fields |= _task_fields(task, p, chosen, is_body)
            fields[f"evidence_{task.name}"] = _evidence(task, words, columns, chosen, rows, len(is_body))
        sentence, place = np.nonzero(np.stack(unsure, axis=1))
        names = pa.array([task.name for task in self.model.codebook.tasks]).take(pa.array(place))
        fields["abstained"] = _lists(names, rows[sentence], len(is_body))
        return pa.StructArray.from_arrays([fields[part.name] for part in struct], fields=list(struct))


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of all judged sentences. Shapes: n, first (n_judged,), spans (n_words, 2), contributions (n_words, L)."""

    n: NDArray[np.intp]
    first: NDArray[np.intp]
    spans: NDArray[np.int32]
    contributions: NDArray[np.float32]

    @classmethod
    def of(cls, scores: Sequence[SentenceScores], codebook: Codebook) -> _Words:
        n = np.array([len(s.spans) for s in scores], np.intp)
        contributions = np.zeros((0, len(codebook.columns())), np.float32)
        return cls(
            n,
            np.cumsum(n) - n,
            np.concatenate([np.zeros((0, 2), np.int32), *(s.spans for s in scores)]),
            np.concatenate([contributions, *(s.contributions for s in scores)]),
        )


def article_text(text: str, sentences: Sequence[Any], voices: Sequence[Any]) -> ArticleText:
    """One article as the labellers take it: body to judge, headlines to read, furniture left out."""
    spans = [
        SentenceSpan(s["start"], s["end"], s["role"] == BODY, v["voice"])
        for s, v in zip(sentences, voices, strict=True)
        if s["role"] in (BODY, HEADLINE)
    ]
    return ArticleText(text, tuple(spans))


def _task_fields(
    task: Task, p: NDArray[np.float64], chosen: NDArray[np.bool_], is_body: NDArray[np.bool_]
) -> dict[str, pa.Array]:
    """Labels and probabilities of every sentence, null where it is not body. Shapes: p and chosen (n_judged, K)."""
    place = pa.array(np.cumsum(is_body) - 1, mask=~is_body)
    sentence, label = np.nonzero(chosen)
    labels = pa.array(task.values).take(pa.array(label))
    if task.kind == "multi":
        labels = _lists(labels, np.flatnonzero(is_body)[sentence], len(is_body), is_null=~is_body)
    else:
        labels = labels.take(place)
    rounded = np.round(p, P_DECIMALS).astype(np.float32)
    columns = {f"p_{task.name}_{value}": pa.array(rounded[:, k]).take(place) for k, value in enumerate(task.values)}
    return {task.name: labels, **columns}


def _evidence(
    task: Task, words: _Words, columns: slice, chosen: NDArray[np.bool_], rows: NDArray[np.intp], n_rows: int
) -> pa.Array:
    """Spans for each label given. Shapes: chosen (n_judged, K), rows (n_judged,) where the judged sentences stand."""
    sentence, label = np.nonzero(chosen)
    weights = evidence.toward(words.contributions[:, columns], is_multi=task.kind == "multi")
    decision, place = numbered(words.n[sentence])
    word = words.first[sentence][decision] + place
    found = evidence.spans(words.spans[word], weights[word, label[decision]], words.n[sentence])
    given = pa.array(task.values).take(pa.array(label[found.decision]))
    weight = np.round(found.weight.astype(np.float64), WEIGHT_DECIMALS).astype(np.float32)
    parts = [given, pa.array(found.start), pa.array(found.end), pa.array(weight)]
    structs = pa.StructArray.from_arrays(parts, fields=list(schemas.EVIDENCE))
    return _lists(structs, rows[sentence][found.decision], n_rows)


def _lists(
    values: pa.Array, rows: NDArray[np.intp], n_rows: int, is_null: NDArray[np.bool_] | None = None
) -> pa.ListArray:
    """A list per row of the values that are its own. Shapes: values and rows (n,), rows rising; is_null (n_rows,)."""
    offsets = np.cumsum([0, *np.bincount(rows, minlength=n_rows)])
    mask = None if is_null is None else pa.array(is_null)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values, pa.list_(values.type), mask=mask)
