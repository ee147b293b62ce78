"""A labelled set's passport, `card.yaml`: what it is, whence, how made, under which codebook, and its counts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.core import yaml_text
from pipeline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSentence

CARD = "card.yaml"
FORMAT = 1
"""Raise it when a key changes its meaning; then keep a reader for the old number."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Coders(_Entry):
    """`kind` is never guessed: whoever reads an agreement must know whether people coded."""

    kind: Literal["human", "language-model", "mixed", "unknown"] = "unknown"
    n: int | None = Field(default=None, ge=1)
    description: str = ""


class Alpha(_Entry):
    """Krippendorff's alpha with its interval; `positives` for one label of a multi-label task."""

    alpha: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    positives: int | None = None


class Counts(_Entry):
    articles: int = 0
    sentences: int = 0
    body: int = 0
    labels: dict[str, dict[str, int]] = {}


class Card(_Entry):
    """`sha256` is the set's version. A corrected set is a new one beside the old, named in `superseded_by`."""

    format: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(default="1.0", pattern=r"^[0-9]+\.[0-9]+$")
    title: str = ""
    origin: str = ""
    licence: str = ""
    how_made: str = ""
    coders: Coders = Coders()
    agreement: dict[str, Alpha] = {}
    counts: Counts = Counts()
    codebook: str
    codebook_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    superseded_by: str | None = None


def read(folder: Path) -> Card | None:
    """None where the set has no card. Raises: InvalidInputError that lists every problem."""
    path = folder / CARD
    if not path.is_file():
        return None
    try:
        return Card.model_validate(yaml_text.parse(path.read_bytes()))
    except yaml_text.NotYamlError as error:
        raise InvalidInputError(f"not YAML: {error}", where=str(path)) from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InvalidInputError(problems, where=str(path)) from error


def write(folder: Path, card: Card) -> None:
    content = yaml.safe_dump(card.model_dump(), sort_keys=False, allow_unicode=True, width=110)
    (folder / CARD).write_bytes(content.encode())


def set_name(folder: str) -> str:
    """A folder's name in the form that a card takes."""
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).lstrip("-0123456789").rstrip("-") or "set"


def renewed(folder: Path, codebook: Codebook, **computed: Any) -> Card:
    """The folder's card, or an empty one, with the computed fields replaced and the written ones kept."""
    card = read(folder) or Card(name=set_name(folder.name), codebook=codebook.id, codebook_sha256=codebook.sha256)
    fields = {**card.model_dump(), **computed, "codebook": codebook.id, "codebook_sha256": codebook.sha256}
    return Card.model_validate(fields)


def counts(articles: Iterable[Iterable[LabelledSentence]], codebook: Codebook) -> Counts:
    """Counts of sentences and of every label, those that never occur included."""
    per_article = [list(sentences) for sentences in articles]
    every = [sentence for sentences in per_article for sentence in sentences]
    body = [sentence for sentence in every if sentence.is_body]
    found = Counter((task, label) for s in body for task, labels in s.values.items() for label in labels)
    labels = {task.name: {label: found[task.name, label] for label in task.values} for task in codebook.tasks}
    voices = Counter(sentence.voice for sentence in body)
    return Counts(
        articles=len(per_article),
        sentences=len(every),
        body=len(body),
        labels={"voice": {voice: voices[voice] for voice in codebook.voices}, **labels},
    )
