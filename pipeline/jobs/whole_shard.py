"""The record of a shard: it is written last, over files that are on the disk, and makes the shard whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_file
from pipeline.jobs.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class WholeShard:
    """`inputs_sha256` says of which inputs it is, `files` the SHA-256 of each of its files by name."""

    inputs_sha256: str
    tally: Tally
    files: Mapping[str, str]

    @classmethod
    def of(cls, inputs_sha256: str, tally: Tally, files: Iterable[Path]) -> WholeShard:
        return cls(inputs_sha256, tally, {path.name: sha256_file(path) for path in sorted(files)})

    @classmethod
    def read(cls, record: Path) -> WholeShard | None:
        """None where the record is missing or damaged, or a file of it is gone: such a shard is made again."""
        try:
            found = json.loads(record.read_text(encoding="utf-8"))
            shard = cls(found["inputs_sha256"], Tally.from_dict(found["tally"]), dict(found["files"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return shard if all((record.parent / name).is_file() for name in shard.files) else None

    def as_dict(self) -> dict[str, Any]:
        return {"inputs_sha256": self.inputs_sha256, "tally": self.tally.as_dict(), "files": dict(self.files)}

    def check(self, folder: Path) -> None:
        """Raises: InvalidInputError for a file in `folder` that is no longer the one that was written."""
        for name, expected in self.files.items():
            path = folder / name
            try:
                found = sha256_file(path)
            except OSError as error:
                raise InvalidInputError(f"cannot be read: {error.strerror}", where=str(path), remedy=_REMEDY) from error
            if found != expected:
                problem = f"changed since the run wrote it: expected SHA-256 {expected}, found {found}"
                raise InvalidInputError(problem, where=str(path), remedy=_REMEDY)


_REMEDY = "delete this file and give the same command again: it labels this shard's articles anew"
