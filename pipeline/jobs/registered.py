"""Looking at registered models and going back to the previous champion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.tracking import references, registry
from pipeline.tracking.store import open_store

if TYPE_CHECKING:
    from pipeline.core.config import Config
    from pipeline.tracking.registry import ModelVersion


def versions(config: Config, name: str | None) -> list[ModelVersion]:
    return registry.list_versions(open_store(config.tracking), name)


def version(config: Config, reference: str) -> ModelVersion:
    """Raises: ModelNotFoundError."""
    name, number, alias = references.parse(reference)
    return registry.find(open_store(config.tracking), name, version=number, alias=alias)


def rollback(config: Config, name: str) -> ModelVersion:
    """Raises: ModelNotFoundError where there is no previous champion."""
    return registry.rollback(open_store(config.tracking), name)
