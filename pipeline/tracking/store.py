"""Opening the MLflow store: tables made once, the experiment found or made, all errors with a remedy."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.core.errors import StanceError, StoreUnreachableError, TrackingError
from pipeline.tracking import addresses, environment, sqlite_file
from pipeline.tracking.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlflow import MlflowClient
    from mlflow.entities import Experiment

    from pipeline.core.config import Tracking

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Store:
    """An open store. `address` is the URI without its password."""

    uri: str
    experiment: str
    experiment_id: str
    client: MlflowClient

    @property
    def address(self) -> str:
        return addresses.shown(self.uri)


class Opening:
    """A store that is being opened in the background; importing mlflow alone takes a second."""

    def __init__(self, uri: str, config: Tracking) -> None:
        self.uri = uri
        self.is_on = config.is_on
        self.experiment = config.experiment
        self.patience = Patience(config.max_wait_s)
        self._config = config
        self._future: Future[Store] | None = None
        self._guard = threading.Lock()

    @property
    def address(self) -> str:
        return addresses.shown(self.uri)

    def start(self) -> Future[Store]:
        """Begins to open the store, once."""
        with self._guard:
            if self._future is None:
                self._future = in_background(lambda: _open(self.uri, self._config), name="open-mlflow")
            return self._future

    def fail(self, error: StoreUnreachableError) -> None:
        """Nothing will be opened: whoever asks for the store gets this error."""
        with self._guard:
            self._future = Future()
            self._future.set_exception(error)

    def store(self) -> Store:
        """Waits for the store. Raises: TrackingError."""
        return self.patience.wait(self.start(), address=self.address)


def open_store(config: Tracking, *, folder: Path | None = None) -> Store:
    """Checks and opens the store. Raises: TrackingError, within `config.timeout_s` where a server is dead."""
    uri = addresses.resolve(config.uri, folder=folder or Path.cwd())
    addresses.check(uri, timeout_s=config.timeout_s)
    return _open(uri, config)


def preload(config: Tracking, *, folder: Path | None = None) -> Opening:
    """Checks that the store can be reached, then opens it in the background while the caller works.

    Where `config.is_on` is false nothing is done until somebody asks for the store itself; where the store cannot be
    reached now, only who needs it fails. Raises: TrackingError for an address that can be no store.
    """
    uri = addresses.resolve(config.uri, folder=folder or Path.cwd())
    opening = Opening(uri, config)
    if config.is_on:
        try:
            addresses.check(uri, timeout_s=config.timeout_s)
            opening.start()
        except StoreUnreachableError as error:
            opening.fail(error)
    return opening


def in_background(work: Callable[[], T], *, name: str) -> Future[T]:
    """Runs `work` in a thread that does not keep the process alive."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


@contextmanager
def telling(doing: str, address: str, *, remedy: str | None = None) -> Iterator[None]:
    """Turns what MLflow raises into a TrackingError; our own errors pass."""
    try:
        yield
    except StanceError:
        raise
    except _mlflow_errors() as error:
        first_line = addresses.shown(str(error)).strip().partition("\n")[0]
        raise TrackingError(
            f"MLflow could not {doing}: {first_line}",
            where=address,
            remedy=remedy or "check the store with `mlflow doctor`, or go without with tracking.is_on=false",
        ) from error


def _mlflow_errors() -> tuple[type[Exception], ...]:
    """ImportError is a database driver that is not installed. SQLAlchemy is loaded for databases alone."""
    from mlflow.exceptions import MlflowException

    database = sys.modules.get("sqlalchemy.exc")
    return (MlflowException, OSError, ImportError, *([database.SQLAlchemyError] if database else []))


@contextmanager
def as_current(store: Store) -> Iterator[None]:
    """Makes it MLflow's process-wide store, for the calls that look things up there whatever client is asked."""
    import mlflow

    before = os.environ.get(addresses.URI_VARIABLE)  # MLflow keeps its own setting and this one alike
    mlflow.set_tracking_uri(store.uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)


def _open(uri: str, config: Tracking) -> Store:
    environment.prepare(timeout_s=config.timeout_s)
    from mlflow.tracking import MlflowClient

    address = addresses.shown(uri)
    database = sqlite_file.path_of(uri)
    remedy = (
        f"if it is of an older MLflow, back it up and run `mlflow db upgrade {address}`; if it is broken, move it away"
        if database
        else None
    )
    with telling("open the store", address, remedy=remedy):
        if database is not None:
            sqlite_file.initialise(database)
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        return Store(uri, config.experiment, _experiment_id(client, config.experiment, database, address), client)


def _experiment_id(client: MlflowClient, name: str, database: Path | None, address: str) -> str:
    found = client.get_experiment_by_name(name) or _created(client, name, database)
    if found.lifecycle_stage != "active":
        raise TrackingError(
            f"the experiment {name!r} was deleted",
            where=address,
            remedy=f"restore it with `mlflow experiments restore -x {found.experiment_id}`, "
            "or give another name with tracking.experiment",
        )
    return str(found.experiment_id)


def _created(client: MlflowClient, name: str, database: Path | None) -> Experiment:
    from mlflow.exceptions import MlflowException

    try:
        place = sqlite_file.artifacts_beside(database) if database else None  # a server knows its own place
        return client.get_experiment(client.create_experiment(name, artifact_location=place))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return client.get_experiment_by_name(name)  # another process was first
