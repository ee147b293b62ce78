"""Comparison: the stance profiles of op-eds, or of groups of them, side by side with honest uncertainty."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.core import schemas
from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_rows
from pipeline.engines.contract import Ledger
from pipeline.jobs import outputs
from pipeline.jobs.batches import batches
from pipeline.jobs.label import REPORT
from pipeline.jobs.opening import open_model
from pipeline.jobs.results import result_files, stored
from pipeline.profiles.columns import profile_schema
from pipeline.profiles.compare import Comparison, compare
from pipeline.profiles.series import Series, series
from pipeline.profiles.series import rows as series_rows
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import IO, Any

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.jobs.opening import OpenModel
    from pipeline.labeling.rows import Identity

MIN_SIDES = 2


@dataclass(frozen=True, slots=True)
class Compared:
    """`sentences` is the labelled table that the comparison stands on; `series` is empty without `compare.over`."""

    comparison: Comparison
    series: tuple[Series, ...]
    sentences: pa.Table
    codebook: Codebook
    identity: Identity
    refusals: tuple[Refusal, ...]
    run_id: str | None
    store: str


def compare_articles(
    paths: Sequence[str],
    config: Config,
    *,
    stdin: IO[bytes] | None = None,
    report: Path | None = None,
    is_rescored: bool = False,
) -> Compared:
    """Texts, or results of `stance label --out`. `is_rescored`: results are labelled anew, whatever made them.

    `report`: where to write the comparison as a page. Raises: InvalidInputError where there are not two op-eds, or none
    of them has the date or column to compare by.
    """
    opening = preload(config.tracking)
    ledger = Ledger()
    with job_run(opening, job="compare", config=config) as run:
        opened = open_model(config, opening, run)
        book = opened.model.codebook
        sentences = _sentences(paths, config, opened, ledger, stdin=stdin, is_rescored=is_rescored)
        comparison, found, undated = _compared(sentences, opened, config)
        hashes = dict(zip(*(sentences[name].to_pylist() for name in ("article", "text_sha256")), strict=True))
        dataset = Dataset("input", sha256_rows(hashes.values()), "input", len(hashes), len(sentences))
        run.dataset(dataset, context="inference")
        rows = [profile.as_row() for profile in comparison.profiles]
        run.table("profiles.json", pa.Table.from_pylist(rows, schema=profile_schema(book)))
        result = as_dict(comparison, found)
        run.text("comparison.json", json.dumps(result, indent=1, ensure_ascii=False, default=str))
        run.metrics({"n_articles": len(hashes), "n_refused": len(ledger.refusals), "n_pairs": len(comparison.pairs)})
        refusals = tuple(dict.fromkeys((*ledger.refusals, *comparison.left_out, *undated)))
        if report is not None:
            from pipeline.reports.page import Contents, write_page

            made_by, profiles = opened.identity, comparison.profiles
            write_page(report, Contents(sentences, profiles, comparison, book, made_by, config, refusals, series=found))
            run.file(report, REPORT)
        return Compared(comparison, found, sentences, book, opened.identity, refusals, run.id, opening.address)


def as_dict(comparison: Comparison, found: Sequence[Series]) -> dict[str, Any]:
    """Plain values for JSON."""
    return comparison.as_dict() | ({"series": [one.as_dict() for one in found]} if found else {})


def write_csv(path: Path, compared: Compared) -> None:
    """The series where there are any, else the profiles: a row each. Raises: StanceError."""
    if not compared.series:
        found, schema = (
            [profile.as_row() for profile in compared.comparison.profiles],
            profile_schema(compared.codebook),
        )
    else:
        found, schema = series_rows(compared.series), None
    table = pa.Table.from_pylist(found, schema=schema)
    with outputs.table_file(path, table.schema, "csv") as file:
        file.write(table)


def _sentences(
    paths: Sequence[str],
    config: Config,
    opened: OpenModel,
    ledger: Ledger,
    *,
    stdin: IO[bytes] | None,
    is_rescored: bool,
) -> pa.Table:
    """Labelled now, or taken from results. Raises: InvalidInputError where there are not two op-eds."""
    if files := result_files(paths):
        sentences = stored(files, opened, config, is_rescored=is_rescored)
    else:
        found = [batch.sentences for batch in batches(paths, config, opened, ledger, stdin=stdin, has_profiles=False)]
        sentences = pa.concat_tables(found) if found else schemas.sentence_table(opened.model.codebook).empty_table()
    n_articles = len(set(sentences["article"].to_pylist()))
    if n_articles < MIN_SIDES:
        told = "; ".join(map(str, ledger.refusals[:3]))
        raise InvalidInputError(
            f"a comparison needs two op-eds or more, {n_articles} could be read{': ' + told if told else ''}",
            remedy="name two files or more, or a folder",
        )
    return sentences


def _compared(
    sentences: pa.Table, opened: OpenModel, config: Config
) -> tuple[Comparison, tuple[Series, ...], tuple[Refusal, ...]]:
    """The comparison, and with `compare.over` the series of each group; without a group, of all articles."""
    error = opened.error if config.profile.is_corrected else None
    book, settings = opened.model.codebook, config.compare
    found: tuple[Series, ...] = ()
    undated: tuple[Refusal, ...] = ()
    if settings.over is not None:
        found, undated = series(
            sentences, book, error=error, profile=config.profile, settings=settings, seed=config.seed
        )
        settings = settings.model_copy(update={"by": settings.by or settings.over})
    comparison = compare(sentences, book, error=error, profile=config.profile, settings=settings, seed=config.seed)
    if not comparison.profiles:
        told = "; ".join(map(str, comparison.left_out[:3]))
        raise InvalidInputError(f"no op-ed can be compared by {settings.by}: {told}")
    return comparison, found, undated
