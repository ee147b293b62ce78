"""How a stage adds its column to a table."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def appended(table: pa.Table, schema: pa.Schema, values: list[Any]) -> pa.Table:
    """`table` with the last field of `schema` filled with one value per row. Shapes: (n,) values for n rows."""
    field = schema.field(len(schema) - 1)
    column = pa.array(values, type=field.type)
    kept = [name for name in schema.names if name != field.name]
    return pa.Table.from_arrays([*(table.column(name) for name in kept), column], schema=schema)
