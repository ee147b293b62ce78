"""The code that MLflow runs to serve a registered model: texts in, one row per sentence out.

The parameter `shape` asks for one row per text instead: `nested` gives its sentences as a list of records, `json` the
same as a string. Spark needs that, for its columns keep their length; the type stands in the model's metadata:

    uri = "models:/stance@champion"
    kind = mlflow.models.get_model_info(uri).metadata["spark_result_type"]
    label = mlflow.pyfunc.spark_udf(spark, uri, result_type=kind, params={"shape": "nested"})
    articles.select("id", explode(label(struct("text")).sentences).alias("s")).select("id", "s.*")

MLflow copies this file into every logged model and executes it there, so it finds its parts by name when it runs.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import pandas as pd  # noqa: TC002  # MLflow reads the hints of `predict` when the class is made
import yaml

from pipeline.core import codebook, config_files
from pipeline.core.errors import ConfigError, unknown_name
from pipeline.tracking import flat, nested

if TYPE_CHECKING:
    import pyarrow as pa

LABEL_JOB = "pipeline.jobs.label"  # offers label_texts(texts, ids, *, folder, config) -> sentence table
SHAPES = (flat.ROWS, flat.NESTED, flat.JSON)


class StanceModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Input columns: `text`, and `article` for its id. Output: see `flat.columns`, and `nested` for other shapes."""

    def load_context(self, context: Any) -> None:
        self._folder = Path(context.artifacts["model"])
        path = Path(context.artifacts["config"])
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        values["codebook"] = str(self._folder / "codebook.yaml")  # the one that the model was trained for
        self._config = config_files.check(values, where=str(path))
        self._codebook = codebook.load(self._config.codebook)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        shape = (params or {}).get(flat.SHAPE, flat.ROWS)
        if shape not in SHAPES:
            raise ConfigError([unknown_name("shape", str(shape), SHAPES, where="params")])
        if shape == flat.ROWS:
            return self._rows(model_input)
        texts = texts_of(model_input)
        ids = [str(n) for n in range(len(texts))]  # an article's own may come twice
        return nested.nest(self._labelled(texts, ids), self._codebook, ids, as_json=shape == flat.JSON)

    def _rows(self, model_input: pd.DataFrame) -> pd.DataFrame:
        texts = texts_of(model_input)
        given = model_input["article"] if "article" in model_input else [None] * len(texts)
        ids = [f"text-{n}" if is_absent(name) else str(name) for n, name in enumerate(given, 1)]
        return flat.flatten(self._labelled(texts, ids), self._codebook)

    def _labelled(self, texts: list[str], ids: list[str]) -> pa.Table:
        label_texts = import_module(LABEL_JOB).label_texts
        table: pa.Table = label_texts(texts, ids, folder=self._folder, config=self._config)
        return table


def texts_of(model_input: pd.DataFrame) -> list[str]:
    """An absent text is an empty one, which has no sentences."""
    return ["" if is_absent(text) else str(text) for text in model_input["text"]]


def is_absent(value: object) -> bool:
    """None, or the NaN that pandas puts in its place."""
    return value is None or value != value


mlflow.models.set_model(StanceModel())
