"""The gate: a version becomes champion only if it is proven better than the champion on the same articles."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError
from pipeline.jobs.evaluate import predictions_of
from pipeline.jobs.gold import gold_set
from pipeline.jobs.opening import open_model
from pipeline.scoring.significance import PairedComparison, compare_predictions
from pipeline.tracking import references, registry
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run, opened
from pipeline.tracking.store import preload

if TYPE_CHECKING:
    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.jobs.opening import OpenModel
    from pipeline.tracking.store import Opening


@dataclass(frozen=True, slots=True)
class PromotionVerdict:
    """`difference` is macro-F1 of the candidate less that of the champion, over the gold set's articles."""

    candidate: str
    champion: str
    task: str
    gold: str
    gold_sha256: str
    difference: PairedComparison
    min_lower_bound: float
    is_promoted: bool

    @property
    def text(self) -> str:
        low = self.difference.difference.low
        bound = "has no interval (one article)" if low is None else f"has the lower bound {low:+.3f}"
        done = "is now champion" if self.is_promoted else "stays candidate"
        return (
            f"{self.candidate} {done}: its lead over {self.champion} in {self.task} macro-F1 on {self.gold} "
            f"{bound}, the gate asks for more than {self.min_lower_bound:+.3f}"
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def promote(reference: str, gold_reference: str, config: Config) -> PromotionVerdict:
    """Moves `champion` if the gate is met; the verdict is written to MLflow either way.

    Raises: InvalidInputError where the two models speak of different codebooks.
    """
    opening = preload(config.tracking)
    store = opened(opening)
    name, number, alias = references.parse(reference)
    candidate = registry.find(store, name, version=number, alias=alias)
    champion = registry.find(store, name, alias=registry.CHAMPION)
    with job_run(opening, job="promote", config=config) as run:
        first, book = _open(candidate.uri, config, opening)
        second, other_book = _open(champion.uri, config, opening)
        if book.sha256 != other_book.sha256:
            raise InvalidInputError(
                "the two models were made under different codebooks and cannot be compared",
                where=f"{candidate.uri} and {champion.uri}",
            )
        settings, task = config.promote, config.promote.task or book.main_task.name
        seen = first.trained_on | second.trained_on
        gold = gold_set(gold_reference, book, split=config.evaluate.split, trained_on=seen)
        run.dataset(Dataset(gold.name, gold.sha256, gold.name, len(gold.articles), gold.n_body), context="evaluation")
        difference = compare_predictions(
            gold,
            predictions_of(gold, first, config),
            predictions_of(gold, second, config),
            book,
            task=task,
            n_resamples=settings.resamples,
            level=settings.level,
            rng=np.random.default_rng(config.seed),
        )
        low = difference.difference.low
        is_proven = low is not None and low > settings.min_lower_bound
        verdict = PromotionVerdict(
            candidate.uri,
            champion.uri,
            task,
            gold.name,
            gold.sha256,
            difference,
            settings.min_lower_bound,
            is_proven,
        )
        run.text("verdict.json", json.dumps(verdict.as_dict(), indent=1))
        lead = difference.difference
        run.metrics({"lead": lead.value, "lead_low": lead.low, "lead_high": lead.high})
        if is_proven:
            registry.promote(store, name, candidate.version)
        return verdict


def _open(reference: str, config: Config, opening: Opening) -> tuple[OpenModel, Codebook]:
    label = config.label.model_copy(update={"model": reference})
    found = open_model(config.model_copy(update={"label": label}), opening)
    return found, found.model.codebook
