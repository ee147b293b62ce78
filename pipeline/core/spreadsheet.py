"""How a value stands in a CSV cell, in the files and in the page alike."""

from __future__ import annotations

import json
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a text as a formula


def cell(value: Any) -> Any:
    """Lists of labels joined by `|`, other lists as JSON, an apostrophe before what a spreadsheet would run."""
    if isinstance(value, list):
        is_plain = all(isinstance(item, str) for item in value)
        return "|".join(value) if is_plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
