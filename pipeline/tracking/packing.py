"""A model folder as an MLflow pyfunc: models-from-code, with a stated signature and stated requirements."""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.core import codebook as codebooks
from pipeline.core.config import Cache, Output, Ray, Tracking
from pipeline.tracking import flat, nested, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.entities import LoggedModel

    from pipeline.core.config import Config
    from pipeline.tracking.registry import Registration
    from pipeline.tracking.store import Store

CODE = Path(__file__).with_name("pyfunc_model.py")
CODEBOOK = "codebook.yaml"
SPARK_TYPE = "spark_result_type"  # in the model's metadata
REQUIREMENTS = (f"stance-pipeline=={__version__}",)  # it states its own


def log(store: Store, run_id: str, folder: Path, registration: Registration, tags: Mapping[str, str]) -> LoggedModel:
    """Writes the pyfunc to the store as a logged model of the run."""
    from mlflow.entities import LoggedModelOutput, Metric

    client = store.client
    logged = client.create_logged_model(
        store.experiment_id, name=registration.name, source_run_id=run_id, tags=dict(tags), model_type="stance"
    )
    status = "FAILED"
    try:
        with tempfile.TemporaryDirectory(prefix="stance-pack-") as temporary:
            client.log_model_artifacts(logged.model_id, str(_packed(Path(temporary), folder, registration, logged)))
        status = "READY"
    finally:
        logged = client.finalize_logged_model(logged.model_id, status)
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
    now_ms = int(time.time() * 1000)
    metrics = [
        Metric(name, value, now_ms, 0, model_id=logged.model_id, run_id=run_id)
        for name, value in registration.metrics.items()
    ]
    if metrics:
        client.log_batch(run_id, metrics=metrics)
    return logged


def _packed(temporary: Path, folder: Path, registration: Registration, logged: LoggedModel) -> Path:
    model, config, target = temporary / "model", temporary / "config.yaml", temporary / "pyfunc"
    shutil.copytree(folder, model)  # MLflow keeps a folder under its own name; ours is fixed
    config.write_text(_config_text(registration.config), encoding="utf-8")
    book = codebooks.parse((folder / CODEBOOK).read_bytes(), where=str(folder / CODEBOOK))
    with warnings.catch_warnings():
        # MLflow asks for type hints and an input example even where the signature is stated
        warnings.simplefilter("ignore", UserWarning)
        import mlflow.pyfunc
        from mlflow.models import Model

        mlflow.pyfunc.save_model(
            str(target),
            python_model=str(CODE),
            artifacts={"model": str(model), "config": str(config)},
            signature=flat.signature(book),
            pip_requirements=list(REQUIREMENTS),
            metadata={SPARK_TYPE: nested.spark_type(book)},
            mlflow_model=Model(
                artifact_path=logged.artifact_location, run_id=logged.source_run_id, model_id=logged.model_id
            ),
        )
    return target


def _config_text(config: Config) -> str:
    """Without the places of this machine."""
    elsewhere: dict[str, Any] = {
        "tracking": Tracking(is_on=False),
        "output": Output(),
        "cache": Cache(),
        "ray": Ray(),
    }
    return settings.document(config.model_copy(update=elsewhere))
