"""What the formats of one JSON object a line have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.corpus.exchange.items import Imported, Item, read_each
from pipeline.corpus.labelled_set import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook


def write_lines(items: Sequence[Item], path: Path, row_of: Callable[[Item], Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for item in items:
            file.write(json.dumps(row_of(item), ensure_ascii=False) + "\n")


def read_lines(path: Path, codebook: Codebook, item_of: Callable[[Mapping[str, Any], Codebook], Item]) -> Imported:
    return read_each(path, read_rows(path), lambda row: [item_of(row, codebook)])
