"""Registered models on this machine: fetched once, kept by their hash, checked at every use."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import ModelDamagedError, ModelNotFoundError, StanceError
from pipeline.core.fingerprints import sha256_json
from pipeline.tracking.store import as_current, telling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.tracking.references import Verify
    from pipeline.tracking.registry import ModelVersion
    from pipeline.tracking.store import Store

CACHE_VARIABLE = "STANCE_CACHE"
MODEL_ARTIFACT = "artifacts/model"  # where MLflow's pyfunc keeps our folder inside its own


def cache_folder() -> Path:
    """Where fetched models are kept: `STANCE_CACHE`, else the user's cache folder."""
    given = os.environ.get(CACHE_VARIABLE)
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(given) if given else (Path(base) if base else Path.home() / ".cache") / "stance"


def fetch(store: Store, version: ModelVersion, *, verify: Verify, cache: Path) -> tuple[Path, Mapping[str, Any]]:
    """The version's folder and manifest. Raises: ModelDamagedError where it is not what was registered."""
    if not version.sha256:
        raise ModelDamagedError(
            "this version was not registered by this package: it carries no hash",
            where=version.uri,
            remedy="register the model's folder again with `stance train`, or give the folder itself",
        )
    folder = cache / "models" / version.sha256
    if folder.is_dir():
        try:
            return folder, _checked(folder, version, verify)
        except StanceError:
            shutil.rmtree(folder)  # a copy was changed; the registered files may be well
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as temporary:
        got = _downloaded(store, version, Path(temporary))
        manifest = _checked(got, version, verify)
        try:
            got.replace(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first, with the same checked files
                raise
    return folder, manifest


def _downloaded(store: Store, version: ModelVersion, folder: Path) -> Path:
    import mlflow.artifacts

    with telling(f"fetch {version.uri}", store.address), as_current(store):
        return Path(
            mlflow.artifacts.download_artifacts(
                f"{version.uri}/{MODEL_ARTIFACT}",
                dst_path=str(folder),
                tracking_uri=store.uri,
                registry_uri=store.uri,
            )
        )


def _checked(folder: Path, version: ModelVersion, verify: Verify) -> Mapping[str, Any]:
    """The manifest vouches for the files, and the registry for the manifest."""
    try:
        manifest = verify(folder)
    except ModelNotFoundError as error:
        raise ModelDamagedError("the registered files hold no model", where=version.uri) from error
    if sha256_json(manifest) != version.sha256:
        raise ModelDamagedError(
            "the model's manifest is not the one that was registered",
            where=version.uri,
            remedy="somebody changed the stored files: use another version, or register the model again",
        )
    return manifest
