"""The article as it leaves the reader, and tables of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core.errors import Refusal
from pipeline.core.fingerprints import sha256_text
from pipeline.core.schemas import ARTICLE
from pipeline.ingest.language import language_warning
from pipeline.ingest.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_TABLE_CHARS = 2_000_000  # with what the stages add, a table of so many takes hundreds of megabytes
MAX_ID_CHARS = 150  # an id names files; most file systems take 255 bytes
_UNSAFE_IN_ID = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u2028\u2029]+')
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of an HTML page: where it stands in `text`, and where it came from in the decoded file."""

    start: int
    end: int
    source_start: int
    source_end: int
    is_main: bool
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One row of `schemas.ARTICLE`."""

    article: str
    source: str
    format: str
    encoding: str
    text: str
    line: int | None = None
    title: str | None = None
    author: str | None = None
    outlet: str | None = None
    date: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def text_sha256(self) -> str:
        return sha256_text(self.text)


def safe_id(given: str) -> str:
    """An id that can name a file. Raises: RefusedError where nothing is left of it."""
    safe = _UNSAFE_IN_ID.sub("_", given.strip()).strip(". ")
    if not _WORD.search(safe) or _SURROGATE.search(safe):
        raise RefusedError("bad-id", f"{given!r} cannot name an article", "give the row an id of letters and digits")
    if len(safe) > MAX_ID_CHARS:
        detail = f"an id of {len(safe)} characters is longer than {MAX_ID_CHARS}"
        raise RefusedError("bad-id", detail, "give the row a shorter id")
    return safe


def make_article(
    given_id: str,
    text: str,
    *,
    source: str,
    format: str,
    encoding: str,
    max_chars: int,
    line: int | None = None,
    known: Mapping[str, str] | None = None,
    metadata: Iterable[tuple[str, str]] = (),
    blocks: tuple[Block, ...] = (),
    warnings: Iterable[str] = (),
) -> Article:
    """An article that passed the checks all formats share; `known` holds title, author, outlet and date.

    Raises: RefusedError.
    """
    refuse_unusable_text(text, max_chars=max_chars)
    article = safe_id(given_id)
    renamed = [] if article == given_id else [f"id: {given_id!r} is written as {article!r}"]
    return Article(
        article=article,
        source=source,
        line=line,
        format=format,
        encoding=encoding,
        text=text,
        metadata=tuple((printable(key), printable(value)) for key, value in metadata),
        warnings=(*warnings, *renamed, *language_warning(text)),
        blocks=blocks,
        **{key: printable(value) for key, value in (known or {}).items() if value.strip()},
    )


def refuse_unusable_text(text: str, *, max_chars: int) -> None:
    """Raises: RefusedError where there is nothing to read, or too much."""
    if not text.strip():
        raise RefusedError("empty", "no text", "give the article's text")
    if len(text) > max_chars:
        detail = f"an article of {len(text):,} characters is longer than {max_chars:,}"
        raise RefusedError("too-large", detail, "split it, or raise read.max_article_mb")
    if not _WORD.search(text):
        raise RefusedError("empty", "no letter or digit in the text", "give the article's text")
    if _SURROGATE.search(text):
        raise RefusedError("encoding", "half a surrogate pair in the text", "save the text as UTF-8 again")


def printable(value: str) -> str:
    """Arrow takes no lone surrogates; file names and JSON strings can hold them."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)


def tables(items: Iterable[Article | Refusal], *, batch: int) -> Iterator[tuple[pa.Table, list[Refusal]]]:
    """Tables of at most `batch` articles in the order read, each with the refusals met on the way.

    A table is closed early where its texts are long, so that memory does not grow with the articles' length.
    """
    articles: list[Article] = []
    refusals: list[Refusal] = []
    for item in items:
        if isinstance(item, Refusal):
            refusals.append(item)
        else:
            articles.append(item)
        n_chars = sum(len(article.text) for article in articles)
        if len(articles) == batch or len(refusals) == batch or n_chars >= MAX_TABLE_CHARS:
            yield as_table(articles), refusals
            articles, refusals = [], []
    if articles or refusals:
        yield as_table(articles), refusals


def as_table(articles: Iterable[Article]) -> pa.Table:
    """A table of `schemas.ARTICLE`."""
    return pa.Table.from_pylist([_row(article) for article in articles], schema=ARTICLE)


def _row(article: Article) -> dict[str, Any]:
    row = {field.name: getattr(article, field.name) for field in fields(article)}
    row["text_sha256"] = article.text_sha256
    row["metadata"] = [{"key": key, "value": value} for key, value in article.metadata]
    row["warnings"] = list(article.warnings)
    row["blocks"] = [{field.name: getattr(block, field.name) for field in fields(Block)} for block in article.blocks]
    return row
