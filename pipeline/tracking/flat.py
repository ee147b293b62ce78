"""The pyfunc's columns: flat, so that a web server and Spark can give them; one row per sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from mlflow.models import ModelSignature

    from pipeline.core.codebook import Codebook

LEADING = ("article", "n", "start", "end", "text", "role", "voice", "speaker")
INTEGERS = frozenset({"n", "start", "end"})
SHAPE, ROWS, NESTED, JSON = "shape", "rows", "nested", "json"  # the parameter, and its values; see `pyfunc_model`
SEPARATOR = "|"  # between the labels of a multi-label task


def columns(codebook: Codebook) -> tuple[str, ...]:
    tasks = tuple(task.name for task in codebook.tasks)
    return (*LEADING, *tasks, *_probabilities(codebook))


def signature(codebook: Codebook) -> ModelSignature:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

    probabilities = set(_probabilities(codebook))

    def kind(name: str) -> DataType:
        if name in probabilities:
            return DataType.float
        return DataType.integer if name in INTEGERS else DataType.string

    inputs = [ColSpec(DataType.string, "text"), ColSpec(DataType.string, "article", required=False)]
    # a heading or site furniture has a role and nothing else
    always = {*LEADING} - {"voice", "speaker"}
    outputs = [ColSpec(kind(name), name, required=name in always) for name in columns(codebook)]
    shape = ParamSpec(SHAPE, DataType.string, default=ROWS)
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs), params=ParamSchema([shape]))


def flatten(table: pa.Table, codebook: Codebook) -> pd.DataFrame:
    """The sentence table with the labels of a multi-label task joined by `|`; None stays None."""
    import pandas as pd

    frame = table.select(list(columns(codebook))).to_pandas()
    for task in codebook.tasks:
        if task.kind == "multi":
            lists = table[task.name].to_pylist()
            joined = [None if labels is None else SEPARATOR.join(labels) for labels in lists]
            frame[task.name] = pd.Series(joined, index=frame.index, dtype=object)  # else pandas makes None NaN
    return frame


def _probabilities(codebook: Codebook) -> tuple[str, ...]:
    return tuple(f"p_{task}_{label}" for task, label in codebook.columns())
