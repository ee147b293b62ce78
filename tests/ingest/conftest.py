"""The stages as the registry builds them, and tables to run them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipeline.core import registry
from pipeline.ingest.articles import Article, as_table

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

STAGES = (("cleaner", "rules.v1"), ("segmenter", "sentencex.v1"), ("attributor", "quotes.v1"))


def build_stages() -> list[Any]:
    classes = [registry.load(category, kind) for category, kind in STAGES]
    return [stage(stage.Options()) for stage in classes]


def table_of(*texts: str) -> pa.Table:
    return as_table(
        Article(article=f"a{i}", source="test", format="txt", encoding="utf-8", text=text)
        for i, text in enumerate(texts)
    )


def run_stages(table: pa.Table) -> pa.Table:
    for stage in build_stages():
        table = stage(table)
    return table


@pytest.fixture
def labelled() -> Callable[[str], list[tuple[str, str | None, str | None, str]]]:
    """Role, voice, speaker and text of each sentence of a text."""

    def run(text: str) -> list[tuple[str, str | None, str | None, str]]:
        row = run_stages(table_of(text)).to_pylist()[0]
        pairs = zip(row["sentences"], row["voices"], strict=True)
        return [(s["role"], v["voice"], v["speaker"], text[s["start"] : s["end"]]) for s, v in pairs]

    return run
