"""Inference: from files to labelled sentences, profiles and an MLflow run."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.core import schemas
from pipeline.engines.local import Ledger, run
from pipeline.ingest.read import read_articles, tables
from pipeline.jobs import flow, outputs
from pipeline.jobs.gold import article_rows
from pipeline.labeling import model as models
from pipeline.labeling.rows import Identity, identity, sentence_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.core.config import Config
    from pipeline.labeling.model import Model


@dataclass(frozen=True, slots=True)
class Labelled:
    """One batch of results: the articles as they left the last stage, and their sentences."""

    articles: pa.Table
    sentences: pa.Table


def labelled_batches(
    paths: Sequence[str], config: Config, model: Model, made_by: Identity, ledger: Ledger
) -> Iterator[Labelled]:
    """Reads and labels lazily; memory does not grow with the number of articles."""
    flow.check_voices(config, model)
    batches = tables(read_articles(paths, config.read), batch=config.label.batch_articles)
    for articles in run(batches, flow.stages(config, model), ledger):
        yield Labelled(articles, sentence_rows(articles, model.codebook, made_by))


def label_texts(texts: Sequence[str], ids: Sequence[str], *, folder: Path, config: Config) -> pa.Table:
    """The sentence table of texts in memory, by the same stages as `stance label`. Used by the served model."""
    model = models.load(folder, threads=config.label.threads, batch_tokens=config.label.batch_tokens)
    rows = article_rows(ids, texts, source="memory")
    table = pa.Table.from_pylist(rows, schema=schemas.ARTICLE)
    for stage in flow.stages(config, model):
        table = stage(table)
    return sentence_rows(table, model.codebook, identity(model, config))
