"""SHA-256 of texts, files and settings: the identity of everything that a row cites."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

READ_BYTES = 1 << 20


def sha256_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sha256_text(text: str) -> str:
    """Lone surrogates (possible in decoded JSON) are hashed as they stand."""
    return sha256_bytes(text.encode("utf-8", "surrogatepass"))


def sha256_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def canonical_json(value: Any) -> str:
    """The one JSON form of a value: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_json(value: Any) -> str:
    return sha256_text(canonical_json(value))


class RowsHash:
    """Hash of a sequence of JSON values, order included, that takes them as they come."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, row: Any) -> None:
        self._digest.update(canonical_json(row).encode("utf-8", "surrogatepass"))
        self._digest.update(b"\n")

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def sha256_rows(rows: Iterable[Any]) -> str:
    """Hash of a sequence of JSON values, order included."""
    digest = RowsHash()
    for row in rows:
        digest.add(row)
    return digest.hexdigest()
