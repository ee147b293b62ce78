"""Inference: from files to labelled sentences, profiles and an MLflow run."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.core import schemas
from pipeline.core.errors import InvalidInputError, harmless
from pipeline.core.fingerprints import sha256_rows
from pipeline.engines.local import Ledger, run
from pipeline.ingest.read import read_articles, tables
from pipeline.jobs import flow, outputs
from pipeline.jobs.gold import article_rows
from pipeline.jobs.opening import OpenModel, open_model
from pipeline.labeling import model as models
from pipeline.labeling.rows import identity, sentence_rows
from pipeline.profiles.build import build_profiles
from pipeline.profiles.columns import profile_schema
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import IO

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.labeling.model import Model
    from pipeline.profiles.build import Profile

log = logging.getLogger(__name__)

MAX_PAGE_ARTICLES = 40
REPORT = "report.html"  # the page's name in the record of a run
MAX_TABLE_ARTICLES = 200  # profiles shown in MLflow; the files have them all


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of results: articles as they left the last stage, their sentences, their profiles."""

    articles: pa.Table
    sentences: pa.Table
    profiles: tuple[Profile, ...]
    codebook: Codebook


@dataclass(frozen=True, slots=True)
class LabelReport:
    """What a run did. `files` are those written, empty where results were only shown."""

    n_articles: int
    n_sentences: int
    n_judged: int
    n_abstained: int
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
    stdin: IO[bytes] | None = None,
    page: Path | None = None,
) -> LabelReport:
    """Labels everything that can be read; `show` gets each batch. Memory does not grow with the number of articles.

    `page`: where to write the first articles as a page.

    Raises: InvalidInputError where every input was refused.
    """
    start = time.monotonic()
    opening = preload(config.tracking)
    ledger, count, hashes = Ledger(), _Count(), []
    with job_run(opening, job="label", config=config) as record:
        opened = open_model(config, opening, record)
        shown: list[Profile] = []
        on_page: list[Batch] = []
        with ExitStack() as stack:
            files = _result_files(config, opened.model.codebook, stack)
            for batch in batches(paths, config, opened, ledger, stdin=stdin):
                files.write(batch)
                count.add(batch)
                hashes += batch.articles["text_sha256"].to_pylist()
                shown += batch.profiles[: max(0, MAX_TABLE_ARTICLES - len(shown))]
                if page is not None and sum(len(b.articles) for b in on_page) < MAX_PAGE_ARTICLES:
                    on_page.append(batch)
                show(batch)
            if config.output.directory:
                outputs.write_refusals(Path(config.output.directory) / outputs.REFUSED, ledger.refusals)
            _check_done(ledger)  # while the files are open: an earlier run's results are not replaced by none
        record.metrics(count.metrics(len(ledger.refusals), time.monotonic() - start))
        record.dataset(
            Dataset("input", sha256_rows(hashes), "input", count.n_articles, count.n_sentences), context="inference"
        )
        rows = [profile.as_row() for profile in shown]
        record.table("profiles.json", pa.Table.from_pylist(rows, schema=profile_schema(opened.model.codebook)))
        if page is not None:
            n_more = count.n_articles - sum(len(batch.articles) for batch in on_page)
            _write_page(page, on_page, opened, config, tuple(ledger.refusals), n_more)
            record.file(page, REPORT)
        return LabelReport(
            count.n_articles,
            count.n_sentences,
            count.n_judged,
            count.n_abstained,
            tuple(ledger.refusals),
            (*files.paths, page) if page is not None else files.paths,
            record.id,
            opening.address,
            time.monotonic() - start,
        )


def _write_page(
    page: Path, found: Sequence[Batch], opened: OpenModel, config: Config, refusals: tuple[Refusal, ...], n_more: int
) -> None:
    from pipeline.reports.page import Contents, write_page

    sentences = pa.concat_tables([batch.sentences for batch in found])
    profiles = [profile for batch in found for profile in batch.profiles]
    book, made_by = opened.model.codebook, opened.identity
    write_page(page, Contents(sentences, profiles, None, book, made_by, config, refusals, n_more))


def batches(
    paths: Sequence[str],
    config: Config,
    opened: OpenModel,
    ledger: Ledger,
    *,
    stdin: IO[bytes] | None = None,
    has_profiles: bool = True,
) -> Iterator[Batch]:
    """Reads, labels and profiles lazily."""
    model = opened.model
    flow.check_voices(config, model)
    source = tables(read_articles(paths, config.read, stdin=stdin), batch=config.label.batch_articles)
    for articles in run(source, flow.stages(config, model), ledger):
        for article, warnings in zip(articles["article"].to_pylist(), articles["warnings"].to_pylist(), strict=True):
            for warning in warnings:
                log.warning("%s: %s", harmless(article), harmless(warning))
        sentences = sentence_rows(articles, model.codebook, opened.identity)
        profiles = _profiles(sentences, config, opened) if has_profiles else ()
        yield Batch(articles, sentences, profiles, model.codebook)


def _profiles(sentences: pa.Table, config: Config, opened: OpenModel) -> tuple[Profile, ...]:
    error = opened.error if config.profile.is_corrected else None
    found = build_profiles(sentences, opened.model.codebook, error=error, settings=config.profile, seed=config.seed)
    return tuple(found)


def label_texts(texts: Sequence[str], ids: Sequence[str], *, folder: Path, config: Config) -> pa.Table:
    """The sentence table of texts in memory, by the same stages as `stance label`. Used by the served model."""
    model = _loaded(folder, config.label.threads, config.label.batch_tokens)
    rows = article_rows(ids, texts, source="memory")
    table = pa.Table.from_pylist(rows, schema=schemas.ARTICLE)
    for stage in flow.stages(config, model):
        table = stage(table)
    return sentence_rows(table, model.codebook, identity(model, config))


@lru_cache(maxsize=2)
def _loaded(folder: Path, threads: int | None, batch_tokens: int) -> Model:
    """A served model answers many requests: it is verified and opened once a process."""
    return models.load(folder, threads=threads, batch_tokens=batch_tokens)


@dataclass(slots=True)
class _Count:
    n_articles: int = 0
    n_sentences: int = 0
    n_judged: int = 0
    n_abstained: int = 0

    def add(self, batch: Batch) -> None:
        self.n_articles += len(batch.articles)
        self.n_sentences += len(batch.sentences)
        self.n_judged += len(batch.sentences) - batch.sentences["voice"].null_count
        self.n_abstained += sum(map(bool, batch.sentences["abstained"].to_pylist()))

    def metrics(self, n_refused: int, duration_s: float) -> dict[str, float]:
        return {
            "n_articles": self.n_articles,
            "n_sentences": self.n_sentences,
            "n_judged": self.n_judged,
            "n_abstained": self.n_abstained,
            "n_refused": n_refused,
            "duration_s": duration_s,
        }


@dataclass(frozen=True, slots=True)
class _ResultFiles:
    """The tables of a run, or nothing where no folder was asked for."""

    sentences: outputs.TableWriter | None
    profiles: outputs.TableWriter | None
    folder: Path | None
    paths: tuple[Path, ...]

    def write(self, batch: Batch) -> None:
        if self.sentences is None or self.profiles is None or self.folder is None:
            return
        self.sentences.write(batch.sentences)
        rows = [profile.as_row() for profile in batch.profiles]
        self.profiles.write(pa.Table.from_pylist(rows, schema=profile_schema(batch.codebook)))
        for article, text, kind in zip(
            *(batch.articles[c].to_pylist() for c in ("article", "text", "format")), strict=True
        ):
            if kind == "html":  # offsets speak of the page's text, which the user does not have as a file
                outputs.write_text(self.folder / "texts" / f"{article}.txt", text)


def _result_files(config: Config, codebook: Codebook, stack: ExitStack) -> _ResultFiles:
    if config.output.directory is None:
        return _ResultFiles(None, None, None, ())
    folder, format = Path(config.output.directory), config.output.format
    paths = tuple(folder / f"{name}.{format}" for name in ("sentences", "profiles"))
    kinds = (schemas.sentence_table(codebook), profile_schema(codebook))
    writers = [
        stack.enter_context(outputs.table_file(path, schema, format)) for path, schema in zip(paths, kinds, strict=True)
    ]
    return _ResultFiles(writers[0], writers[1], folder, paths)


def _check_done(ledger: Ledger) -> None:
    """Raises: InvalidInputError where every input was refused."""
    if ledger.n_done:
        return
    told = "; ".join(map(str, ledger.refusals[:3])) or "no files were found"
    raise InvalidInputError(
        f"nothing could be labelled: {told}", remedy="give .txt, .md, .html, .jsonl, .csv or .parquet"
    )
