"""The codebook: which labels there are and what they mean. Tasks are data, not code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.core import yaml_text
from pipeline.core.errors import ConfigError, first, short, unknown_name
from pipeline.core.fingerprints import sha256_bytes
from pipeline.core.places import NAME, is_file, shipped

SUFFIXES = frozenset({".yaml", ".yml"})
TaskKind = Literal["single", "ordinal", "multi"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Entry):
    """One value of a task with its definition; `marks`, `not_when`, `classical_names` as the codebook has them."""

    value: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    definition: str = Field(min_length=1)
    marks: str = ""
    not_when: str = ""
    classical_names: str = ""


class Poles(_Entry):
    """The two labels whose difference of shares is the net value, +1 all positive, -1 all negative."""

    positive: str
    negative: str


class Task(_Entry):
    """A question asked of each sentence. Labels of an `ordinal` task stand in the codebook from most to least."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: TaskKind
    labels: tuple[Label, ...] = Field(min_length=1)
    heading: str = ""
    intro: str = ""
    rules: str = ""
    poles: Poles | None = None

    @cached_property
    def values(self) -> tuple[str, ...]:
        return tuple(label.value for label in self.labels)

    @model_validator(mode="after")
    def _labels_make_sense(self) -> Task:
        if len(set(self.values)) < len(self.values):
            raise ValueError(f"task {self.name!r} has a label twice: {', '.join(self.values)}")
        if self.kind != "multi" and len(self.labels) < 2:
            raise ValueError(f"task {self.name!r} is {self.kind} and needs two labels or more")
        if self.poles:
            for pole in (self.poles.positive, self.poles.negative):
                if pole not in self.values:
                    raise ValueError(unknown_name("label", pole, self.values, where=f"tasks.{self.name}.poles"))
        return self


class _ValueList(_Entry):
    values: tuple[Label, ...] = Field(min_length=1)
    intro: str = ""
    rules: str = ""


class _Document(_Entry):
    format: Literal[1]  # raise it when a key changes its meaning; then keep a reader for the old number
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^[0-9]+\.[0-9]+$")
    title: str
    target: str
    preamble: str = ""
    roles: _ValueList
    voices: _ValueList
    tasks: tuple[Task, ...] = Field(min_length=1)
    coding: str = ""

    @model_validator(mode="after")
    def _task_names_are_free(self) -> _Document:
        names = [task.name for task in self.tasks]
        if len(set(names)) < len(names):
            raise ValueError(f"a task name stands twice: {', '.join(names)}")
        if taken := RESERVED_TASK_NAMES & set(names):
            raise ValueError(f"task name {sorted(taken)[0]!r} is a column of every sentence table; choose another")
        columns = Counter([*names, *(column for task in self.tasks for column in _own_columns(task))])
        if twice := [column for column, n in columns.items() if n > 1]:
            raise ValueError(f"two tasks or labels would share the column {twice[0]!r}; rename one")
        return self


RESERVED_TASK_NAMES = frozenset(
    (  # noqa: SIM905
        "article n start end text role rule voice speaker evidence abstained source title author outlet date "
        "text_sha256 model model_version model_sha256 config_sha256 codebook codebook_sha256 package_version"
    ).split()
)


def _own_columns(task: Task) -> list[str]:
    """Columns that a task adds to the sentence table beside its own name; see `schemas.judgement`."""
    return [f"evidence_{task.name}", *(f"p_{task.name}_{value}" for value in task.values)]


@dataclass(frozen=True, slots=True)
class Codebook:
    """A validated codebook. `sha256` is that of its file's bytes: it is the version that rows cite."""

    name: str
    version: str
    sha256: str
    target: str
    roles: tuple[str, ...]
    voices: tuple[str, ...]
    tasks: tuple[Task, ...]
    source: bytes = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        return f"{self.name} {self.version}"

    def task(self, name: str) -> Task:
        for task in self.tasks:
            if task.name == name:
                return task
        raise ConfigError([unknown_name("task", name, (task.name for task in self.tasks))])

    @property
    def main_task(self) -> Task:
        """What the codebook is about: the first task with poles, else the first."""
        return next((task for task in self.tasks if task.poles), self.tasks[0])

    def columns(self) -> tuple[tuple[str, str], ...]:
        """(task, label) of every label in codebook order: the order of logits everywhere."""
        return tuple((task.name, value) for task in self.tasks for value in task.values)

    def slices(self) -> dict[str, slice]:
        """Where each task's labels stand among the columns."""
        spans, at = {}, 0
        for task in self.tasks:
            spans[task.name] = slice(at, at + len(task.labels))
            at += len(task.labels)
        return spans


def parse(content: bytes, *, where: str) -> Codebook:
    """Raises: ConfigError that lists every problem of the file."""
    try:
        document = _Document.model_validate(yaml_text.parse(content))
    except yaml_text.NotYamlError as error:
        raise ConfigError([f"not YAML: {error}"], where=where) from error
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        problems = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in found]
        raise ConfigError(first(problems), where=where) from error
    return Codebook(
        name=document.name,
        version=document.version,
        sha256=sha256_bytes(content),
        target=document.target,
        roles=tuple(label.value for label in document.roles.values),
        voices=tuple(label.value for label in document.voices.values),
        tasks=document.tasks,
        source=content,
    )


@cache
def load(reference: str = "russia-1.0") -> Codebook:
    """A shipped codebook by name (`russia-1.0`) or any by path (`mine.yaml`)."""
    path = Path(reference)
    if path.suffix not in SUFFIXES:
        folder = shipped("data/codebook")
        path = folder / f"{reference}.yaml"
        if not (NAME.fullmatch(reference) and is_file(path)):
            known = (p.stem for p in folder.glob("*.yaml"))
            raise ConfigError([unknown_name("codebook", reference, known) + " or give the path of a .yaml file"])
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError([f"codebook cannot be read: {told}"], where=short(str(path))) from error
    return parse(content, where=str(path))
