"""An HTML page as text and blocks: all that is visible, with what belongs to the article told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.ingest.articles import Block
from pipeline.ingest.markup import Paragraph, visible_paragraphs
from pipeline.ingest.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_RUNNING_WORDS = 8  # of a paragraph of running text; shorter ones are menus, captions, buttons
GRAM_WORDS = 4
MIN_SHARED_GRAMS = 0.6  # of a paragraph's word sequences that must stand in the extraction
MAX_EXTRACTED_CHARS = 5_000_000  # of source; the extractor takes seconds beyond it
NO_ARTICLE = "save the page as the browser shows it, or copy the article's text into a .txt file"
_WORD = re.compile(r"\w+")
_ENDED = re.compile(r"[.?!…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Page:
    """`text` is the paragraphs joined by blank lines; `known` holds title, author, outlet and date if stated."""

    text: str
    blocks: tuple[Block, ...]
    known: Mapping[str, str]


def read_page(source: str) -> Page:
    """Raises: RefusedError where the page holds no article."""
    if len(source) > MAX_EXTRACTED_CHARS:
        detail = f"a page of {len(source):,} characters is longer than {MAX_EXTRACTED_CHARS:,}"
        raise RefusedError("too-large", detail, NO_ARTICLE)
    paragraphs = visible_paragraphs(source)
    if not any(_is_running(paragraph.text) for paragraph in paragraphs):
        raise RefusedError("no-article", "no paragraph of running text in the page", NO_ARTICLE)
    extracted, known = _extract(source)
    is_main = _main(paragraphs, extracted)
    if not any(main and _is_running(p.text) for p, main in zip(paragraphs, is_main, strict=True)):
        raise RefusedError("no-article", "no article was found among the page's text", NO_ARTICLE)
    text = "\n\n".join(paragraph.text for paragraph in paragraphs)
    return Page(text, _blocks(paragraphs, is_main), known)


def _is_running(text: str) -> bool:
    return len(_WORD.findall(text)) >= MIN_RUNNING_WORDS and _ENDED.search(text) is not None


def _extract(source: str) -> tuple[str, dict[str, str]]:
    import trafilatura

    try:
        tree = trafilatura.load_html(source)
        if tree is None:
            return "", {}
        found = trafilatura.extract_metadata(tree)
        text = trafilatura.extract(tree, favor_recall=True, include_comments=False, include_tables=True, fast=True)
    except (RecursionError, ValueError, MemoryError) as error:
        raise RefusedError("too-complex", f"the page cannot be taken apart: {error}", NO_ARTICLE) from error
    return text or "", _known(found)


def _known(found: Any) -> dict[str, str]:
    names = {"title": "title", "author": "author", "outlet": "sitename", "date": "date"}
    values = {key: getattr(found, name, None) for key, name in names.items()}
    return {key: str(value) for key, value in values.items() if value}


def _main(paragraphs: list[Paragraph], extracted: str) -> list[bool]:
    """Whether each paragraph is in the extraction and not furniture by its markup."""
    grams: set[tuple[str, ...]] = set()
    short: set[tuple[str, ...]] = set()
    for line in extracted.splitlines():
        words = _words(line)
        short.add(tuple(words))
        grams.update(_grams(words))
    inside = [_is_inside(_words(paragraph.text), grams, short) for paragraph in paragraphs]
    kept = [main and not p.is_furniture for p, main in zip(paragraphs, inside, strict=True)]
    return kept if _n_running(paragraphs, kept) * 2 > _n_running(paragraphs, inside) else inside


def _n_running(paragraphs: list[Paragraph], is_main: list[bool]) -> int:
    return sum(main and _is_running(p.text) for p, main in zip(paragraphs, is_main, strict=True))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + GRAM_WORDS]) for i in range(len(words) - GRAM_WORDS + 1)]


def _is_inside(words: list[str], grams: set[tuple[str, ...]], short: set[tuple[str, ...]]) -> bool:
    own = _grams(words)
    if not own:
        return tuple(words) in short
    return sum(gram in grams for gram in own) >= MIN_SHARED_GRAMS * len(own)


def _blocks(paragraphs: list[Paragraph], is_main: list[bool]) -> tuple[Block, ...]:
    blocks, at = [], 0
    for paragraph, main in zip(paragraphs, is_main, strict=True):
        end = at + len(paragraph.text)
        blocks.append(Block(at, end, paragraph.source_start, paragraph.source_end, main, paragraph.tag))
        at = end + 2
    return tuple(blocks)
