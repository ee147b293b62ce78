"""What most jobs begin with: the store, the model behind a reference, and the record of the model's error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.corpus.silver import TRAINED_ON
from pipeline.labeling import model as models
from pipeline.labeling.rows import Identity, identity
from pipeline.profiles.error import FILE_NAME as PROFILE_ERROR
from pipeline.profiles.error import ClassifierError
from pipeline.tracking import references

if TYPE_CHECKING:
    from pipeline.core.config import Config
    from pipeline.labeling.model import Model
    from pipeline.tracking.runs import Run
    from pipeline.tracking.store import Opening


@dataclass(frozen=True, slots=True)
class OpenModel:
    """`error` is None where the model ships no record of its error; profiles then say so.

    `trained_on`: SHA-256 of the texts that the model learned from.
    """

    model: Model
    identity: Identity
    error: ClassifierError | None
    trained_on: frozenset[str]


def open_model(config: Config, opening: Opening, run: Run | None = None) -> OpenModel:
    """The model that the configuration names, verified. Raises: ModelNotFoundError, ModelDamagedError."""
    found = references.resolve(config.label.model, opening, verify=models.verify)
    model = models.load(found.folder, threads=config.label.threads)
    record = found.folder / PROFILE_ERROR
    error = None
    if record.is_file():
        error = ClassifierError.from_json(json.loads(record.read_text(encoding="utf-8")), where=str(record))
    if run is not None:
        run.tags(
            {"stance.model": found.name, "stance.model_version": found.version, "stance.model_sha256": found.sha256}
        )
    learned = found.folder / TRAINED_ON
    trained_on = frozenset(json.loads(learned.read_text(encoding="utf-8"))) if learned.is_file() else frozenset()
    return OpenModel(model, identity(model, config, name=found.name, version=found.version), error, trained_on)
