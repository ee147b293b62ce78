"""Sources of op-eds written for this project: a readable file that fixes sentences and roles by construction.

A source is front matter between `---` lines, then one line per sentence. A blank line ends a paragraph; `# ` opens the
title, `> ` the subtitle, `## ` a subheading, and `@kind text` is furniture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from pipeline.core.errors import InvalidInputError, Refusal, StanceError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Role = Literal["body", "headline", "furniture"]
FRONT_MATTER = ("id", "title", "author", "outlet", "date", "register", "lean", "topic")
LEANS = ("hawkish", "conciliatory", "mixed", "analytical", "touching")
FURNITURE = (
    *("masthead", "nav", "byline", "dateline", "caption", "credit", "advert", "newsletter", "follow"),
    *("promo", "pullquote", "bio", "boilerplate", "comments", "share", "speaker"),
)
HEADLINES = {"# ": "title", "> ": "subtitle", "## ": "subhead"}
MAX_LINE_CHARS = 2_000
FENCE = "---"
REMEDY = "mend the line and build again"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines that stands together on the page: a paragraph's sentences, or one line of any other kind."""

    kind: str  # paragraph, title, subtitle, subhead, or a kind of furniture
    lines: tuple[str, ...]

    @property
    def role(self) -> Role:
        if self.kind == "paragraph":
            return "body"
        return "headline" if self.kind in HEADLINES.values() else "furniture"


@dataclass(frozen=True, slots=True)
class Source:
    """An op-ed as its writer made it."""

    id: str
    title: str
    author: str
    outlet: str
    date: str
    register: str
    lean: str
    topic: str
    blocks: tuple[Block, ...]

    @property
    def n_body(self) -> int:
        return sum(len(block.lines) for block in self.blocks if block.role == "body")


def read_all(folder: Path) -> tuple[tuple[Source, ...], tuple[Refusal, ...]]:
    """Every `*.oped` of a folder in the order of names, and what was refused with file and line."""
    sources, refusals = [], []
    for path in sorted(folder.glob("*.oped")):
        try:
            sources.append(read(path))
        except StanceError as error:
            place, _, line = (error.where or str(path)).rpartition(":")
            refusals.append(Refusal(place, "malformed source", error.problem, REMEDY, int(line)))
    return tuple(sources), tuple(refusals)


def read(path: Path) -> Source:
    """Raises: InvalidInputError with file and line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"not UTF-8 at byte {error.start}", where=f"{path}:1") from error
    lines = text.split("\n")
    fields, after = _front_matter(path, lines)
    blocks = _blocks(path, lines, after)
    titles = [block.lines[0] for block in blocks if block.kind == "title"]
    if [title.casefold() for title in titles] != [fields["title"].casefold()]:  # some outlets print capitals
        raise InvalidInputError(
            f"the front matter's title is {fields['title']!r}, the text's `# ` lines are {titles}", where=f"{path}:1"
        )
    if not any(block.role == "body" for block in blocks):
        raise InvalidInputError("no body sentence", where=f"{path}:{len(lines)}")
    return Source(**fields, blocks=blocks)


def _front_matter(path: Path, lines: list[str]) -> tuple[dict[str, str], int]:
    if lines[0].strip() != FENCE:
        raise InvalidInputError(f"expected {FENCE!r}, found {lines[0][:40]!r}", where=f"{path}:1")
    fields: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 2):
        where = f"{path}:{number}"
        if line.strip() == FENCE:
            _check_front_matter(path, fields, where)
            return fields, number
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in FRONT_MATTER:
            raise InvalidInputError(unknown_name("front matter key", key.strip(), FRONT_MATTER), where=where)
        if key.strip() in fields:
            raise InvalidInputError(f"{key.strip()} stands twice", where=where)
        fields[key.strip()] = _one_space(value).strip("\"'") if value.strip()[:1] in "\"'" else _one_space(value)
    raise InvalidInputError(f"front matter without closing {FENCE!r}", where=f"{path}:{len(lines)}")


def _check_front_matter(path: Path, fields: dict[str, str], where: str) -> None:
    if missing := [key for key in FRONT_MATTER if not fields.get(key)]:
        raise InvalidInputError(f"no value for {', '.join(missing)}", where=where)
    if fields["id"] != path.stem:
        raise InvalidInputError(f"id {fields['id']!r} is not the file's name {path.stem!r}", where=where)
    if fields["lean"] not in LEANS:
        raise InvalidInputError(unknown_name("lean", fields["lean"], LEANS), where=where)
    try:
        date.fromisoformat(fields["date"])
    except ValueError as error:
        raise InvalidInputError(f"date {fields['date']!r} is not a day as YYYY-MM-DD", where=where) from error


def _blocks(path: Path, lines: list[str], after: int) -> tuple[Block, ...]:
    blocks: list[Block] = []
    paragraph: list[str] = []
    for number, line in enumerate([*lines[after:], ""], after + 1):
        block = _marked(line, f"{path}:{number}")
        sentence = _one_space(line)
        if sentence and block is None:
            paragraph.append(sentence)
        elif paragraph:
            blocks.append(Block("paragraph", tuple(paragraph)))
            paragraph = []
        if block is not None:
            blocks.append(block)
    return tuple(blocks)


def _marked(line: str, where: str) -> Block | None:
    if len(line) > MAX_LINE_CHARS:
        raise InvalidInputError(f"line of {len(line)} characters; one sentence a line", where=where)
    if line.startswith("@"):
        kind, _, text = line[1:].partition(" ")
        if kind not in FURNITURE:
            raise InvalidInputError(unknown_name("kind of furniture", kind, FURNITURE), where=where)
        return Block(kind, (_filled(text, f"@{kind}", where),))
    for mark, kind in HEADLINES.items():
        if line.startswith(mark):
            return Block(kind, (_filled(line[len(mark) :], mark.strip(), where),))
    if line.startswith(("#", ">")):
        raise InvalidInputError(f"a mark without a space after it: {line[:40]!r}", where=where)
    return None


def _filled(text: str, mark: str, where: str) -> str:
    if not text.strip():
        raise InvalidInputError(f"{mark} without text", where=where)
    return _one_space(text)


def _one_space(text: str) -> str:
    """No-break spaces stay: real pages have them."""
    return re.sub(r"[ \t\r]+", " ", text).strip(" ")


def n_sentences(sources: Iterable[Source]) -> int:
    return sum(len(block.lines) for source in sources for block in source.blocks)
