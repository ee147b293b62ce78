"""Sets a source as the plain text that a user would have, and says where each sentence came to stand."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.core.fingerprints import sha256_text

if TYPE_CHECKING:
    from pipeline.corpus.sources import Block, Role, Source

Style = Literal["blank", "wrapped", "tight"]
WRAPPED_SHARE = 1 / 6  # hard-wrapped lines, as in the Congressional Record and plain-text mails
TIGHT_SHARE = 1 / 12  # paragraphs on adjacent lines, as copied out of many pages
WRAP_COLUMNS = (72, 80)
SPEECH_INDENT = "  "  # the Congressional Record sets paragraphs so


@dataclass(frozen=True, slots=True)
class PlacedSentence:
    """A sentence of a set text. Units: `start`, `end` count characters, half-open."""

    n: int
    start: int
    end: int
    role: Role
    kind: str
    text: str  # as it stands in the file, line ends inside it included


@dataclass(frozen=True, slots=True)
class SetText:
    text: str
    style: Style
    sentences: tuple[PlacedSentence, ...]


def rng_for(article: str, purpose: str) -> np.random.Generator:
    """Drawn from the name, so that an op-ed added later changes no other one."""
    return np.random.default_rng(int(sha256_text(f"{purpose} {article}")[:16], 16))


def set_text(source: Source) -> SetText:
    rng = rng_for(source.id, "layout")
    draw, columns = rng.random(), int(rng.integers(WRAP_COLUMNS[0], WRAP_COLUMNS[1], endpoint=True))
    style: Style = "blank"
    if draw < WRAPPED_SHARE:
        style = "wrapped"
    elif draw < WRAPPED_SHARE + TIGHT_SHARE:
        style = "tight"
    indent = SPEECH_INDENT if style == "wrapped" and source.register == "floor speech" else ""
    text, spans = "", []
    for i, block in enumerate(source.blocks):
        if i:
            text += "\n" if style == "tight" else "\n\n"
        set_block = _set_block(block, columns if style == "wrapped" else None, indent)
        spans += _spans(block, len(text) + (len(set_block) - _width(block)))
        text += set_block
    text += "\n"
    sentences = (
        PlacedSentence(n, start, end, block.role, block.kind, text[start:end])
        for n, (start, end, block) in enumerate(spans)
    )
    return SetText(text, style, tuple(sentences))


def _set_block(block: Block, columns: int | None, indent: str) -> str:
    """Only spaces become line ends, so that every character keeps its place after the indent."""
    line = " ".join(block.lines)
    if columns is None:
        return line
    indent = indent if block.role == "body" else ""
    return "\n".join(
        textwrap.wrap(line, columns, initial_indent=indent, break_long_words=False, break_on_hyphens=False)
    )


def _width(block: Block) -> int:
    return len(" ".join(block.lines))


def _spans(block: Block, at: int) -> list[tuple[int, int, Block]]:
    spans = []
    for line in block.lines:
        spans.append((at, at + len(line), block))
        at += len(line) + 1
    return spans
