"""Comparison: the stance profiles of op-eds, or of groups of them, side by side with honest uncertainty."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_rows
from pipeline.engines.contract import Ledger
from pipeline.jobs.batches import batches
from pipeline.jobs.label import REPORT
from pipeline.jobs.opening import open_model
from pipeline.profiles.columns import profile_schema
from pipeline.profiles.compare import Comparison, compare
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import IO

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.labeling.rows import Identity

MIN_SIDES = 2


@dataclass(frozen=True, slots=True)
class Compared:
    """`sentences` is the labelled table that the comparison stands on."""

    comparison: Comparison
    sentences: pa.Table
    codebook: Codebook
    identity: Identity
    refusals: tuple[Refusal, ...]
    run_id: str | None
    store: str


def compare_articles(
    paths: Sequence[str], config: Config, *, stdin: IO[bytes] | None = None, report: Path | None = None
) -> Compared:
    """`report`: where to write the comparison as a page. Raises: InvalidInputError where there are not two sides."""
    opening = preload(config.tracking)
    ledger = Ledger()
    with job_run(opening, job="compare", config=config) as run:
        opened = open_model(config, opening, run)
        book = opened.model.codebook
        found = [batch.sentences for batch in batches(paths, config, opened, ledger, stdin=stdin, has_profiles=False)]
        sentences = pa.concat_tables(found) if found else None
        if sentences is None or len(set(sentences["article"].to_pylist())) < MIN_SIDES:
            told = "; ".join(map(str, ledger.refusals[:3]))
            raise InvalidInputError(
                f"a comparison needs two op-eds or more, {ledger.n_done} could be read{': ' + told if told else ''}",
                remedy="name two files or more, or a folder",
            )
        comparison = compare(
            sentences,
            book,
            error=opened.error if config.profile.is_corrected else None,
            profile=config.profile,
            settings=config.compare,
            seed=config.seed,
        )
        hashes = dict(zip(*(sentences[name].to_pylist() for name in ("article", "text_sha256")), strict=True))
        dataset = Dataset("input", sha256_rows(hashes.values()), "input", ledger.n_done, len(sentences))
        run.dataset(dataset, context="inference")
        rows = [profile.as_row() for profile in comparison.profiles]
        run.table("profiles.json", pa.Table.from_pylist(rows, schema=profile_schema(book)))
        run.text("comparison.json", json.dumps(comparison.as_dict(), indent=1, ensure_ascii=False, default=str))
        run.metrics({"n_articles": ledger.n_done, "n_refused": len(ledger.refusals), "n_pairs": len(comparison.pairs)})
        refusals = (*ledger.refusals, *comparison.left_out)
        if report is not None:
            from pipeline.reports.page import Contents, write_page

            profiles = comparison.profiles
            write_page(report, Contents(sentences, profiles, comparison, book, opened.identity, config, refusals))
            run.file(report, REPORT)
        return Compared(comparison, sentences, book, opened.identity, refusals, run.id, opening.address)
