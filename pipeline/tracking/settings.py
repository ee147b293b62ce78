"""A job's settings as MLflow takes them: short scalars as params, the whole as an artifact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.core.config_files import as_yaml
from pipeline.core.fingerprints import sha256_text
from pipeline.tracking.addresses import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.core.config import Config

MAX_PARAM_CHARS = 6_000  # MLflow cuts longer values with only a warning
NOT_PARAMS = ("tracking", "output", "paths_as_written")  # where things lie says nothing about results


def params(config: Config) -> dict[str, str]:
    """Every setting that bears on results, by its path: `read.max_file_mb`."""
    values = config.model_dump(mode="json", exclude=set(NOT_PARAMS))
    return {name: param_text(value) for name, value in _flat(values)}


def param_text(value: Any) -> str:
    """A value as MLflow can keep it; a text over the limit is named by its hash."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) < MAX_PARAM_CHARS:
        return text
    return f"sha256:{sha256_text(text)} ({len(text)} characters)"


def document(config: Config) -> str:
    """The resolved settings as YAML, without the password of a tracking server."""
    uri = config.tracking.uri
    if uri:
        tracking = config.tracking.model_copy(update={"uri": shown(uri)})
        config = config.model_copy(update={"tracking": tracking})
    return as_yaml(config)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
