"""One MLflow run a job: opened in the background, written in a handful of calls, closed whatever happens."""

from __future__ import annotations

import getpass
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.core.errors import TrackingError
from pipeline.tracking import processes, settings
from pipeline.tracking.records import Dataset, Record
from pipeline.tracking.store import Opening, Store, in_background, telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    import pyarrow as pa
    from matplotlib.figure import Figure

    from pipeline.core.config import Config

FINISHED, FAILED, KILLED = "FINISHED", "FAILED", "KILLED"
CONFIG_FILE = "config.yaml"


class Run:
    """What one run has to say. It is kept here and written at the end, or at `flush`; see `job_run`."""

    def __init__(self, folder: Path, store: Store | Opening, started: Future[str] | None) -> None:
        self._record = Record(folder)
        self._store = store
        self._started = started

    @property
    def is_recorded(self) -> bool:
        """False where tracking is switched off; everything else works all the same."""
        return self._started is not None

    @property
    def id(self) -> str | None:
        """MLflow's id, None where tracking is off. Waits for the store."""
        return self._started.result() if self._started else None

    def params(self, values: Mapping[str, Any]) -> None:
        self._record.params.update({name: settings.param_text(value) for name, value in values.items()})

    def metrics(self, values: Mapping[str, float | None], *, step: int = 0) -> None:
        """None is left out: it means that there is no such figure."""
        self._record.add_metrics(values, step=step)

    def tags(self, values: Mapping[str, str]) -> None:
        self._record.tags.update(values)

    def text(self, path: str, content: str) -> None:
        self._record.place(path).write_text(content, encoding="utf-8")

    def file(self, source: Path, path: str | None = None) -> None:
        """A copy of a file or folder, under its own name unless `path` is given."""
        self._record.copy(source, path or source.name)

    def table(self, path: str, table: pa.Table) -> None:
        """A table that MLflow's pages can show; `path` ends in `.json`."""
        self._record.add_table(path, table)

    def figure(self, path: str, figure: Figure) -> None:
        """A figure, in the format of its suffix."""
        figure.savefig(self._record.place(path), bbox_inches="tight")

    def dataset(self, dataset: Dataset, *, context: str) -> None:
        """A labelled set that the run has read; `context` is what for: `training`, `evaluation`, `inference`."""
        self._record.datasets.append((dataset, context))

    def flush(self) -> None:
        """Writes what has been gathered so far. Raises: TrackingError."""
        run_id = self.id
        if run_id is not None:
            store = opened(self._store)
            with telling("write the run", store.address):
                self._record.write(store.client, run_id)

    @contextmanager
    def child(self, name: str, *, tags: Mapping[str, str] | None = None) -> Iterator[Run]:
        """A run below this one, such as a fold."""
        begin = {"mlflow.parentRunId": self.id or "", **(tags or {})}
        with _run(self._store, name=name, tags=begin, params={}, is_on=self.is_recorded) as run:
            yield run


@contextmanager
def job_run(
    store: Store | Opening, *, job: str, config: Config, tags: Mapping[str, str] | None = None
) -> Iterator[Run]:
    """The run of one job. With an `Opening` the body starts at once, while the store opens beside it.

    Settings are written when the run begins, so that a killed run still says what it was; all else at the end.
    An exception closes the run as FAILED with the exception's kind alone: its text may quote an article.
    Raises: TrackingError.
    """
    about = {
        "mlflow.source.name": f"stance {job}",
        "mlflow.source.type": "LOCAL",
        "mlflow.user": _user(),
        "stance.job": job,
        "stance.config_sha256": config.sha256,
        "stance.package_version": __version__,
        **(tags or {}),
    }
    is_on = store.is_on if isinstance(store, Opening) else True
    with _run(store, name=job, tags=about, params=settings.params(config), is_on=is_on) as run:
        run.text(CONFIG_FILE, settings.document(config))
        yield run


def opened(store: Store | Opening) -> Store:
    return store.store() if isinstance(store, Opening) else store


@contextmanager
def _run(
    store: Store | Opening, *, name: str, tags: Mapping[str, str], params: Mapping[str, str], is_on: bool
) -> Iterator[Run]:
    start_ms = int(time.time() * 1000)

    def begin() -> str:
        return _begin(opened(store), name, tags, params, start_ms)

    started = in_background(begin, name="begin-run") if is_on else None
    with tempfile.TemporaryDirectory(prefix="stance-run-") as folder:
        run = Run(Path(folder), store, started)
        try:
            yield run
        except BaseException as error:
            _close_failed(run, store, error)
            raise
        _close(run, store, FINISHED)


def _begin(store: Store, name: str, tags: Mapping[str, str], params: Mapping[str, str], start_ms: int) -> str:
    with telling("begin a run", store.address):
        processes.close_abandoned(store)
        own = processes.own_tags()
        created = store.client.create_run(store.experiment_id, start_time=start_ms, tags={**own, **tags}, run_name=name)
        run_id = str(created.info.run_id)
        record = Record(Path())
        record.params.update(params)
        record.write(store.client, run_id)
        return run_id


def _close(run: Run, store: Store | Opening, status: str) -> None:
    run_id = run.id
    if run_id is None:
        return
    run.flush()
    with telling("close the run", opened(store).address):
        opened(store).client.set_terminated(run_id, status=status)


def _close_failed(run: Run, store: Store | Opening, error: BaseException) -> None:
    """The job's own error matters more than a record that could not be written."""
    run.tags({"stance.error": type(error).__name__})
    is_failure = isinstance(error, Exception)
    try:
        _close(run, store, FAILED if is_failure else KILLED)
    except TrackingError as problem:
        error.add_note(f"besides, {problem}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"
