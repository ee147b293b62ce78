"""How far coders agree on the labels of a set, or of files of single coders."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core import codebook as codebooks
from pipeline.core.errors import ConfigError, InvalidInputError, unknown_name
from pipeline.corpus import card
from pipeline.corpus.coders import coder_rows
from pipeline.corpus.labelled_set import find
from pipeline.scoring.agreement import TaskAgreement, judgements_from_rows
from pipeline.scoring.agreement import agreement as measure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.core.config import Config
    from pipeline.scoring.resampling import Estimate


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Krippendorff's alpha per task (per label of a multi-label one), with intervals over articles, and confusions."""

    files: tuple[str, ...]
    codebook: str
    coders: tuple[str, ...]
    n_articles: int
    n_sentences: int  # judged by two coders or more
    tasks: Mapping[str, TaskAgreement]


def agreement(references: Sequence[str], config: Config, *, coders: Sequence[str] = ()) -> AgreementReport:
    """Of sets by name or folder, long `.jsonl` files, and `<coder>/<article>.tsv` files, all pooled.

    A coder who answered less than half of an article (a third one who decides disputes) is left out of it, because
    disputed sentences alone would lower the figures; `coders` chooses other ones.
    Raises: InvalidInputError where no sentence was judged by two, ConfigError for a coder who is not there.
    """
    codebook = codebooks.load(config.codebook)
    rows = [row for reference in references for path in _paths(reference) for row in coder_rows(path, codebook)]
    _check_known(coders, {str(row["coder"]) for row in rows})
    chosen = [row for row in rows if row["coder"] in coders] if coders else whole(rows)
    tasks = measure(
        judgements_from_rows(chosen, codebook),
        codebook,
        n_resamples=config.evaluate.resamples,
        level=config.evaluate.level,
        rng=np.random.default_rng(config.seed),
    )
    if not tasks:
        raise InvalidInputError("no sentence was judged by two coders", where=", ".join(references))
    return AgreementReport(
        files=tuple(references),
        codebook=codebook.id,
        coders=tuple(sorted({str(row["coder"]) for row in chosen})),
        n_articles=max(task.n_articles for task in tasks.values()),
        n_sentences=max(task.n_sentences for task in tasks.values()),
        tasks=tasks,
    )


def _check_known(coders: Sequence[str], known: Collection[str]) -> None:
    if unknown := [unknown_name("coder", coder, known) for coder in coders if coder not in known]:
        raise ConfigError(unknown, where="--coder")


def _paths(reference: str) -> list[Path]:
    """Files of a path or pattern, else a set's folder by name."""
    path = Path(reference)
    if path.is_file() or (path / "coders.jsonl").is_file():
        return [path]
    if path.is_dir() and (answers := sorted(path.rglob("*.tsv"))):
        return answers
    return [find(reference)]


def whole(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of coders who answered at least half of what the busiest coder of the article did."""
    n_rows = Counter((row["article"], row["coder"]) for row in rows)
    most: dict[object, int] = {}
    for (article, _), n in n_rows.items():
        most[article] = max(most.get(article, 0), n)
    return [row for row in rows if n_rows[row["article"], row["coder"]] * 2 >= most[row["article"]]]


def record(reference: str, report: AgreementReport, config: Config) -> card.Card:
    """Writes the report's figures into the set's card, so that they travel with it."""
    folder = find(reference)
    figures = {name: figure for task in report.tasks.values() for name, figure in _figures(task).items()}
    agreement = {name: figure.model_dump() for name, figure in figures.items()}
    renewed = card.renewed(folder, codebooks.load(config.codebook), agreement=agreement)
    card.write(folder, renewed)
    return renewed


def _figures(task: TaskAgreement) -> dict[str, card.Alpha]:
    if task.alpha is not None:
        return {task.task: _alpha(task.alpha, task.n_sentences, None)}
    return {
        f"{task.task}.{label.label}": _alpha(label.alpha, task.n_sentences, label.n_positives) for label in task.labels
    }


def _alpha(estimate: Estimate, n: int, positives: int | None) -> card.Alpha:
    rounded = (None if value is None else round(value, 3) for value in (estimate.value, estimate.low, estimate.high))
    value, low, high = rounded
    return card.Alpha(alpha=value, low=low, high=high, n=n, positives=positives)
