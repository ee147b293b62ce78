"""Joins the coders' answers with the sentences: the rows of `labels.jsonl` and `coders.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError, Refusal
from pipeline.corpus.adjudicate import VOICE, Adjudicated, adjudicate, disputed_tasks
from pipeline.corpus.coding import AnswerFile, read_answers, task_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.coding import Answer
    from pipeline.corpus.layout import PlacedSentence, SetText
    from pipeline.corpus.packets import Disputes

FIRST, SECOND, THIRD = "a", "b", "c"  # folders under coding/; the third answers disputed sentences alone


@dataclass(frozen=True, slots=True)
class Undecided:
    """A sentence whose tasks await a third coder (`pending`) or got three values from three (`tied`)."""

    article: str
    n: int
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """An article enters `labels` when two coders have answered it and no task of it is pending."""

    labels: tuple[dict[str, Any], ...]
    coders: tuple[dict[str, Any], ...]
    disputes: Mapping[str, Disputes]
    pending: tuple[Undecided, ...]
    tied: tuple[Undecided, ...]
    uncoded: tuple[str, ...]  # articles that lack a whole answer of one of the first two coders
    refusals: tuple[Refusal, ...]


def merge(coding: Path, texts: Mapping[str, SetText], codebook: Codebook) -> Merged:
    parts = [_merge_article(coding, article, placed, codebook) for article, placed in texts.items()]
    return Merged(
        labels=tuple(row for part in parts for row in part.labels),
        coders=tuple(row for part in parts for row in part.coders),
        disputes={article: found for part in parts for article, found in part.disputes.items()},
        pending=tuple(found for part in parts for found in part.pending),
        tied=tuple(found for part in parts for found in part.tied),
        uncoded=tuple(article for part in parts for article in part.uncoded),
        refusals=tuple(refusal for part in parts for refusal in part.refusals),
    )


def _merge_article(coding: Path, article: str, placed: SetText, codebook: Codebook) -> Merged:
    refusals: list[Refusal] = []
    body = {s.n for s in placed.sentences if s.role == "body"}
    pair = [_file(coding / coder / f"{article}.tsv", codebook, body, refusals) for coder in (FIRST, SECOND)]
    first, second = pair
    coders = [_coder_row(answer, codebook) for found in pair if found for answer in found.answers.values()]
    if first is None or second is None or first.problems or second.problems:
        return Merged((), tuple(coders), {}, (), (), (article,), tuple(refusals))
    disputes = _disputes(first, second, codebook)
    path = coding / THIRD / f"{article}.tsv"
    third = _asked_only(_file(path, codebook, disputes.keys(), refusals, is_partial=True), disputes)
    coders += [_coder_row(answer, codebook) for answer in third.values()]
    made = {n: adjudicate(a, second.answers[n], third.get(n), codebook) for n, a in first.answers.items()}
    pending = tuple(Undecided(article, n, found.pending) for n, found in made.items() if found.pending)
    tied = tuple(Undecided(article, n, found.tied) for n, found in made.items() if found.tied)
    labels = () if pending else tuple(label_row(article, s, made.get(s.n), codebook) for s in placed.sentences)
    return Merged(labels, tuple(coders), {article: disputes}, pending, tied, (), tuple(refusals))


def _asked_only(third: AnswerFile | None, disputes: Disputes) -> dict[int, Answer]:
    """The third coder's answers without those to tasks that were not disputed."""
    return {
        n: replace(
            answer,
            voice=answer.voice if VOICE in disputes[n] else None,
            values={task: labels for task, labels in answer.values.items() if task in disputes[n]},
        )
        for n, answer in (third.answers if third else {}).items()
    }


def _file(
    path: Path, codebook: Codebook, asked: Collection[int], refusals: list[Refusal], *, is_partial: bool = False
) -> AnswerFile | None:
    if not path.is_file():
        return None
    try:
        found = read_answers(path, codebook, asked=asked, is_partial=is_partial)
    except InvalidInputError as error:
        refusals.append(Refusal(str(path), "answers refused", error.problem, error.remedy or "mend the file", 1))
        return None
    refusals += found.problems
    return found


def _disputes(first: AnswerFile, second: AnswerFile, codebook: Codebook) -> Disputes:
    tasks = {n: disputed_tasks(answer, second.answers[n], codebook) for n, answer in first.answers.items()}
    return {n: names for n, names in tasks.items() if names}


def label_row(article: str, s: PlacedSentence, made: Adjudicated | None, codebook: Codebook) -> dict[str, Any]:
    row: dict[str, Any] = {"article": article, "n": s.n, "start": s.start, "end": s.end, "text": s.text}
    row |= {"role": s.role, "sentence_ok": True}
    if made is not None:
        row |= {"voice": made.voice, "speaker": made.speaker} | task_columns(made.values, codebook)
    return row


def _coder_row(answer: Answer, codebook: Codebook) -> dict[str, Any]:
    row: dict[str, Any] = {"article": answer.article, "n": answer.n, "coder": answer.coder}
    return row | {"voice": answer.voice, "speaker": answer.speaker} | task_columns(answer.values, codebook)
