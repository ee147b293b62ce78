"""Adaptation: from the user's own unlabelled articles to an encoder that has read them, and an MLflow run."""

from __future__ import annotations

import logging
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.core.config_files import options_of
from pipeline.core.errors import ConfigError, InvalidInputError, StanceError, harmless
from pipeline.engines import local
from pipeline.ingest.read import read_articles, tables
from pipeline.jobs import flow
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload
from pipeline.training import adapt as training
from pipeline.training.unlabelled import Sampler

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import IO

    import pyarrow as pa

    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.tracking.runs import Run
    from pipeline.training.adapt import Adaptation
    from pipeline.training.unlabelled import Unlabelled

log = logging.getLogger(__name__)

BODY = "body"
DEFAULT_ENCODER = "minilm"
MAX_TOLD = 1_000  # refusals kept in memory to be told


@dataclass(frozen=True, slots=True)
class Adapted:
    """The folder written and what it came from. `refusals` are the first of `n_refused`."""

    folder: Path
    about: Adaptation
    refusals: tuple[Refusal, ...]
    n_refused: int
    run_id: str | None


@dataclass(slots=True)
class _Refused:
    """Counts inputs that were left out; keeps the first to be told."""

    told: list[Refusal]
    n: int = 0

    def __call__(self, refusals: Sequence[Refusal], is_read: bool) -> None:
        self.n += len(refusals)
        self.told += islice(refusals, MAX_TOLD - len(self.told))


def adapt(paths: Sequence[str], config: Config, *, out: Path, stdin: IO[bytes] | None = None) -> Adapted:
    """Adapts the encoder to everything that can be read and writes it to `out`, whole or not at all.

    Raises: ConfigError where `out` is not free; InvalidInputError where there is too little to read.
    """
    _check_free(out)
    opening = preload(config.tracking)
    with job_run(opening, job="adapt", config=config) as run, _new_folder(out) as folder:
        start = training.open_encoder(_encoder(config), config.adapt, seed=config.seed)
        sampler = Sampler(
            start.tokenizer, window=config.adapt.window, max_tokens=config.adapt.max_tokens, seed=config.seed
        )
        refused = _Refused([])
        _read(paths, config, sampler, refused, stdin=stdin)
        texts = _sample(sampler, refused)
        run.dataset(_dataset(texts), context="adaptation")
        about = training.adapt(
            start, texts, config.adapt, seed=config.seed, note=lambda found, step: run.metrics(found, step=step)
        )
        if not about.has_fallen:
            log.warning("the held-out loss has not fallen: the encoder gained nothing; give more texts or fewer epochs")
        with _writing(out):
            training.write(folder, start, about)
        _record(run, about, folder, n_refused=refused.n)
    return Adapted(out, about, tuple(refused.told), refused.n, run.id)


def _encoder(config: Config) -> str:
    """The one that `adapt` names, else the trainer's, where it trains one."""
    options = options_of(config.train.trainer, where="train.trainer")
    return config.adapt.encoder or str(getattr(options, "encoder", DEFAULT_ENCODER))


def _read(
    paths: Sequence[str], config: Config, sampler: Sampler, refused: _Refused, *, stdin: IO[bytes] | None
) -> None:
    """Reads, cleans and segments as `stance label` does."""
    source = tables(read_articles(paths, config.read, stdin=stdin), batch=config.label.batch_articles)
    for articles in local.run(source, flow.reading_stages(config), local.Ledger(keep=refused)):
        for article, warnings in zip(articles["article"].to_pylist(), articles["warnings"].to_pylist(), strict=True):
            for warning in warnings:
                log.warning("%s: %s", harmless(article), harmless(warning))
        for text_sha256, sentences in _body(articles):
            sampler.add(text_sha256, sentences)


def _body(articles: pa.Table) -> Iterator[tuple[str, list[str]]]:
    for row in articles.select(["text", "text_sha256", "sentences"]).to_pylist():
        yield row["text_sha256"], [row["text"][s["start"] : s["end"]] for s in row["sentences"] if s["role"] == BODY]


def _sample(sampler: Sampler, refused: _Refused) -> Unlabelled:
    """Raises: InvalidInputError, with the first refusals where nothing could be read."""
    if not sampler.n_read:
        told = "; ".join(map(str, refused.told[:3])) or "no article with a body sentence was found"
        remedy = "give .txt, .md, .html, .jsonl, .csv or .parquet"
        raise InvalidInputError(f"there is nothing to adapt to: {told}", remedy=remedy)
    return sampler.sample()


def _dataset(texts: Unlabelled) -> Dataset:
    return Dataset("input", texts.sha256, "input", len(texts.articles), texts.n_sentences)


def _record(run: Run, about: Adaptation, folder: Path, *, n_refused: int) -> None:
    """The encoder itself stays out of the store: it is as large as a model, and no model yet."""
    run.params({"adapt.source": about.source})
    found = {name: value for name, value in asdict(about).items() if name.startswith(("n_", "loss_"))}
    run.metrics({**found, "n_refused": n_refused})
    run.file(folder / training.FILE)


def _check_free(out: Path) -> None:
    """Raises: ConfigError where anything would be overwritten."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(["expected a new folder or an empty one"], where=str(out))


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """A folder that gets its name `out` when the block has ended well; made at once, before hours are spent."""
    out = out.resolve()
    partial = out.with_name(out.name + ".partial")
    try:
        with _writing(out):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
        yield partial
        with _writing(out):
            if out.exists():
                out.rmdir()
            partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, SafetensorError) as error:
        told = getattr(error, "strerror", None) or error
        raise StanceError(f"cannot write the encoder: {told}", where=str(out)) from error
