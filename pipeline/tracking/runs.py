"""One MLflow run a job: opened in the background, written in a handful of calls, closed whatever happens."""

from __future__ import annotations

import getpass
import logging
import shutil
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline import __version__
from pipeline.core.errors import StoreUnreachableError, TrackingError
from pipeline.tracking import kept, processes, settings
from pipeline.tracking.patience import Patience
from pipeline.tracking.records import Dataset, Record
from pipeline.tracking.store import Opening, Store, in_background, telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    import pyarrow as pa
    from matplotlib.figure import Figure

    from pipeline.core.config import Config
    from pipeline.tracking.registry import Registration

log = logging.getLogger(__name__)
T = TypeVar("T")

FINISHED, FAILED, KILLED = "FINISHED", "FAILED", "KILLED"
CONFIG_FILE = "config.yaml"
INTERRUPTED_S = 1.0  # for a record of a run that was stopped; what takes longer is kept for `stance sync`


class Run:
    """What one run has to say. It is kept here and written at the end, or at `flush`; see `job_run`."""

    def __init__(self, record: Record, about: _About, started: Future[str] | None) -> None:
        self._record = record
        self._about = about
        self._started = started
        self._models: list[tuple[Registration, Path]] = []

    @property
    def is_recorded(self) -> bool:
        """False where tracking is switched off; everything else works all the same."""
        return self._started is not None

    @property
    def id(self) -> str | None:
        """MLflow's id; None where tracking is off, or MLflow not there. Waits for the store."""
        try:
            return self._id()
        except TrackingError:
            return None  # told when the run ends: its record is kept then

    def _id(self) -> str | None:
        return self._about.waited(self._started) if self._started else None

    def params(self, values: Mapping[str, Any]) -> None:
        self._record.params.update({name: settings.param_text(value) for name, value in values.items()})

    def metrics(self, values: Mapping[str, float | None], *, step: int = 0) -> None:
        """None is left out: it means that there is no such figure."""
        self._record.add_metrics(values, step=step)

    def tags(self, values: Mapping[str, str]) -> None:
        self._record.tags.update(values)

    def text(self, path: str, content: str) -> None:
        with _gathering(path):
            self._record.place(path).write_text(content, encoding="utf-8")

    def file(self, source: Path, path: str | None = None) -> None:
        """A copy of a file or folder, under its own name unless `path` is given."""
        with _gathering(path or source.name):
            self._record.copy(source, path or source.name)

    def table(self, path: str, table: pa.Table) -> None:
        """A table that MLflow's pages can show; `path` ends in `.json`."""
        with _gathering(path):
            self._record.add_table(path, table)

    def figure(self, path: str, figure: Figure) -> None:
        """A figure, in the format of its suffix."""
        with _gathering(path):
            figure.savefig(self._record.place(path), bbox_inches="tight")

    def dataset(self, dataset: Dataset, *, context: str) -> None:
        """A labelled set that the run has read; `context` is what for: `training`, `evaluation`, `inference`."""
        self._record.datasets.append((dataset, context))

    def model(self, folder: Path, registration: Registration) -> None:
        """A model that could not be registered now: a copy stays with the kept run, for `stance sync` to register."""
        copy = self._record.folder.with_name(f"models-{len(self._models)}")
        with _gathering(folder.name):
            shutil.copytree(folder, copy)
        self._models.append((registration, copy))

    def flush(self) -> None:
        """Writes what has been gathered so far. Raises: TrackingError."""
        run_id = self._id()
        if run_id is not None:
            self._about.waited(in_background(lambda: self._write(run_id), name="write-run"))
            self._record.forget()

    def _write(self, run_id: str) -> None:
        store = opened(self._about.store)
        with telling("write the run", store.address):
            self._record.write(store.client, run_id)

    def _finish(self, status: str, end_ms: int) -> None:
        """Raises: TrackingError, also where a model of the run has yet to be registered."""
        run_id = self._id()
        if run_id is None:
            return
        if self._models:
            raise StoreUnreachableError("a model could not be registered", where=self._about.address)

        def write() -> None:
            self._write(run_id)
            store = opened(self._about.store)
            with telling("close the run", store.address):
                store.client.set_terminated(run_id, status=status, end_time=end_ms)

        self._about.waited(in_background(write, name="close-run"))

    def _keep(self, status: str, end_ms: int) -> Path:
        about = self._about
        return kept.keep(
            about.kept, about.course, self._record, status=status, end_ms=end_ms, models=tuple(self._models)
        )

    @contextmanager
    def child(self, name: str, *, tags: Mapping[str, str] | None = None) -> Iterator[Run]:
        """A run below this one, such as a fold."""
        parent = self.id
        above = {kept.PARENT_TAG: parent} if parent else {}
        course = replace(
            self._about.course,
            id=uuid.uuid4().hex,
            job=name,
            start_ms=max(_now_ms(), self._about.course.start_ms + 1),  # kept runs are logged in this order
            params={},
            tags={**above, **(tags or {})},
            parent=self._about.course.id,
        )
        with _run(replace(self._about, course=course), is_on=self.is_recorded) as run:
            yield run


@contextmanager
def job_run(
    store: Store | Opening, *, job: str, config: Config, tags: Mapping[str, str] | None = None
) -> Iterator[Run]:
    """The run of one job. With an `Opening` the body starts at once, while the store opens beside it.

    Settings are written when the run begins, so that a killed run still says what it was; all else at the end.
    An exception closes the run as FAILED with the exception's kind alone: its text may quote an article.
    Where MLflow cannot take the run, a warning is logged and the run kept in `tracking.kept` (see `kept`).
    Raises: TrackingError where it cannot be kept either.
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
    course = kept.Course(uuid.uuid4().hex, job, store.experiment, _now_ms(), settings.params(config), about)
    patience = store.patience if isinstance(store, Opening) else Patience(config.tracking.max_wait_s)
    of_run = _About(store, course, Path(config.tracking.kept).absolute(), patience)
    with _run(of_run, is_on=store.is_on if isinstance(store, Opening) else True) as run:
        run.text(CONFIG_FILE, settings.document(config))
        yield run


def opened(store: Store | Opening) -> Store:
    return store.store() if isinstance(store, Opening) else store


@dataclass(frozen=True, slots=True)
class _About:
    """What a run and those below it share, and the run's own course."""

    store: Store | Opening
    course: kept.Course
    kept: Path
    patience: Patience

    @property
    def address(self) -> str:
        return self.store.address

    def waited(self, work: Future[T]) -> T:
        return self.patience.wait(work, address=self.address)


@contextmanager
def _run(about: _About, *, is_on: bool) -> Iterator[Run]:
    started = in_background(lambda: _begin(opened(about.store), about.course), name="begin-run") if is_on else None
    with tempfile.TemporaryDirectory(prefix="stance-run-") as scratch:
        folder = Path(scratch) / "files"
        folder.mkdir()
        run = Run(Record(folder), about, started)
        try:
            yield run
        except BaseException as error:
            run.tags({"stance.error": type(error).__name__})
            _close_failed(run, about, error)
            raise
        _close(run, about, FINISHED)


def _begin(store: Store, course: kept.Course) -> str:
    with telling("begin a run", store.address):
        processes.close_abandoned(store)
        tags = {**processes.own_tags(), kept.RECORD_TAG: course.id, **course.tags}
        created = store.client.create_run(
            store.experiment_id, start_time=course.start_ms, tags=tags, run_name=course.job
        )
        run_id = str(created.info.run_id)
        record = Record(Path())
        record.params.update(course.params)
        record.write(store.client, run_id)
        return run_id


@contextmanager
def _gathering(name: str) -> Iterator[None]:
    """Raises: TrackingError where a file of the run cannot be put aside until it is written."""
    try:
        yield
    except OSError as error:
        raise TrackingError(
            f"cannot be put into the record of the run: {error.strerror or type(error).__name__}",
            where=name,
            remedy="see that it is there, and that there is room for temporary files, or set TMPDIR to where there is",
        ) from error


def _close(run: Run, about: _About, status: str) -> None:
    """What MLflow does not take is kept for later. Raises: TrackingError where it cannot be kept either."""
    end_ms = _now_ms()
    try:
        run._finish(status, end_ms)
    except TrackingError as error:
        folder = run._keep(status, end_ms)
        # the run above those of folds tells for all of them
        level = logging.INFO if about.course.parent else logging.WARNING
        log.log(level, "%s\nnothing is lost: the run is kept in %s, and `stance sync` logs it later", error, folder)
    except BaseException:
        run._keep(status, end_ms)  # the user does not want to wait
        raise


def _close_failed(run: Run, about: _About, error: BaseException) -> None:
    """The job's own error matters more than a record that could not be written."""
    if not isinstance(error, Exception):
        about.patience.hurry(INTERRUPTED_S)
    try:
        _close(run, about, FAILED if isinstance(error, Exception) else KILLED)
    except TrackingError as problem:
        error.add_note(f"besides, {problem}")


def _now_ms() -> int:
    return int(time.time() * 1000)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"
