"""A labelled set on the datum's path: its own sentences, roles and voices in place of the reading stages' ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core import schemas
from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.corpus import labelled_set

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledArticle, LabelledSet

GOLD_RULE = "gold"


def article_rows(ids: Sequence[str], texts: Sequence[str], *, source: str) -> list[dict[str, Any]]:
    """Rows of `schemas.ARTICLE` for texts that were not read from files by the reader."""
    return [
        {
            "article": article,
            "source": source,
            "format": "txt",
            "encoding": "utf-8",
            "text": text,
            "text_sha256": sha256_text(text),
            "metadata": [],
            "warnings": [],
            "blocks": [],
        }
        for article, text in zip(ids, texts, strict=True)
    ]


def gold_set(reference: str, codebook: Codebook, *, split: str | None, trained_on: Collection[str]) -> LabelledSet:
    """The part of a set that a model may be scored on.

    Raises: InvalidInputError where the model learned from one of its texts: its figures would say nothing.
    """
    gold = labelled_set.load(reference, codebook)
    if gold.splits and split is not None:
        kept = tuple(a for a in gold.articles if gold.splits.get(a.article) == split)
        if not kept:
            known = ", ".join(sorted(set(gold.splits.values())))
            raise InvalidInputError(f"the set has no split {split!r}; it has {known}", where=gold.name)
        gold = replace(gold, articles=kept, name=f"{gold.name}:{split}")
    seen = [a.article for a in gold.articles if sha256_text(a.text) in trained_on]
    if seen:
        raise InvalidInputError(
            f"the model was trained on {len(seen)} of these {len(gold.articles)} articles, the first is {seen[0]!r}",
            where=gold.name,
            remedy="evaluate on texts that it has not seen, such as the split `test`",
        )
    return gold


def raw_table(gold: LabelledSet) -> pa.Table:
    """The set's texts alone, for measuring the reading stages. Shapes: `schemas.ARTICLE`."""
    rows = article_rows([a.article for a in gold.articles], [a.text for a in gold.articles], source=gold.name)
    return pa.Table.from_pylist(rows, schema=schemas.ARTICLE)


def gold_batches(gold: LabelledSet, *, batch: int) -> Iterable[pa.Table]:
    """The set's articles with its own sentences. Shapes: `schemas.ATTRIBUTED`."""
    for start in range(0, len(gold.articles), batch):
        articles = gold.articles[start : start + batch]
        rows = article_rows([a.article for a in articles], [a.text for a in articles], source=gold.name)
        yield pa.Table.from_pylist(
            [{**row, **_as_columns(a)} for row, a in zip(rows, articles, strict=True)], schema=schemas.ATTRIBUTED
        )


def _as_columns(article: LabelledArticle) -> Mapping[str, Any]:
    return {
        "paragraphs": [],
        "sentences": [
            {"n": s.n, "start": s.start, "end": s.end, "role": s.role, "rule": GOLD_RULE} for s in article.sentences
        ],
        "voices": [{"voice": s.voice, "speaker": s.speaker} for s in article.sentences],
    }
