"""The folder of a trained model: everything beside the weights, and its place on disk."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import ConfigError, StanceError
from pipeline.core.fingerprints import sha256_json
from pipeline.corpus.silver import TRAINED_ON
from pipeline.jobs import model_card
from pipeline.labeling import model as models
from pipeline.profiles.error import FILE_NAME as PROFILE_ERROR
from pipeline.profiles.error import ClassifierError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.jobs.held_out import Judged


@dataclass(frozen=True, slots=True)
class Identity:
    """`training` says how the model came about; its hash is the model's version."""

    name: str
    labeller: str
    training: Mapping[str, Any]


def seal(
    folder: Path,
    judged: Judged,
    book: Codebook,
    *,
    gold_sha256: str,
    learned_from: Sequence[str],
    card: str,
    identity: Identity,
) -> dict[str, Any]:
    """Writes decisions, the record of the model's error, card and, over all of them, the manifest, which is returned.

    `learned_from`: SHA-256 of every text that the model has seen.
    """
    _write_json(folder / models.DECISIONS, {name: d.as_json() for name, d in judged.decisions.items()})
    _write_json(folder / TRAINED_ON, list(learned_from))
    error = json.dumps(_error(judged, book, gold_sha256).as_json(), separators=(",", ":"))
    (folder / PROFILE_ERROR).write_text(error + "\n", encoding="utf-8")
    (folder / model_card.FILE).write_text(card, encoding="utf-8")
    return models.seal(
        folder,
        name=identity.name,
        version=sha256_json(identity.training)[:12],
        labeller=identity.labeller,
        codebook=book,
        training=dict(identity.training),
    )


def _error(judged: Judged, book: Codebook, gold_sha256: str) -> ClassifierError:
    said = judged.predictions(book)
    return ClassifierError.from_predictions(
        book,
        articles=said.articles,
        gold={task.name: judged.targets[:, book.slices()[task.name]] for task in book.tasks},
        predicted=said.chosen,
        p=said.probabilities,
        gold_sha256=gold_sha256,
    )


def check_free(out: Path) -> None:
    """Raises: ConfigError where something else than a model would be overwritten."""
    is_model = (out / models.MANIFEST).is_file()
    if out.exists() and not is_model and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(["expected a new folder, an empty one, or one that holds a model"], where=str(out))


def keep(model: Path, out: Path) -> None:
    """A copy of the finished model, in place of an older one; under its name neither is ever there in part."""
    out = out.resolve()
    partial, former = (out.with_name(f"{out.name}.{state}") for state in ("partial", "former"))
    try:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(model, partial)
        shutil.rmtree(former, ignore_errors=True)
        if out.exists():
            out.rename(former)
        partial.rename(out)
        shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        raise StanceError(f"cannot write the model: {error.strerror or error}", where=str(out)) from error


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
