"""A model on its way to another machine: its files, written there, verified, opened, and gone from the disk again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import ModelDamagedError
from pipeline.core.fingerprints import sha256_json
from pipeline.labeling import model as models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.labeling.model import Model


@dataclass(frozen=True, slots=True)
class Parcel:
    """`folder` is where the model lies on the machine that sent it; where it lies there too, it is opened there."""

    folder: Path
    sha256: str
    files: Mapping[str, bytes]

    def open(self, *, threads: int | None) -> Model:
        """Raises: ModelDamagedError where what arrived is not what was sent."""
        if _sha256(self.folder) == self.sha256:
            return models.load(self.folder, threads=threads)
        with tempfile.TemporaryDirectory(prefix="stance-model-", ignore_cleanup_errors=True) as folder:
            for name, content in self.files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            model = models.load(Path(folder), threads=threads)
        if model.sha256 != self.sha256:
            raise ModelDamagedError("another model than the one that was sent has arrived")
        return model


def packed(model: Model) -> Parcel:
    names = (*model.manifest["files"], models.MANIFEST)
    folder = model.folder.absolute()
    return Parcel(folder, model.sha256, {name: (folder / name).read_bytes() for name in names})


def _sha256(folder: Path) -> str | None:
    try:
        return sha256_json(json.loads((folder / models.MANIFEST).read_bytes()))
    except (OSError, ValueError):
        return None
