"""Labels to and from the tools that people annotate with; context sentences always travel along."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import ConfigError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.exchange.items import Imported, Item

FORMATS: dict[str, str] = {
    "csv": "pipeline.corpus.exchange.csv_table",
    "jsonl": "pipeline.corpus.exchange.json_lines",
    "label-studio": "pipeline.corpus.exchange.label_studio",
    "doccano": "pipeline.corpus.exchange.doccano",
    "prodigy": "pipeline.corpus.exchange.prodigy",
}


def write_items(items: Sequence[Item], path: Path, codebook: Codebook, *, format: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _module(format).write(items, path, codebook)


def read_items(path: Path, codebook: Codebook, *, format: str) -> Imported:
    """Raises: ConfigError for an unknown format, InvalidInputError for a file that is none of it."""
    found: Imported = _module(format).read(path, codebook)
    return found


def _module(format: str) -> Any:
    if format not in FORMATS:
        raise ConfigError([unknown_name("exchange format", format, FORMATS)])
    return import_module(FORMATS[format])
