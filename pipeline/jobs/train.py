"""Training: from labelled sets to a model folder, an MLflow run and a registered version."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core import codebook as codebooks
from pipeline.core import registry
from pipeline.core.config_files import options_of
from pipeline.core.errors import ConfigError, InvalidInputError, TrackingError
from pipeline.core.fingerprints import sha256_json, sha256_text
from pipeline.jobs import held_out, model_card, model_folder
from pipeline.jobs.model_folder import Identity
from pipeline.jobs.training_sets import TrainingSets
from pipeline.labeling import model as models
from pipeline.reports import plots
from pipeline.tracking.records import Dataset
from pipeline.tracking.registry import Registration, register
from pipeline.tracking.runs import job_run, opened
from pipeline.tracking.store import preload
from pipeline.training.cross_fit import Fitted, HeldOut, Trainer, cross_fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.corpus.labelled_set import LabelledSet
    from pipeline.scoring.evaluation import EvaluationReport
    from pipeline.tracking.runs import Run
    from pipeline.tracking.store import Opening
    from pipeline.training.examples import Example
    from pipeline.training.silver import SilverSet

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trained:
    """`version` is the registry's number, None where tracking is off. `report` speaks of held-out articles."""

    name: str
    version: str | None
    sha256: str
    folder: Path | None
    run_id: str | None
    report: EvaluationReport


@dataclass(frozen=True, slots=True)
class _Fits:
    """The folds' scores, and the model itself with what it was trained on by hand."""

    held_out: Sequence[HeldOut]
    fitted: Fitted
    trained_on: Sequence[Example]


def train(config: Config, *, out: Path | None = None) -> Trained:
    """Cross-fits for honest figures, then fits on everything, writes the model to `out` and registers it."""
    book = codebooks.load(config.codebook)
    learned = TrainingSets.load(config, book)
    sets, silver = learned.sets, learned.silver
    if out is not None:
        model_folder.check_free(out)
    opening = preload(config.tracking)
    with job_run(opening, job="train", config=config) as run:
        trainer = _trainer(config, book)
        for labelled in sets:
            run.dataset(_dataset(labelled), context="training")
        for other in silver:
            context = "public" if other.public_labels else "silver"
            run.dataset(Dataset(other.name, other.sha256, other.name, len(other.rows), other.n_body), context=context)
        is_judging = learned.judging()
        _check_judged(learned, trainer, is_judging, config)
        fits = _fits(trainer, learned, book, config)
        told_by = [fold.only(is_judging) for fold in fits.held_out]
        judged = held_out.judged([fold for fold in told_by if fold.held_out], book, seed=config.seed)
        report = held_out.report(judged, sets, book, config)
        _log(run, report)
        with tempfile.TemporaryDirectory(prefix="stance-model-") as scratch:
            folder = Path(scratch) / config.train.model_name
            fits.fitted.write(folder, judged.layer)
            learned_from = _learned_from(fits.trained_on, silver)
            training = _training(config, learned)
            card = model_card.text(
                report, training=training, name=config.train.model_name, sets=sets, silver=silver, book=book
            )
            manifest = model_folder.seal(
                folder,
                judged,
                book,
                gold_sha256=report.gold_sha256,
                learned_from=learned_from,
                card=card,
                identity=Identity(config.train.model_name, trainer.labeller, training),
            )
            if out is not None:
                model_folder.keep(folder, out)
            version = _register(run, opening, folder, config, report)
        return Trained(config.train.model_name, version, sha256_json(manifest), out, run.id, report)


def _trainer(config: Config, book: Codebook) -> Trainer:
    part = config.train.trainer
    kind = registry.load(part.category, part.kind)
    trainer: Trainer = kind(options_of(part, where="train.trainer"), book, seed=config.seed)
    if config.train.silver and not trainer.learns_probabilities:
        raise ConfigError([f"train.silver: {part.kind} learns from labels alone, not from probabilities"])
    if config.train.public and not trainer.learns_probabilities:
        raise ConfigError([f"train.public: {part.kind} learns from sentences of which all is known; take finetune.v1"])
    return trainer


def _check_judged(
    learned: TrainingSets, trainer: Trainer, is_judging: Callable[[Example], bool], config: Config
) -> None:
    """Raises: InvalidInputError where no held-out article will judge the model, before an hour goes into it."""
    n_fitted = 1 if config.train.holds_out else trainer.n_fitted_folds
    if not any(is_judging(row) for _, left_out in learned.folds()[:n_fitted] for row in left_out):
        raise InvalidInputError(
            "every held-out article was learned from by the model that labelled the silver set, or is of a set that "
            "does not judge",
            where="train.silver, train.judged_on",
            remedy="train the teacher with train.holds_out=true on the same sets in the same order",
        )


def _fits(trainer: Trainer, learned: TrainingSets, book: Codebook, config: Config) -> _Fits:
    """The folds' scores and the fit on everything, one after the other or side by side; the results are the same."""
    rows, silver = learned.rows, learned.beside()
    if config.train.holds_out:
        trained_on, left_out = learned.folds()[0]
        fitted = trainer.fit((*trained_on, *silver))
        return _Fits([HeldOut(left_out, trained_on, tuple(fitted.score(left_out)))], fitted, trained_on)
    if not config.train.is_parallel:
        scored = cross_fitted(trainer, rows, k=config.train.folds, beside=silver)
        log.info("fitting on all %d articles", len(rows))
        return _Fits(scored, trainer.fit((*rows, *silver)), rows)
    level = logging.getLogger("pipeline").level
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_log_beside, initargs=(level,)) as pool:
        beside = pool.submit(_folds, config, book, rows, silver)
        fitted = trainer.fit((*rows, *silver))
        return _Fits(beside.result(), fitted, rows)


def _log_beside(level: int) -> None:
    """What the second process does is told as well, and as of the folds."""
    logging.basicConfig(stream=sys.stderr, format="held out: %(message)s", level=logging.ERROR)
    logging.getLogger("pipeline").setLevel(level)


def _folds(config: Config, book: Codebook, rows: Sequence[Example], silver: Sequence[Example]) -> Sequence[HeldOut]:
    """The folds' scores by a trainer made here: an opened model cannot be sent to another process."""
    return cross_fitted(_trainer(config, book), rows, k=config.train.folds, beside=silver)


def _learned_from(rows: Sequence[Example], silver: Sequence[SilverSet]) -> list[str]:
    """SHA-256 of every text that the model has seen: no figure on them says how it reads a new one."""
    return sorted({sha256_text(row.text.text) for row in rows}.union(*(other.text_sha256 for other in silver)))


def _training(config: Config, learned: TrainingSets) -> dict[str, Any]:
    """What the manifest says of the training."""
    return {
        "trainer": config.train.trainer.kind,
        "options": options_of(config.train.trainer, where="train.trainer").model_dump(mode="json"),
        "seed": config.seed,
        "sets": {labelled.name: labelled.sha256 for labelled in learned.sets},
        "silver": {other.name: other.sha256 for other in learned.silver if not other.public_labels},
        "public": {other.name: other.sha256 for other in learned.silver if other.public_labels},
        "judged_on": sorted(learned.judged_on),
        "config_sha256": config.sha256,
    }


def _register(run: Run, opening: Opening, folder: Path, config: Config, report: EvaluationReport) -> str | None:
    if not run.is_recorded:
        return None
    registration = Registration(config.train.model_name, config, metrics=_headline(report))
    try:
        return register(opened(opening), run, folder, registration, verify=models.verify)
    except TrackingError:  # told at the end of the run; hours of training are not lost to a server that is away
        run.model(folder, registration)
        return None


def _headline(report: EvaluationReport) -> dict[str, float]:
    return {name: value for name, value in report.as_metrics().items() if name.endswith("macro_f1")}


def _log(run: Run, report: EvaluationReport) -> None:
    run.metrics({f"held_out/{name}": value for name, value in report.as_metrics().items()})
    run.text("held_out.json", json.dumps(report.as_dict(), indent=1, ensure_ascii=False))
    for name, figure in plots.figures(report):
        run.figure(f"figures/{name}.png", figure)


def _dataset(labelled: LabelledSet) -> Dataset:
    return Dataset(labelled.name, labelled.sha256, labelled.name, len(labelled.articles), labelled.n_body)
