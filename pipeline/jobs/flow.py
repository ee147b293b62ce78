"""The datum's path as a list of stages, built from the configuration."""

from __future__ import annotations

import functools
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__, labeling
from pipeline.core import registry
from pipeline.core.config import Tracking
from pipeline.core.config_files import options_of
from pipeline.core.errors import ConfigError
from pipeline.core.fingerprints import sha256_file, sha256_json
from pipeline.labeling.cached_stage import FORMAT, CachedLabelStage
from pipeline.labeling.kept_judgements import KeptJudgements
from pipeline.labeling.parcel import Parcel, packed
from pipeline.labeling.stage import LabelStage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.core.config import Config, Part
    from pipeline.engines.contract import Stage
    from pipeline.labeling.model import Model


@dataclass(frozen=True, slots=True)
class Flow:
    """The stages of a run; see `engines.contract.Work`."""

    config: Config
    model: Model

    def here(self) -> Sequence[Stage]:
        return cached_stages(self.config, self.model)

    def elsewhere(self) -> Callable[[], Sequence[Stage]]:
        cache = self.config.cache
        if cache.folder:  # meant from this process's working folder
            cache = cache.model_copy(update={"folder": str(Path(cache.folder).absolute())})
        off = Tracking(is_on=False)  # a worker logs nothing, and the store's address may hold a password
        return SentFlow(self.config.model_copy(update={"cache": cache, "tracking": off}), packed(self.model))


@dataclass(frozen=True, slots=True)
class SentFlow:
    """A `Flow` for a worker, which shares its machine with others: it takes one core unless `label.threads` is set."""

    config: Config
    parcel: Parcel

    def __call__(self) -> Sequence[Stage]:
        label = self.config.label
        model = self.parcel.open(threads=label.threads or 1)
        return cached_stages(self.config, model)


def reading_stages(config: Config) -> list[Stage]:
    """From text to attributed sentences."""
    parts = (("clean", config.clean), ("segment", config.segment), ("attribute", config.attribute))
    return [_built(part, where) for where, part in parts]


def stages(config: Config, model: Model) -> list[Stage]:
    """From text to judgements. Raises: ConfigError where configuration and model speak of different codebooks."""
    return [*reading_stages(config), LabelStage(model, abstain=config.label.abstain)]


def cached_stages(config: Config, model: Model) -> list[Stage]:
    """As `stages`; articles that were judged before are not judged again, where the configuration allows it."""
    *reading, last = stages(config, model)
    if not config.cache.is_on or not isinstance(last, LabelStage):
        return [*reading, last]
    folder = Path(config.cache.folder) if config.cache.folder else _cache_folder()
    kept = KeptJudgements(folder / f"judgements-{FORMAT}.sqlite", max_bytes=int(config.cache.max_mb * 1e6))
    return [*reading, CachedLabelStage(last, kept, settings=_made_on())]


def _cache_folder() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("stance-pipeline", appauthor=False)


def _made_on() -> dict[str, Any]:
    """What may move a probability besides model and text, and be it the last digit: a home folder may be shared."""
    return {
        "package": __version__,
        "code": _code_sha256(),
        "runtime": metadata.version("openvino"),
        "tokenizer": metadata.version("tokenizers"),
        "processor": [platform.machine(), _processor()],
    }


def made_on_sha256() -> str:
    """Of code, runtime and processor: what they have left unfinished is taken up by the same alone."""
    return sha256_json(_made_on())


@functools.cache
def _code_sha256() -> str:
    """Of all that judges: while the package is worked on its rules change, and its version does not."""
    folder = Path(labeling.__file__).parent
    paths = sorted(folder.rglob("*.py"))
    return sha256_json({path.relative_to(folder).as_posix(): sha256_file(path) for path in paths})


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith("model name")), "")


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
