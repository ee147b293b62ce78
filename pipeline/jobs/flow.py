"""The datum's path as a list of stages, built from the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.core import registry
from pipeline.core.config_files import options_of
from pipeline.core.errors import ConfigError
from pipeline.labeling.stage import LabelStage

if TYPE_CHECKING:
    from pipeline.core.config import Config, Part
    from pipeline.engines.contract import Stage
    from pipeline.labeling.model import Model


def reading_stages(config: Config) -> list[Stage]:
    """From text to attributed sentences."""
    parts = (("clean", config.clean), ("segment", config.segment), ("attribute", config.attribute))
    return [_built(part, where) for where, part in parts]


def stages(config: Config, model: Model) -> list[Stage]:
    """From text to judgements. Raises: ConfigError where configuration and model speak of different codebooks."""
    return [*reading_stages(config), LabelStage(model, abstain=config.label.abstain)]


def check_voices(config: Config, model: Model) -> None:
    """Raises: ConfigError where the profile counts a voice that the model's codebook does not know."""
    unknown = [voice for voice in config.profile.voices if voice not in model.codebook.voices]
    if unknown:
        raise ConfigError(
            [f"profile.voices: {unknown[0]!r} is no voice of codebook {model.codebook.id}"], where=str(model.folder)
        )


def _built(part: Part, where: str) -> Stage:
    kind = registry.load(part.category, part.kind, where=f"{where}.kind")
    stage: Stage = kind(options_of(part, where=where))
    return stage
