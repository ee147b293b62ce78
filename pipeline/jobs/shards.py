"""The input in shards: cut by articles, each known by a hash of all that was read for it."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING

from pipeline.core.errors import Refusal
from pipeline.core.fingerprints import RowsHash, sha256_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.engines.contract import Batches
    from pipeline.ingest.read import Article


def cut(items: Iterable[Article | Refusal], *, size: int) -> Iterator[Iterator[Article | Refusal]]:
    """Lazy runs of at most `size` articles with the refusals among and after them. Each must be used up in turn."""
    rest = iter(items)
    opening = list(_first(rest))
    while opening:
        held, opening = opening, []
        yield _one(chain(held, rest), size, opening)


def _first(items: Iterator[Article | Refusal]) -> Iterator[Article | Refusal]:
    for item in items:
        yield item
        return


def _one(
    items: Iterator[Article | Refusal], size: int, opening: list[Article | Refusal]
) -> Iterator[Article | Refusal]:
    n_articles = 0
    for item in items:
        if not isinstance(item, Refusal):
            if n_articles == size:
                opening.append(item)  # the next run's first
                return
            n_articles += 1
        yield item


class Inputs:
    """The identity of what was read for a shard; where the borders of batches lay does not change it."""

    def __init__(self, texts: RowsHash) -> None:
        """`texts` takes the hash of each article's text, for the identity of the whole input."""
        self._texts, self._articles, self._refusals = texts, RowsHash(), RowsHash()

    def noted(self, batches: Batches) -> Batches:
        """The same batches, each taken into account as it passes."""
        for table, refusals in batches:
            for row in table.drop_columns(["text"]).to_pylist():
                self._articles.add(row)
                self._texts.add(row["text_sha256"])
            for refusal in refusals:
                self._refusals.add(asdict(refusal))
            yield table, refusals

    @property
    def sha256(self) -> str:
        return sha256_json([self._articles.hexdigest(), self._refusals.hexdigest()])
