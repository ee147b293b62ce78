"""Runs that could not be written to MLflow: each is kept as a folder until `stance sync` logs it.

`<folder>/<start>-<job>-<id>/` holds `record.json` (everything but files), `files/` and `models/`. A folder has its name
only when it is whole, and is removed only when all of it is in MLflow.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core import codebook, config_files
from pipeline.core.errors import TrackingError
from pipeline.tracking import registry, sqlite_file
from pipeline.tracking.records import Dataset, Record
from pipeline.tracking.registry import Registration
from pipeline.tracking.store import telling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.tracking.references import Verify
    from pipeline.tracking.store import Store

FORMAT = 1
"""Raise it when a key changes its meaning; keep the reader of the old number."""

RECORD, FILES, MODELS = "record.json", "files", "models"
PARTIAL, LOGGED = ".partial-", ".logged-"
RECORD_TAG = "stance.record"  # finds the run again that a broken call may have begun
PARENT_TAG = "mlflow.parentRunId"


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of a run from its begin. `parent` is the `id` of the run above it. Units: ms since 1970, UTC."""

    id: str
    job: str
    experiment: str
    start_ms: int
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run read back from its folder."""

    folder: Path
    course: Course
    status: str
    end_ms: int
    record: Record
    models: tuple[Registration, ...]


def keep(
    folder: Path,
    course: Course,
    record: Record,
    *,
    status: str,
    end_ms: int,
    models: Sequence[tuple[Registration, Path]] = (),
) -> Path:
    """Writes a run's folder; returns it. Raises: TrackingError where it cannot be written."""
    day = time.strftime("%Y%m%d-%H%M%S", time.gmtime(course.start_ms / 1000))
    target = folder / f"{day}-{course.start_ms % 1000:03d}-{course.job.replace(' ', '-')}-{course.id[:8]}"
    partial = folder / f"{PARTIAL}{course.id}"
    try:
        partial.mkdir(parents=True)
        shutil.copytree(record.folder, partial / FILES)
        for n, (_, model) in enumerate(models):
            shutil.copytree(model, partial / MODELS / str(n))
        document = {
            "format": FORMAT,
            "course": asdict(course),
            "status": status,
            "end_ms": end_ms,
            "params": record.params,
            "tags": record.tags,
            "metrics": record.metrics,
            "datasets": [[asdict(dataset), context] for dataset, context in record.datasets],
            "models": [_registration(registration) for registration, _ in models],
        }
        (partial / RECORD).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise TrackingError(
            f"the run could not be kept either: {error.strerror or error}",
            where=str(folder),
            remedy="make room there, or give another folder with tracking.kept",
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _registration(registration: Registration) -> dict[str, Any]:
    config = registration.config.model_dump(mode="json", exclude={"tracking", "output"})
    if Path(config["codebook"]).suffix in codebook.SUFFIXES:  # `stance sync` may run in another folder
        written, config["codebook"] = config["codebook"], str(Path(config["codebook"]).absolute())
        config["paths_as_written"][config["codebook"]] = config["paths_as_written"].get(written, written)
    return {
        "name": registration.name,
        "config": config,
        "metrics": dict(registration.metrics),
        "tags": dict(registration.tags),
    }


def folders(folder: Path) -> list[Path]:
    """The kept runs in the order in which they began, those above others first."""
    return sorted(path.parent for path in folder.glob(f"*/{RECORD}") if not path.parent.name.startswith("."))


def read(folder: Path) -> KeptRun:
    """Raises: TrackingError where the folder is damaged."""
    try:
        document = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise TrackingError(
                f"expected format {FORMAT} of a kept run, found {document['format']!r}",
                where=str(folder),
                remedy="update the package",
            )
        record = Record(folder / FILES, params=document["params"], tags=document["tags"])
        record.metrics = [(str(name), float(v), int(ms), int(step)) for name, v, ms, step in document["metrics"]]
        record.datasets = [(Dataset(**dataset), str(context)) for dataset, context in document["datasets"]]
        models = tuple(
            replace(Registration(**model), config=config_files.check(model["config"], where=str(folder)))
            for model in document["models"]
        )
        return KeptRun(
            folder, Course(**document["course"]), document["status"], int(document["end_ms"]), record, models
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrackingError(
            f"this kept run cannot be read: {type(error).__name__}",
            where=str(folder),
            remedy="mend its record.json, or move the folder away",
        ) from error


def log(store: Store, kept: KeptRun, *, verify: Verify) -> str:
    """Writes a kept run with its own times and removes its folder; returns MLflow's id. Done again, it adds nothing.

    Raises: TrackingError; the folder then stays as it is.
    """
    with telling("log the kept run", store.address):
        run_id = _found(store, kept.course.id) or _created(store, kept.course)
        begun = Record(kept.folder / MODELS / "none", params=dict(kept.course.params))
        begun.write(store.client, run_id)
        kept.record.write(store.client, run_id)
    for n, registration in enumerate(kept.models):
        folder = kept.folder / MODELS / str(n)
        registry.register_once(store, run_id, folder, registration, verify=verify)
    with telling("close the kept run", store.address):
        store.client.set_terminated(run_id, status=kept.status, end_time=kept.end_ms)
    _remove(kept.folder)
    return run_id


def _found(store: Store, record_id: str) -> str | None:
    """The run that was begun before the store went away."""
    query = f"tags.`{RECORD_TAG}` = '{record_id}'"
    found = store.client.search_runs([store.experiment_id], query, max_results=1)
    return str(found[0].info.run_id) if found else None


def _created(store: Store, course: Course) -> str:
    tags = {**course.tags, RECORD_TAG: course.id}
    if course.parent and (parent := _found(store, course.parent)):
        tags[PARENT_TAG] = parent
    created = store.client.create_run(store.experiment_id, start_time=course.start_ms, tags=tags, run_name=course.job)
    return str(created.info.run_id)


def _remove(folder: Path) -> None:
    """First under another name, so that one killed here is not logged again in part. Raises: TrackingError."""
    gone = folder.with_name(f"{LOGGED}{folder.name}")
    try:
        folder.replace(gone)
    except OSError as error:
        raise TrackingError(
            f"it is logged, but cannot be removed: {error.strerror or error}",
            where=str(folder),
            remedy="remove it, else it is logged over itself again",
        ) from error
    for left in folder.parent.glob(f"{LOGGED}*"):  # also of a sync that was killed here
        shutil.rmtree(left, ignore_errors=True)


def only_one(folder: Path) -> Any:
    """A lock over the folder: two that log the same runs at once would log them twice."""
    return sqlite_file.locked(folder / ".lock")
