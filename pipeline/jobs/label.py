"""Inference: from files to labelled sentences, profiles and an MLflow run."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.core import schemas
from pipeline.ingest.read import read_articles
from pipeline.jobs import flow
from pipeline.jobs.gold import article_rows
from pipeline.jobs.label_run import LabelRun
from pipeline.jobs.opening import open_model
from pipeline.jobs.unfinished import NoFolder, run_folder
from pipeline.labeling import model as models
from pipeline.labeling.rows import identity, sentence_rows
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import IO

    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.jobs.batches import Batch
    from pipeline.jobs.stored_rows import Row
    from pipeline.jobs.tally import Tally
    from pipeline.jobs.unfinished import RunFolder
    from pipeline.labeling.model import Model
    from pipeline.tracking.runs import Run

REPORT = "report.html"  # the page's name in the record of a run


@dataclass(frozen=True, slots=True)
class LabelReport:
    """What a run did. `files` are those written, empty where results were only shown.

    `refusals` are the first of `tally.n_refused`; `n_kept` articles were done by an earlier run.
    """

    tally: Tally
    n_kept: int
    refusals: tuple[Refusal, ...]
    files: tuple[Path, ...]
    run_id: str | None
    store: str
    duration_s: float


def label(
    paths: Sequence[str],
    config: Config,
    *,
    show: Callable[[Batch], None],
    show_kept: Callable[[Iterator[Row]], None] | None = None,
    stdin: IO[bytes] | None = None,
    page: Path | None = None,
) -> LabelReport:
    """Labels everything that can be read; `show` gets each batch. Memory does not grow with the number of articles.

    Where results go to a folder, what an earlier run of the same settings has left there unfinished is taken up;
    `show_kept` gets the rows of each shard of it, in its place among the batches.
    `page`: where to write the first articles as a page.

    Raises: InvalidInputError where every input was refused.
    """
    start = time.monotonic()
    opening = preload(config.tracking)
    with job_run(opening, job="label", config=config) as record, _folder(config) as folder:
        opened = open_model(config, opening, record)
        run = LabelRun(config, opened, folder, show, show_kept)
        files = run.over(read_articles(paths, config.read, stdin=stdin))
        if page is not None:
            run.first.write_page(page, opened, config, tuple(run.told), n_articles=run.tally.n_articles)
            record.file(page, REPORT)
            files = (*files, page)
        duration_s = time.monotonic() - start
        _record(record, run, duration_s)
        return LabelReport(run.tally, run.n_kept, tuple(run.told), files, record.id, opening.address, duration_s)


def _folder(config: Config) -> AbstractContextManager[RunFolder | NoFolder]:
    if config.output.directory is None:
        return nullcontext(NoFolder())
    return run_folder(Path(config.output.directory), config.output.format)


def _record(record: Run, run: LabelRun, duration_s: float) -> None:
    tally = run.tally
    record.metrics({**tally.as_dict(), "n_kept": run.n_kept, "duration_s": duration_s})
    dataset = Dataset("input", run.texts.hexdigest(), "input", tally.n_articles, tally.n_sentences)
    record.dataset(dataset, context="inference")
    record.table("profiles.json", run.first.table(run.opened.model.codebook))


def label_texts(texts: Sequence[str], ids: Sequence[str], *, folder: Path, config: Config) -> pa.Table:
    """The sentence table of texts in memory, by the same stages as `stance label`. Used by the served model."""
    model = _loaded(folder, config.label.threads)
    rows = article_rows(ids, texts, source="memory")
    table = pa.Table.from_pylist(rows, schema=schemas.ARTICLE)
    for stage in flow.stages(config, model):
        table = stage(table)
    return sentence_rows(table, model.codebook, identity(model, config))


@lru_cache(maxsize=2)
def _loaded(folder: Path, threads: int | None) -> Model:
    """A served model answers many requests: it is verified and opened once a process."""
    return models.load(folder, threads=threads)
