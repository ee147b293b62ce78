"""Logs the runs that were kept while MLflow was away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import StanceError
from pipeline.labeling import model as models
from pipeline.tracking import kept
from pipeline.tracking.store import open_store

if TYPE_CHECKING:
    from pipeline.core.config import Config
    from pipeline.tracking.store import Store


@dataclass(frozen=True, slots=True)
class Synced:
    """`logged`: MLflow's ids, in the order in which the runs began. `left`: why each of the others stays kept."""

    store: str
    folder: Path
    logged: tuple[str, ...]
    left: tuple[str, ...]


def sync(config: Config) -> Synced:
    """Each run is logged with its own times and removed only then; one that fails keeps no other from it.

    Raises: TrackingError where the store cannot be opened.
    """
    folder = Path(config.tracking.kept).absolute()
    if not kept.folders(folder):
        return Synced("", folder, (), ())
    stores: dict[str, Store] = {}
    logged, left = [], []
    store = open_store(config.tracking)
    with kept.only_one(folder):
        for path in kept.folders(folder):
            try:
                run = kept.read(path)
                logged.append(kept.log(_of(run.course.experiment, config, stores), run, verify=models.verify))
            except StanceError as error:
                left.append(str(error))
    return Synced(store.address, folder, tuple(logged), tuple(left))


def _of(experiment: str, config: Config, stores: dict[str, Store]) -> Store:
    """The store at the experiment that the run was meant for."""
    if experiment not in stores:
        stores[experiment] = open_store(config.tracking.model_copy(update={"experiment": experiment}))
    return stores[experiment]
