"""What a change of model does to figures, told by a frozen anchor set that both versions label."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core.errors import InvalidInputError, Refusal
from pipeline.core.fingerprints import sha256_rows, sha256_text
from pipeline.corpus import labelled_set
from pipeline.engines import local
from pipeline.ingest.read import read_articles, tables
from pipeline.jobs import flow
from pipeline.jobs.gold import gold_batches, gold_set
from pipeline.jobs.opening import OpenModel, open_model
from pipeline.labeling.rows import sentence_rows
from pipeline.labeling.stage import LabelStage
from pipeline.profiles.drift import Drift, drift
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.core.config import Config
    from pipeline.engines.contract import Ledger

SHIPPED_ANCHOR = "opeds"


@dataclass(frozen=True, slots=True)
class ModelDrift:
    """`anchor_sha256` tells whether an anchor is still the one of an earlier report."""

    first: str
    second: str
    first_sha256: str
    second_sha256: str
    anchor: str
    anchor_sha256: str
    drift: Drift
    refusals: tuple[Refusal, ...]
    run_id: str | None
    store: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Anchor:
    name: str
    sha256: str
    batches: tuple[pa.Table, ...]  # of `schemas.ATTRIBUTED`
    refusals: tuple[Refusal, ...]


def model_drift(first: str, second: str, config: Config, *, anchor: str = SHIPPED_ANCHOR) -> ModelDrift:
    """`anchor`: a labelled set, whose split `evaluate.split` is taken, or texts.

    Raises: InvalidInputError where the versions know different codebooks, or nothing is left of the anchor.
    """
    opening = preload(config.tracking)
    with job_run(opening, job="drift", config=config) as run:
        one, other = (open_model(_with(config, reference), opening) for reference in (first, second))
        if one.model.codebook.sha256 != other.model.codebook.sha256:
            ids = f"{one.model.codebook.id} ({first}) and {other.model.codebook.id} ({second})"
            raise InvalidInputError(
                f"the versions label by different codebooks: {ids}", remedy="compare versions of one codebook"
            )
        found = _unlearned(_anchor(anchor, config, one), one, other)
        labelled = (_labelled(found.batches, one), _labelled(found.batches, other))
        told = drift(
            labelled,
            one.model.codebook,
            errors=(_error(one, config), _error(other, config)),
            settings=config.profile,
            seed=config.seed,
        )
        dataset = Dataset(found.name, found.sha256, found.name, told.n_articles, told.n_sentences)
        run.dataset(dataset, context="anchor")
        run.tags({"stance.model_sha256": other.model.sha256, "stance.drift_from_sha256": one.model.sha256})
        run.metrics({f"drift/net_{v.task}": told.net(v.task).difference for v in told.verdicts})
        result = ModelDrift(
            _name(one),
            _name(other),
            one.model.sha256,
            other.model.sha256,
            found.name,
            found.sha256,
            told,
            found.refusals,
            run.id,
            opening.address,
        )
        run.text("drift.json", json.dumps(result.as_dict(), indent=1, ensure_ascii=False))
        return result


def write_csv(path: Path, found: ModelDrift) -> None:
    """A row for each figure. Raises: StanceError."""
    from pipeline.jobs import outputs

    identity = {"first_version": found.first, "second_version": found.second, "anchor_sha256": found.anchor_sha256}
    table = pa.Table.from_pylist([asdict(shift) | identity for shift in found.drift.shifts])
    with outputs.table_file(path, table.schema, "csv") as file:
        file.write(table)


def _with(config: Config, reference: str) -> Config:
    return config.model_copy(update={"label": config.label.model_copy(update={"model": reference})})


def _name(opened: OpenModel) -> str:
    return f"{opened.identity.model} {opened.identity.model_version}"


def _error(opened: OpenModel, config: Config) -> Any:
    return opened.error if config.profile.is_corrected else None


def _anchor(reference: str, config: Config, opened: OpenModel) -> _Anchor:
    """The sentences as the set has them, or as the reading stages cut them."""
    size = config.label.batch_articles
    if _is_labelled_set(reference):
        gold = gold_set(reference, opened.model.codebook, split=config.evaluate.split, trained_on=())
        return _Anchor(gold.name, gold.sha256, tuple(gold_batches(gold, batch=size)), ())
    ledger: Ledger = local.Ledger()
    source = tables(read_articles([reference], config.read), batch=size)
    batches = tuple(local.run(source, flow.reading_stages(config), ledger))
    hashes = [sha256 for batch in batches for sha256 in batch["text_sha256"].to_pylist()]
    return _Anchor(reference, sha256_rows(hashes), batches, tuple(ledger.refusals))


def _is_labelled_set(reference: str) -> bool:
    try:
        labelled_set.find(reference)
    except InvalidInputError:
        return False
    return True


def _unlearned(anchor: _Anchor, one: OpenModel, other: OpenModel) -> _Anchor:
    """Without the articles that either version learned from: on them a model is not what it is on other texts."""
    learned, refusals, kept = one.trained_on | other.trained_on, list(anchor.refusals), []
    for batch in anchor.batches:
        is_new = [sha256_text(text) not in learned for text in batch["text"].to_pylist()]
        for article, is_kept in zip(batch["article"].to_pylist(), is_new, strict=True):
            if not is_kept:
                detail = "one of the versions was trained on this text"
                refusals.append(Refusal(article, "trained_on", detail, "anchor on texts that neither has seen"))
        kept.append(batch.filter(pa.array(is_new, pa.bool_())))
    if not sum(map(len, kept)):
        told = "; ".join(map(str, refusals[:3])) or "no texts were found"
        raise InvalidInputError(f"nothing is left to anchor on: {told}", where=anchor.name)
    return replace(anchor, batches=tuple(batch for batch in kept if len(batch)), refusals=tuple(refusals))


def _labelled(batches: Iterable[pa.Table], opened: OpenModel) -> pa.Table:
    stage = LabelStage(opened.model)
    return pa.concat_tables(sentence_rows(stage(batch), opened.model.codebook, opened.identity) for batch in batches)
