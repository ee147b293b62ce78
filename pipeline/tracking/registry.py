"""Model versions in MLflow's registry, and the three aliases: `candidate`, `champion`, `previous`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import ModelNotFoundError, TrackingError, unknown_name
from pipeline.core.fingerprints import sha256_json
from pipeline.tracking import packing
from pipeline.tracking.store import as_current, telling

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlflow.entities.model_registry import ModelVersion as Entity

    from pipeline.core.config import Config
    from pipeline.tracking.references import Verify
    from pipeline.tracking.runs import Run
    from pipeline.tracking.store import Store

CANDIDATE, CHAMPION, PREVIOUS = "candidate", "champion", "previous"
SHA256_TAG = "stance.model_sha256"
MAX_SHOWN = 1_000  # versions of a model


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A registered version. `sha256` is that of its manifest."""

    name: str
    version: str
    sha256: str
    aliases: tuple[str, ...]
    created_ms: int
    run_id: str | None
    model_id: str | None
    tags: Mapping[str, str]
    metrics: Mapping[str, float]

    @property
    def uri(self) -> str:
        return f"models:/{self.name}/{self.version}"


@dataclass(frozen=True, slots=True)
class Registration:
    """What is said of a new version. `config` says how texts are read and cut before this model labels them."""

    name: str
    config: Config
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def register(store: Store, run: Run, folder: Path, registration: Registration, *, verify: Verify) -> str:
    """Logs the folder as a pyfunc and registers it as `candidate`, and as `champion` where there is none.

    Returns the version's number. Raises: ModelDamagedError, TrackingError.
    """
    run_id = run.id
    if run_id is None:
        raise TrackingError("a model is registered from a run", remedy="set tracking.is_on=true")
    return _register(store, run_id, folder, registration, verify(folder))


def register_once(store: Store, run_id: str, folder: Path, registration: Registration, *, verify: Verify) -> str:
    """As `register`, from a run by its id; a version that this run has made of this model already is not made again."""
    manifest = verify(folder)
    with telling("list model versions", store.address):
        own = store.client.search_model_versions(f"run_id = '{run_id}'")
    same = [v for v in own if v.name == registration.name and v.tags.get(SHA256_TAG) == sha256_json(manifest)]
    return str(same[0].version) if same else _register(store, run_id, folder, registration, manifest)


def _register(store: Store, run_id: str, folder: Path, registration: Registration, manifest: Mapping[str, Any]) -> str:
    name = registration.name
    tags = {
        SHA256_TAG: sha256_json(manifest),
        "stance.labeller": str(manifest["labeller"]),
        "stance.codebook": str(manifest["codebook"]["id"]),
        "stance.codebook_sha256": str(manifest["codebook"]["sha256"]),
        "stance.config_sha256": registration.config.sha256,
        **registration.tags,
    }
    with telling("register the model", store.address):
        logged = packing.log(store, run_id, folder, registration, tags)
        _ensure(store, name)
        with as_current(store):
            created = store.client.create_model_version(
                name, source=logged.model_uri, run_id=run_id, model_id=logged.model_id, tags=tags
            )
        version = str(created.version)
        aliases = store.client.get_registered_model(name).aliases
        for alias in [CANDIDATE] if CHAMPION in aliases else [CANDIDATE, CHAMPION]:
            store.client.set_registered_model_alias(name, alias, version)
    return version


def promote(store: Store, name: str, version: str) -> ModelVersion:
    """Makes a version the champion; the champion until now is kept as `previous`. Raises: ModelNotFoundError."""
    promoted = find(store, name, version=version)
    with telling("move the alias", store.address):
        old = store.client.get_registered_model(name).aliases.get(CHAMPION)
        if str(old) == version:
            return promoted
        if old is not None:  # first, so that a kill in between loses nothing
            store.client.set_registered_model_alias(name, PREVIOUS, str(old))
        store.client.set_registered_model_alias(name, CHAMPION, version)
    return find(store, name, version=version)


def rollback(store: Store, name: str) -> ModelVersion:
    """Champion and previous change places, so that a rollback can itself be taken back. Raises: ModelNotFoundError."""
    return promote(store, name, find(store, name, alias=PREVIOUS).version)


def list_versions(store: Store, name: str | None = None) -> list[ModelVersion]:
    """Versions of one model, or of all, newest first. Raises: ModelNotFoundError."""
    with telling("list models", store.address):
        names = _names(store)
    if name is not None and name not in names:
        raise _unknown(store, name, names)
    with telling("list model versions", store.address):
        return [version for each in ([name] if name else names) for version in _versions(store, each)]


def show(store: Store, name: str, version: str) -> ModelVersion:
    """A version with its metrics. Raises: ModelNotFoundError."""
    return find(store, name, version=version)


def find(store: Store, name: str, *, version: str | None = None, alias: str | None = None) -> ModelVersion:
    """The version of a number or an alias. Raises: ModelNotFoundError with what there is and the near name."""
    from mlflow.exceptions import MlflowException

    with telling(f"look up the model {name!r}", store.address):
        try:
            aliases = store.client.get_registered_model(name).aliases
            number = str(aliases[alias]) if alias else str(version)
            return _read(store, store.client.get_model_version(name, number), aliases)
        except (MlflowException, KeyError) as error:
            if isinstance(error, MlflowException) and error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            raise _missing(store, name, version, alias) from error


def _missing(store: Store, name: str, version: str | None, alias: str | None) -> ModelNotFoundError:
    names = _names(store)
    if name not in names:
        return _unknown(store, name, names)
    versions = _versions(store, name)
    numbers = [v.version for v in reversed(versions)]
    aliases = sorted(a for v in versions for a in v.aliases)
    what = unknown_name("alias", alias, aliases) if alias else unknown_name("version", str(version), numbers)
    if alias:
        what += f"; versions: {', '.join(numbers) or 'none'}"
    return ModelNotFoundError(f"model {name!r}: {what}", where=store.address)


def _unknown(store: Store, name: str, names: list[str]) -> ModelNotFoundError:
    return ModelNotFoundError(
        unknown_name("registered model", name, names),
        where=store.address,
        remedy=None if names else "train one with `stance train`, or use 'default'",
    )


def _names(store: Store) -> list[str]:
    return sorted(model.name for model in store.client.search_registered_models(max_results=MAX_SHOWN))


def _versions(store: Store, name: str) -> list[ModelVersion]:
    aliases = store.client.get_registered_model(name).aliases
    found = store.client.search_model_versions(f"name = '{name}'", max_results=MAX_SHOWN)
    return sorted((_read(store, v, aliases) for v in found), key=lambda v: int(v.version), reverse=True)


def _read(store: Store, version: Entity, aliases: Mapping[str, str]) -> ModelVersion:
    # `model_id` is None on SQLite; the id stands in the source
    is_logged = version.source.startswith("models:/m-")
    model_id = version.source.removeprefix("models:/") if is_logged else None
    metrics = store.client.get_logged_model(model_id).metrics if model_id else None
    return ModelVersion(
        name=version.name,
        version=str(version.version),
        sha256=version.tags.get(SHA256_TAG, ""),
        aliases=tuple(sorted(alias for alias, at in aliases.items() if str(at) == str(version.version))),
        created_ms=version.creation_timestamp,
        run_id=version.run_id,
        model_id=model_id,
        tags=dict(version.tags),
        metrics={metric.key: metric.value for metric in metrics or []},
    )


def _ensure(store: Store, name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        store.client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
