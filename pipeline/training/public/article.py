"""What every reader of a public set gives: articles with the set's own labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pipeline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    Labels = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class PublicSentence:
    """`labels` in the set's own words; None for a sentence that is only context, such as a title."""

    start: int
    end: int
    labels: Labels


@dataclass(frozen=True, slots=True)
class PublicArticle:
    """`name` is unique within the set."""

    name: str
    text: str
    sentences: tuple[PublicSentence, ...]


class PublicReader(Protocol):
    """`labels`: the set's own that are known; another one is an error of the file."""

    def __init__(self, labels: Collection[str]) -> None: ...

    def articles(self, path: Path) -> Iterator[PublicArticle]:
        """Raises: InvalidInputError for a file that has not the set's form."""
        ...


def joined(name: str, sentences: Iterable[tuple[str, Labels]]) -> PublicArticle:
    """An article of sentences, a line each; empty ones are left out."""
    lines, placed, at = [], [], 0
    for given, labels in sentences:
        if line := " ".join(given.split()):
            lines.append(line)
            placed.append(PublicSentence(at, at + len(line), labels))
            at += len(line) + 1
    return PublicArticle(name, "\n".join(lines), tuple(placed))


def files(path: Path, *suffixes: str) -> list[Path]:
    """The file, or those of a folder that end so, each with a stem of its own: articles are named after it.

    Raises: InvalidInputError where there is none, or two have one stem.
    """
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in suffixes)
    if not found:
        problem = f"no {' or '.join(suffixes)} file in it" if path.is_dir() else "no such file or folder"
        raise InvalidInputError(problem, where=str(path), remedy="give the place of the set at train.public")
    seen: dict[str, Path] = {}
    for file in found:
        if (other := seen.setdefault(file.stem, file)) != file:
            raise InvalidInputError(
                f"the same name as {other}", where=str(file), remedy="give one of them, or rename one"
            )
    return found
