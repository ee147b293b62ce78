"""Shard by shard: each is made, or kept where an earlier run has made it of the same inputs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.core import schemas
from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import RowsHash
from pipeline.engines.contract import Ledger
from pipeline.ingest.read import tables
from pipeline.jobs import flow, shards
from pipeline.jobs.batches import engine_of, labelled, profiles_of
from pipeline.jobs.first_articles import FirstArticles
from pipeline.jobs.stored_rows import stored_rows
from pipeline.jobs.tally import Tally
from pipeline.jobs.unfinished import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.engines.contract import Batches, Runner
    from pipeline.ingest.read import Article
    from pipeline.jobs.batches import Batch
    from pipeline.jobs.opening import OpenModel
    from pipeline.jobs.stored_rows import Row
    from pipeline.jobs.unfinished import NoFolder
    from pipeline.jobs.whole_shard import WholeShard

MAX_TOLD = 1_000  # refusals kept in memory to be told; refused.jsonl has them all


@dataclass(slots=True)
class LabelRun:
    """What there is to say of a run. Nothing of it grows with the number of articles.

    `told` are the first refusals, `texts` the hash of all texts read, `n_kept` the articles of an earlier run.
    """

    config: Config
    opened: OpenModel
    folder: RunFolder | NoFolder
    show: Callable[[Batch], None]
    show_kept: Callable[[Iterator[Row]], None] | None = None
    tally: Tally = field(default_factory=Tally)
    first: FirstArticles = field(default_factory=FirstArticles)
    texts: RowsHash = field(default_factory=RowsHash)
    told: list[Refusal] = field(default_factory=list)
    n_shards: int = 0
    n_kept: int = 0

    def over(self, articles: Iterable[Article | Refusal]) -> tuple[Path, ...]:
        """Labels all that was read; returns the files of results. Raises: InvalidInputError where all was refused."""
        size = self.config.label.shard_articles
        made_on = flow.made_on_sha256()
        self.folder.begin(
            {"label.shard_articles": str(size), "code or machine_sha256": made_on, **asdict(self.opened.identity)}
        )
        with engine_of(self.config, self.opened) as run:
            for shard in shards.cut(articles, size=size):
                self.n_shards += 1
                self._take(shard, run)
        if self.tally.n_articles:
            return self.folder.publish(self.n_shards)
        self.folder.publish_refusals(self.n_shards)
        told = "; ".join(map(str, self.told[:3])) or "no files were found"
        remedy = "give .txt, .md, .html, .jsonl, .csv or .parquet"
        raise InvalidInputError(f"nothing could be labelled: {told}", remedy=remedy)

    def _take(self, articles: Iterator[Article | Refusal], run: Runner) -> None:
        inputs = shards.Inputs(self.texts)
        source = inputs.noted(tables(articles, batch=self.config.label.batch_articles))
        kept = self.folder.kept(self.n_shards)
        if kept is not None:
            source = list(source)  # standard input cannot be read twice
            if kept.inputs_sha256 == inputs.sha256:
                self._keep(kept)
                return
        self._make(source, inputs, run)

    def _keep(self, shard: WholeShard) -> None:
        assert isinstance(self.folder, RunFolder)  # noqa: S101 - where nothing is written nothing is kept
        self.folder.keep(shard)
        self.tally.add(shard.tally)
        self.n_kept += shard.tally.n_articles
        self._tell(self.folder.refusals(self.n_shards))
        if self.show_kept is not None:
            self.show_kept(stored_rows(self.folder.sentences(self.n_shards), self.opened.model.codebook))
        sentences = self.folder.first(self.n_shards)
        if sentences is not None:
            self.first.add(sentences, profiles_of(sentences, self.config, self.opened))

    def _make(self, source: Batches, inputs: shards.Inputs, run: Runner) -> None:
        book = self.opened.model.codebook
        tally, first = Tally(), [schemas.sentence_table(book).empty_table()]
        with self.folder.shard(self.n_shards, book) as files:

            def refuse(refusals: Sequence[Refusal], is_read: bool) -> None:
                files.refuse(refusals, is_read)
                self._tell(refusals)

            ledger = Ledger(keep=refuse)
            for batch in labelled(source, run, self.config, self.opened, ledger):
                files.write(batch)
                tally.count(batch.sentences, n_articles=len(batch.articles))
                first.append(self.first.add(batch.sentences, batch.profiles))
                self.show(batch)
        tally.n_refused = ledger.n_refused
        self.tally.add(tally)
        self.folder.finish(self.n_shards, inputs.sha256, tally, pa.concat_tables(first))

    def _tell(self, refusals: Iterable[Refusal]) -> None:
        self.told += islice(refusals, MAX_TOLD - len(self.told))
