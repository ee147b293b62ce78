"""The code that MLflow runs to serve a registered model: texts in, one row per sentence out.

MLflow copies this file into every logged model and executes it there, so it finds its parts by name when it runs.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd  # noqa: TC002  # MLflow reads the hints of `predict` when the class is made
import yaml

from pipeline.core import codebook, config_files
from pipeline.tracking import flat

LABEL_JOB = "pipeline.jobs.label"  # offers label_texts(texts, ids, *, folder, config) -> sentence table


class StanceModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Input columns: `text`, and `article` for its id. Output: see `flat.columns`."""

    def load_context(self, context: Any) -> None:
        self._folder = Path(context.artifacts["model"])
        path = Path(context.artifacts["config"])
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        values["codebook"] = str(self._folder / "codebook.yaml")  # the one that the model was trained for
        self._config = config_files.check(values, where=str(path))
        self._codebook = codebook.load(self._config.codebook)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        texts = [str(text) for text in model_input["text"]]
        given = model_input["article"] if "article" in model_input else [None] * len(texts)
        ids = [f"text-{n}" if is_absent(name) else str(name) for n, name in enumerate(given, 1)]
        label_texts = import_module(LABEL_JOB).label_texts
        table = label_texts(texts, ids, folder=self._folder, config=self._config)
        return flat.flatten(table, self._codebook)


def is_absent(value: object) -> bool:
    """None, or the NaN that pandas puts in its place."""
    return value is None or value != value


mlflow.models.set_model(StanceModel())
