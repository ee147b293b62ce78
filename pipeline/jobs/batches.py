"""From articles to labelled sentences and profiles, batch by batch."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.core import registry
from pipeline.core.errors import harmless
from pipeline.ingest.read import read_articles, tables
from pipeline.jobs import flow
from pipeline.labeling.rows import sentence_rows
from pipeline.profiles.build import build_profiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import IO

    import pyarrow as pa

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.engines.contract import Batches, Engine, Ledger, Runner
    from pipeline.jobs.opening import OpenModel
    from pipeline.profiles.build import Profile

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of results: articles as they left the last stage, their sentences, their profiles."""

    articles: pa.Table
    sentences: pa.Table
    profiles: tuple[Profile, ...]
    codebook: Codebook


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
    source = tables(read_articles(paths, config.read, stdin=stdin), batch=config.label.batch_articles)
    with engine_of(config, opened) as run:
        yield from labelled(source, run, config, opened, ledger, has_profiles=has_profiles)


def engine_of(config: Config, opened: OpenModel) -> AbstractContextManager[Runner]:
    """The engine that the configuration names, with the stages of a run."""
    engine: Engine = registry.engine(config.label.engine)
    return engine(flow.Flow(config, opened.model), config)


def labelled(
    source: Batches,
    run: Runner,
    config: Config,
    opened: OpenModel,
    ledger: Ledger,
    *,
    has_profiles: bool = True,
) -> Iterator[Batch]:
    """Labels and profiles what was read."""
    model = opened.model
    flow.check_voices(config, model)
    for articles in run(source, ledger):
        for article, warnings in zip(articles["article"].to_pylist(), articles["warnings"].to_pylist(), strict=True):
            for warning in warnings:
                log.warning("%s: %s", harmless(article), harmless(warning))
        sentences = sentence_rows(articles, model.codebook, opened.identity)
        profiles = profiles_of(sentences, config, opened) if has_profiles else ()
        yield Batch(articles, sentences, profiles, model.codebook)


def profiles_of(sentences: pa.Table, config: Config, opened: OpenModel) -> tuple[Profile, ...]:
    """One for each article, in the order of the table."""
    error = opened.error if config.profile.is_corrected else None
    found = build_profiles(sentences, opened.model.codebook, error=error, settings=config.profile, seed=config.seed)
    return tuple(found)
