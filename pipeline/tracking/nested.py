"""The pyfunc's answer with one row per text and its sentences nested in it, which is what Spark's columns need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.tracking import flat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pyarrow as pa

    from pipeline.core.codebook import Codebook

SENTENCES = "sentences"
SPARK_TYPES = {"string": "string", "integer": "int", "float": "float"}


def spark_type(codebook: Codebook) -> str:
    """The `result_type` of `mlflow.pyfunc.spark_udf`, as DDL."""
    multi = {task.name for task in codebook.tasks if task.kind == "multi"}
    kinds = {spec.name: SPARK_TYPES[spec.type.name] for spec in flat.signature(codebook).outputs}
    fields = [f"`{name}`: {'array<string>' if name in multi else kinds[name]}" for name in _fields(codebook)]
    return f"{SENTENCES} array<struct<{', '.join(fields)}>>"


def nest(table: pa.Table, codebook: Codebook, ids: Sequence[str], *, as_json: bool) -> pd.DataFrame:
    """One row for each id, in their order, none left out; `table` names its articles by these ids."""
    import pandas as pd

    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ids}
    names = table["article"].to_pylist()
    for name, row in zip(names, table.select(_fields(codebook)).to_pylist(), strict=True):
        rows[name].append(row)
    nested = list(rows.values())
    if as_json:
        return pd.DataFrame({flat.JSON: [json.dumps(found, ensure_ascii=False) for found in nested]})
    return pd.DataFrame({SENTENCES: nested})


def _fields(codebook: Codebook) -> list[str]:
    return [name for name in flat.columns(codebook) if name != "article"]  # the row's own
