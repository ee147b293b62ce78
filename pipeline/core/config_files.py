"""From YAML files and `--set a.b=c` to a checked `Config`; every problem is reported, each with its path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.core import codebook, registry, yaml_text
from pipeline.core.config import Config, Part
from pipeline.core.errors import ConfigError, first, short, unknown_name
from pipeline.core.places import NAME, exists, is_file, shipped
from pipeline.core.read_paths import change_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

WRITTEN = "paths_as_written"
OWN_NAMES = ("default", "minilm")  # of the shipped model and the packaged encoder
MAX_EXTENDS = 16  # files; a longer chain is a cycle


def load(
    reference: str | None = None, overrides: Sequence[str] = (), *, given: Mapping[str, Any] | None = None
) -> Config:
    """The settings of a file (a path, or the name of a shipped one such as `train`), with others laid over them.

    `given` holds values by dotted path; `overrides`, `a.b=c` as text, come last. Raises: ConfigError that lists
    every problem.
    """
    values = _read(reference) if reference else {}
    for path, value in (given or {}).items():
        values = _merged(values, _nested(path.split("."), value))
    for override in overrides:
        values = _merged(values, _parsed(override))
    return check(values, where=reference or "--set")


def check(values: Mapping[str, Any], *, where: str) -> Config:
    """A `Config` of plain values. Raises: ConfigError that lists every problem."""
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        told = [*(_told(e) for e in error.errors()), *_raw_part_problems(values)]
        raise ConfigError(first(told), where=where) from error
    problems = [*_part_problems(parts(config)), *_combination_problems(config)]
    if problems:
        raise ConfigError(first(problems), where=where)
    return config


def as_yaml(config: Config) -> str:
    """The resolved settings; reading them back gives the same `Config`."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _find(reference: str, beside: Path | None) -> Path:
    path = Path(reference)
    candidates = [*([beside.parent / reference] if beside else []), path]
    if NAME.fullmatch(reference) and not path.suffix:
        candidates.append(shipped("configs") / f"{reference}.yaml")
    for candidate in candidates:
        if is_file(candidate):
            return candidate
    known = sorted(p.stem for p in shipped("configs").glob("*.yaml"))
    raise ConfigError([unknown_name("configuration", reference, known) + " or give the path of a .yaml file"])


def _read(reference: str, beside: Path | None = None, depth: int = 0) -> dict[str, Any]:
    path = _find(reference, beside)
    if depth > MAX_EXTENDS:
        raise ConfigError([f"`extends` goes in a circle or deeper than {MAX_EXTENDS} files"], where=str(path))
    try:
        values = yaml_text.parse(path.read_text(encoding="utf-8-sig")) or {}
    except (yaml_text.NotYamlError, UnicodeDecodeError, OSError) as error:
        raise ConfigError([f"not readable as YAML: {error}"], where=str(path)) from error
    if not isinstance(values, dict):
        raise ConfigError([f"expected a mapping of settings, found {type(values).__name__}"], where=str(path))
    base = values.pop("extends", None)
    _place(values, path.parent)
    if base is None:
        return values
    if not isinstance(base, str):
        raise ConfigError([f"extends: expected one name or path, found {short(repr(base))}"], where=str(path))
    return _merged(_read(base, path, depth + 1), values)


def _place(values: dict[str, Any], folder: Path) -> None:
    """A path in a file is meant from that file's folder; where nothing lies there, from the working folder."""
    earlier = values.get(WRITTEN, {})
    written = dict(earlier) if isinstance(earlier, dict) else {}

    def placed(reference: str) -> str:
        path = str(folder / reference)
        if path == reference or _is_name(reference) or not exists(folder / reference):
            return reference
        written[path] = written.get(reference, reference)
        return path

    change_paths(values, placed)
    if written and isinstance(earlier, dict):
        values[WRITTEN] = written


def _is_name(reference: str) -> bool:
    """Of something shipped or registered: no path, whatever lies beside the file."""
    if not reference or reference in OWN_NAMES or ":" in reference:
        return True
    folders = (shipped("data") / reference, shipped("data/codebook") / f"{reference}.yaml")
    return NAME.fullmatch(reference) is not None and any(map(exists, folders))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and _is_same_part(old, value):
            value = _merged(old, value)
        result[key] = value
    return result


def _is_same_part(below: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    """Another kind of part does not inherit the options of the old kind. Options alone wait for a kind to be named."""
    return "kind" not in above or "kind" not in below or above["kind"] == below["kind"]


def _parsed(override: str) -> dict[str, Any]:
    path, equals, text = override.partition("=")
    keys = path.strip().split(".")
    if not equals or not all(keys):
        raise ConfigError([f"expected a.b=value, found {short(override)!r}"], where="--set")
    try:
        value = yaml_text.parse(text)
    except yaml_text.NotYamlError as error:
        raise ConfigError([f"{path}: {short(text)!r} is not a YAML value"], where="--set") from error
    return _nested(keys, value)


def _nested(keys: Sequence[str], value: Any) -> dict[str, Any]:
    nested = value
    for key in reversed(keys):
        nested = {key: nested}
    return dict(nested)


def _told(error: Any) -> str:
    """A pydantic error as `path: problem`, with choices and the near name."""
    path = ".".join(map(str, error["loc"])) or "file"
    if error["type"] == "extra_forbidden":
        *parents, key = error["loc"]
        section = _section_at(parents)
        known = section.model_fields if section else ()
        return unknown_name("key", str(key), known, where=path)
    found = error.get("input")
    shown = "" if isinstance(found, dict) or found is None else f", found {short(repr(found))}"
    return f"{path}: {error['msg']}{shown}"


def _section_at(path: Sequence[Any]) -> type[BaseModel] | None:
    section: type[BaseModel] = Config
    for key in path:
        field = section.model_fields.get(str(key))
        options = [field.annotation, *get_args(field.annotation)] if field else []
        inner = [o for o in options if isinstance(o, type) and issubclass(o, BaseModel)]
        if not inner:
            return None
        section = inner[0]
    return section


def parts(config: Config) -> Iterator[tuple[str, Part]]:
    """Every replaceable part with its path."""
    yield from (("clean", config.clean), ("segment", config.segment), ("attribute", config.attribute))
    yield "train.trainer", config.train.trainer
    yield from ((f"train.public.{i}", part) for i, part in enumerate(config.train.public))


def options_of(part: Part, *, where: str) -> Any:
    """The part's own checked options. Raises: ConfigError."""
    found = registry.load(part.category, part.kind, where=f"{where}.kind").Options
    try:
        return found.model_validate(part.options)
    except ValidationError as error:
        raise ConfigError(_option_problems(error, where, found.model_fields)) from error


def _option_problems(error: ValidationError, where: str, known: Mapping[str, Any]) -> list[str]:
    told = []
    for e in error.errors():
        path = ".".join([where, *map(str, e["loc"])])
        is_unknown = e["type"] == "extra_forbidden" and len(e["loc"]) == 1
        told.append(unknown_name("key", str(e["loc"][-1]), known, where=path) if is_unknown else f"{path}: {e['msg']}")
    return told


def _raw_part_problems(values: Mapping[str, Any]) -> Iterator[str]:
    """Problems of the parts where the rest of the file is wrong too, so that all are told at once."""
    for where, default in parts(Config()):
        raw: Any = values
        for key in where.split("."):
            raw = raw.get(key) if isinstance(raw, dict) else None
        if isinstance(raw, dict) and isinstance(raw.get("kind", ""), str):
            yield from _part_problems([(where, type(default).model_validate(raw))])


def _part_problems(found: Iterable[tuple[str, Part]]) -> Iterator[str]:
    for where, part in found:
        try:
            options_of(part, where=where)
        except ConfigError as error:
            yield from error.problems


def _combination_problems(config: Config) -> Iterator[str]:
    try:
        book = codebook.load(config.codebook)
    except ConfigError as error:
        yield from (f"codebook {short(config.codebook)!r}: {problem}" for problem in error.problems)
        return
    for voice in config.profile.voices:
        if voice not in book.voices:
            yield unknown_name("voice", voice, book.voices, where="profile.voices")
    if config.label.engine not in registry.ENGINES:
        yield unknown_name("engine", config.label.engine, registry.ENGINES, where="label.engine")
    if config.promote.task not in {None, *(task.name for task in book.tasks)}:
        yield unknown_name("task", str(config.promote.task), (t.name for t in book.tasks), where="promote.task")
    if config.compare.by and config.compare.permutations * config.compare.alpha < 1:
        yield (
            f"compare.permutations: {config.compare.permutations} permutations cannot show p under "
            f"compare.alpha {config.compare.alpha}; give at least {int(1 / config.compare.alpha) + 1}"
        )
