"""A model on disk: a folder of safetensors, runtime files and JSON, with a manifest that vouches for every file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.core import codebook as codebooks
from pipeline.core import registry
from pipeline.core.errors import ModelDamagedError, ModelNotFoundError, StanceError
from pipeline.core.fingerprints import sha256_file, sha256_json
from pipeline.labeling.calibration import TaskCalibration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.core.codebook import Codebook
    from pipeline.labeling.scores import Labeller

FORMAT = 1
"""Raise it when the meaning of a file or key changes; keep the reader of the old number and a fixture of it."""

MANIFEST = "manifest.json"
SEAL = "seal"  # SHA-256 of everything else in the manifest; the first models have none
CODEBOOK = "codebook.yaml"
DECISIONS = "decisions.json"
ALLOWED_SUFFIXES = frozenset({".json", ".yaml", ".md", ".safetensors", ".xml", ".bin"})  # nothing that runs code
MEMBERS = frozenset({"format", "name", "version", "labeller", "codebook", "package_version", "training", "files"})


@dataclass(frozen=True, slots=True)
class Model:
    """A verified model, ready to score. `sha256` is the identity that every row cites."""

    name: str
    version: str
    sha256: str
    folder: Path
    codebook: Codebook
    labeller: Labeller
    decisions: Mapping[str, TaskCalibration]
    manifest: Mapping[str, Any]


def load(folder: Path, *, threads: int | None = None) -> Model:
    """Verifies every file, then opens the model. Raises: ModelNotFoundError, ModelDamagedError."""
    manifest = verify(folder)
    book = codebooks.parse((folder / CODEBOOK).read_bytes(), where=str(folder / CODEBOOK))
    decisions = json.loads((folder / DECISIONS).read_text(encoding="utf-8"))
    kind = registry.load("labeller", manifest["labeller"], where=f"{folder / MANIFEST}: labeller")
    try:
        labeller = kind.open(folder, threads=threads)
    except (StanceError, ImportError):
        raise
    except Exception as error:  # each runtime has kinds of errors of its own; their text may run to pages
        raise ModelDamagedError(f"the model cannot be opened: {type(error).__name__}", where=str(folder)) from error
    return Model(
        name=manifest["name"],
        version=str(manifest["version"]),
        sha256=sha256_json(manifest),
        folder=folder,
        codebook=book,
        labeller=labeller,
        decisions={task.name: TaskCalibration.from_json(decisions[task.name]) for task in book.tasks},
        manifest=manifest,
    )


def verify(folder: Path) -> dict[str, Any]:
    """The manifest, after every byte that it lists was found unchanged and nothing else lies in the folder."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelNotFoundError("no model here", where=str(folder), remedy=f"expected a folder that holds {MANIFEST}")
    manifest = _manifest(path)
    listed = manifest["files"]
    entries = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*")}
    present = {name for name, entry in entries.items() if entry.is_file()} - {MANIFEST}
    damage = [
        *(f"{name} is a link" for name, entry in sorted(entries.items()) if entry.is_symlink()),
        *(f"{name} is missing" for name in sorted(set(listed) - present)),
        *(f"{name} is not in the manifest" for name in sorted(present - set(listed))),
        *(
            f"{name} was changed"
            for name in sorted(present & set(listed))
            if not _is_intact(folder / name, listed[name])
        ),
    ]
    if damage:
        raise ModelDamagedError(
            f"the model's files are not those of its manifest: {'; '.join(damage)}",
            where=str(folder),
            remedy="fetch the model again, or train a new one; a changed model is never used",
        )
    return manifest


def seal(folder: Path, *, name: str, version: str, labeller: str, codebook: Codebook, training: Any) -> dict[str, Any]:
    """Writes codebook and manifest over the finished files of a folder; returns the manifest."""
    (folder / CODEBOOK).write_bytes(codebook.source)
    files = {
        p.relative_to(folder).as_posix(): {"sha256": sha256_file(p), "bytes": p.stat().st_size}
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != MANIFEST
    }
    manifest = {
        "format": FORMAT,
        "name": name,
        "version": version,
        "labeller": labeller,
        "codebook": {"id": codebook.id, "sha256": codebook.sha256},
        "package_version": __version__,
        "training": training,
        "files": files,
    }
    manifest[SEAL] = sha256_json(manifest)
    (folder / MANIFEST).write_text(_written(manifest), encoding="utf-8")
    return verify(folder)


def _written(manifest: Mapping[str, Any]) -> str:
    """A manifest in the one form that it is written in, so that a changed byte between its values shows too."""
    return json.dumps(manifest, indent=1, sort_keys=True) + "\n"


def _manifest(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8")
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelDamagedError(f"the manifest is not JSON: {error}", where=str(path)) from error
    if not isinstance(manifest, dict) or not manifest.keys() >= MEMBERS or not _has_files(manifest["files"]):
        raise ModelDamagedError(f"the manifest must have {', '.join(sorted(MEMBERS))}", where=str(path))
    if manifest["format"] != FORMAT:
        raise ModelDamagedError(
            f"expected model format {FORMAT}, found {manifest['format']!r}",
            where=str(path),
            remedy="update the package, or train the model again with this one",
        )
    for name in (*manifest["files"], CODEBOOK, DECISIONS):
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or parts.suffix not in ALLOWED_SUFFIXES:
            raise ModelDamagedError(f"a model may not hold a file named {name!r}", where=str(path))
        if name not in manifest["files"]:
            raise ModelDamagedError(f"the manifest does not list {name}", where=str(path))
    rest = {key: value for key, value in manifest.items() if key != SEAL}
    if text != _written(manifest) or manifest.get(SEAL, sha256_json(rest)) != sha256_json(rest):
        raise ModelDamagedError("the manifest was changed", where=str(path), remedy="fetch the model again")
    return manifest


def _has_files(files: object) -> bool:
    """Whether it is a list of files with size and hash."""
    return isinstance(files, dict) and all(
        isinstance(f, dict) and {"bytes", "sha256"} <= f.keys() for f in files.values()
    )


def _is_intact(path: Path, listed: Mapping[str, Any]) -> bool:
    return bool(path.stat().st_size == listed["bytes"] and sha256_file(path) == listed["sha256"])
