"""What a run has gathered, and its writing to MLflow in as few calls as its limits allow."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import TrackingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa
    from mlflow import MlflowClient

MAX_BATCH_PARAMS = 100
MAX_BATCH_TAGS = 100
MAX_BATCH_METRICS = 800  # 1,000 of all kinds together
DIGEST_CHARS = 32  # MLflow takes 36
TABLES_TAG = "mlflow.loggedArtifacts"  # MLflow's pages look here for tables


@dataclass(frozen=True, slots=True)
class Dataset:
    """A labelled set as a run's input. `sha256` is our own hash of it: MLflow's skips rows and columns."""

    name: str
    sha256: str
    source: str
    n_articles: int
    n_sentences: int


@dataclass(slots=True)
class Record:
    """Gathers; `write` sends everything gathered since `forget`. Sent twice, it stands there once."""

    folder: Path
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: list[tuple[str, float, int, int]] = field(default_factory=list)  # name, value, ms, step
    datasets: list[tuple[Dataset, str]] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    def add_metrics(self, values: Mapping[str, float | None], *, step: int) -> None:
        now_ms = int(time.time() * 1000)
        self.metrics += [(name, float(v), now_ms, step) for name, v in values.items() if v is not None]

    def place(self, path: str) -> Path:
        """Where a file of the run is put until it is written. Raises: TrackingError for a path that leads out."""
        parts = PurePosixPath(path)
        if not path or parts.is_absolute() or ".." in parts.parts or "\\" in path:
            raise TrackingError(f"a run's file cannot be named {path!r}", remedy="give a relative path without '..'")
        target = self.folder / parts
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def copy(self, source: Path, path: str) -> None:
        if source.is_dir():
            shutil.copytree(source, self.place(path), dirs_exist_ok=True)
        else:
            shutil.copyfile(source, self.place(path))

    def add_table(self, path: str, table: pa.Table) -> None:
        columns = [column.to_pylist() for column in table.columns]
        split = {"columns": table.column_names, "data": list(map(list, zip(*columns, strict=True)))}
        self.place(path).write_text(json.dumps(split, ensure_ascii=False, default=str), encoding="utf-8")
        self.tables.append(path)
        self.tags[TABLES_TAG] = json.dumps([{"path": path, "type": "table"} for path in self.tables])

    def write(self, client: MlflowClient, run_id: str) -> None:
        for batch in self._batches():
            client.log_batch(run_id, **batch)
        if self.datasets:
            client.log_inputs(run_id, datasets=[_input(dataset, context) for dataset, context in self.datasets])
        if self.folder != Path() and self.folder.is_dir() and any(self.folder.iterdir()):
            client.log_artifacts(run_id, str(self.folder))

    def forget(self) -> None:
        """What was written is not written again. Whoever has seen `write` end calls it: a write may be given up."""
        self.params.clear()
        self.tags.clear()
        self.metrics.clear()
        self.datasets.clear()
        _empty(self.folder)

    def _batches(self) -> Iterator[dict[str, Sequence[Any]]]:
        from mlflow.entities import Metric, Param, RunTag

        params = [Param(name, value) for name, value in self.params.items()]
        tags = [RunTag(name, value) for name, value in self.tags.items()]
        metrics = [Metric(*metric) for metric in self.metrics]
        while params or tags or metrics:
            yield {
                "params": params[:MAX_BATCH_PARAMS],
                "tags": tags[:MAX_BATCH_TAGS],
                "metrics": metrics[:MAX_BATCH_METRICS],
            }
            params, tags = params[MAX_BATCH_PARAMS:], tags[MAX_BATCH_TAGS:]
            metrics = metrics[MAX_BATCH_METRICS:]


def _input(dataset: Dataset, context: str) -> Any:
    from mlflow.entities import Dataset as Entity
    from mlflow.entities import DatasetInput, InputTag

    entity = Entity(
        name=dataset.name,
        digest=dataset.sha256[:DIGEST_CHARS],
        source_type="local",
        source=json.dumps({"uri": dataset.source}),
        profile=json.dumps({"num_rows": dataset.n_sentences, "num_articles": dataset.n_articles}),
    )
    tags = [InputTag("mlflow.data.context", context), InputTag("stance.sha256", dataset.sha256)]
    return DatasetInput(entity, tags)


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
