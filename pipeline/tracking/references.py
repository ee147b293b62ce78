"""From what a user writes for a model to an intact folder on this machine, and the version that rows cite."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import ModelNotFoundError, short, unknown_name
from pipeline.core.fingerprints import sha256_json
from pipeline.core.places import is_file, shipped
from pipeline.tracking import fetched, registry
from pipeline.tracking.runs import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.tracking.store import Opening, Store

    Verify = Callable[[Path], Mapping[str, Any]]  # the manifest of an intact folder; or ModelDamagedError

DEFAULT = "default"
SCHEME = "models:/"
MANIFEST = "manifest.json"
NAME = r"[A-Za-z][A-Za-z0-9_-]*"
REGISTERED = re.compile(rf"(?P<name>{NAME})(?:/(?P<version>[1-9][0-9]*)|@(?P<alias>{NAME}))")
RESERVED_ALIAS = re.compile(r"latest|v[0-9]+", re.IGNORECASE)  # MLflow gives them a meaning of its own
EXPECTED = "give 'default', a model's folder, 'models:/NAME/3' or 'models:/NAME@champion'"


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model that is here and intact. `alias` is what it was asked for by; `version` never is an alias."""

    name: str
    version: str
    sha256: str
    folder: Path
    alias: str | None = None


def resolve(reference: str, store: Store | Opening, *, verify: Verify, cache: Path | None = None) -> ModelReference:
    """The model behind a reference. Only a registered one touches the store; an alias becomes a number here, once.

    Raises: ModelNotFoundError, ModelDamagedError, TrackingError.
    """
    if reference.startswith(SCHEME):
        name, version, alias = parse(reference)
        found = registry.find(opened(store), name, version=version, alias=alias)
        folder, manifest = fetched.fetch(opened(store), found, verify=verify, cache=cache or fetched.cache_folder())
        return ModelReference(name, found.version, sha256_json(manifest), folder, alias)
    folder = shipped("models/default") if reference == DEFAULT else Path(reference)
    if not is_file(folder / MANIFEST):
        raise _nothing_at(reference, folder)
    manifest = verify(folder)
    name = DEFAULT if reference == DEFAULT else str(manifest["name"])
    return ModelReference(name, str(manifest["version"]), sha256_json(manifest), folder)


def parse(reference: str) -> tuple[str, str | None, str | None]:
    """Name, version and alias of a `models:/` reference. Raises: ModelNotFoundError."""
    match = REGISTERED.fullmatch(reference.removeprefix(SCHEME))
    if match is None:
        raise ModelNotFoundError(f"not a reference to a registered model: {reference!r}", remedy=EXPECTED)
    name, version, alias = match["name"], match["version"], match["alias"]
    if alias and RESERVED_ALIAS.fullmatch(alias):
        raise ModelNotFoundError(
            f"{alias!r} is no alias that can be trusted to stay: {reference!r}",
            remedy=f"name the version, as in '{SCHEME}{name}/3', or an alias, as in '{SCHEME}{name}@champion'",
        )
    return name, version, alias


def _nothing_at(reference: str, folder: Path) -> ModelNotFoundError:
    if reference == DEFAULT:
        return ModelNotFoundError("the shipped model is missing", where=str(folder), remedy="install the package again")
    if os.path.isdir(folder):  # noqa: PTH112 (Path.is_dir raises for a name that is too long)
        return ModelNotFoundError(f"this folder holds no {MANIFEST}", where=str(folder), remedy=EXPECTED)
    if re.fullmatch(NAME, reference):
        known = unknown_name("model", reference, [DEFAULT])
        return ModelNotFoundError(
            known, remedy=f"a registered model is written '{SCHEME}{reference}@champion' or '{SCHEME}{reference}/3'"
        )
    return ModelNotFoundError(f"no model at {short(reference)!r}", remedy=EXPECTED)
