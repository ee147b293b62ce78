"""Sets a source as a saved web page that holds the same sentences."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from pipeline.corpus.layout import rng_for
from pipeline.corpus.skeletons import SKELETONS, Skeleton

if TYPE_CHECKING:
    import numpy as np

    from pipeline.corpus.sources import Block, Source

INLINE = ('<a href="/archive/{n}">{word}</a>', "<em>{word}</em>", "<strong>{word}</strong>", "<span>{word}</span>")
INLINE_SHARE = 0.12  # share of sentences in which a word is linked or set apart
MIN_LETTERS = 5  # a word worth linking
NAMED = {
    "\u2018": "&lsquo;",
    "\u2019": "&rsquo;",
    "\u201c": "&ldquo;",
    "\u201d": "&rdquo;",
    "\u2013": "&ndash;",
    "\u2014": "&mdash;",
    "\u2026": "&hellip;",
    "\u00a0": "&nbsp;",
    "\u00e9": "&eacute;",
}


def page(source: Source) -> str:
    rng = rng_for(source.id, "page")
    skeleton = SKELETONS[int(rng.integers(len(SKELETONS)))]
    first, last = _borders(source.blocks)
    parts = (source.blocks[:first], source.blocks[first : last + 1], source.blocks[last + 1 :])
    top, article, bottom = ("\n".join(_element(block, skeleton, rng) for block in part) for part in parts)
    title = _escape(source.title, skeleton)
    return skeleton.document.format(title=title, top=top, article=article, bottom=bottom)


def _borders(blocks: tuple[Block, ...]) -> tuple[int, int]:
    """The first block of the article proper (its title, or what stands before it) and the last paragraph."""
    first = next(i for i, block in enumerate(blocks) if block.role != "furniture")
    last = max(i for i, block in enumerate(blocks) if block.role == "body")
    return first, last


def _element(block: Block, skeleton: Skeleton, rng: np.random.Generator) -> str:
    if block.role != "body":
        return skeleton.element(block.kind).format(_escape(block.lines[0], skeleton))
    sentences = (_with_inline(line, skeleton, rng) for line in block.lines)
    return skeleton.element(block.kind).format(" ".join(sentences))


def _with_inline(line: str, skeleton: Skeleton, rng: np.random.Generator) -> str:
    """The escaped sentence, one of its words at times inside a link or an emphasis."""
    words = line.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= MIN_LETTERS and word.isalpha()]
    escaped = [_escape(word, skeleton) for word in words]
    if long and rng.random() < INLINE_SHARE:
        chosen = int(rng.choice(long))
        form = INLINE[int(rng.integers(len(INLINE)))]
        escaped[chosen] = form.format(n=int(rng.integers(100, 1000)), word=escaped[chosen])
    return " ".join(escaped)


def _escape(text: str, skeleton: Skeleton) -> str:
    escaped = html.escape(text, quote=False)
    if skeleton.has_named_entities:
        return "".join(NAMED.get(letter, letter) for letter in escaped)
    return escaped.encode("ascii", "xmlcharrefreplace").decode()
