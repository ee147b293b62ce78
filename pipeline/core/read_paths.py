"""The settings that name something to read: a path, or the name of something shipped or registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

READ_PATHS = (
    "codebook", "label.model", "train.sets", "train.judged_on", "train.silver", "train.public",
    "train.trainer.encoder", "train.trainer.model", "adapt.encoder", "evaluate.baseline_sets",
)  # fmt: skip


def change_paths(values: dict[str, Any], change: Callable[[str], str]) -> None:
    """Changes each of these settings in plain values, as far as they are there and are texts."""
    for setting in READ_PATHS:
        *sections, key = setting.split(".")
        inner: Any = values
        for section in sections:
            inner = inner.get(section) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and key in inner:
            inner[key] = _changed(inner[key], change)


def _changed(given: Any, change: Callable[[str], str]) -> Any:
    if isinstance(given, list):
        return [_changed(each, change) for each in given]
    if isinstance(given, dict) and "path" in given:
        return {**given, "path": _changed(given["path"], change)}
    return change(given) if isinstance(given, str) else given
