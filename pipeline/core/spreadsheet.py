"""How a value stands in a CSV cell, in the files and in the page alike."""

from __future__ import annotations

import json
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a text as a formula


def cell(value: Any) -> Any:
    """Lists of labels joined by `|`, other lists as JSON, an apostrophe before what a spreadsheet would run.

    Where a text has such apostrophes of its own it gets one more, so that `uncelled` gives each text back.
    """
    if isinstance(value, list):
        is_plain = all(isinstance(item, str) for item in value)
        return "|".join(value) if is_plain else json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and _would_run(value) else value


def uncelled(text: str) -> str:
    """The text that `cell` made a cell of."""
    return text.removeprefix("'") if _would_run(text) else text


def _would_run(text: str) -> bool:
    return text.lstrip("'").startswith(FORMULA_STARTS)
