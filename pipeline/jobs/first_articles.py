"""The first articles of a run: shown as a page, and as a table in MLflow. The result files have them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.profiles.columns import profile_schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.jobs.opening import OpenModel
    from pipeline.profiles.build import Profile

MAX_ARTICLES = 200  # profiles shown in MLflow
MAX_PAGE_ARTICLES = 40


class FirstArticles:
    """Takes sentences and profiles until it is full, so that it does not grow with the run."""

    def __init__(self) -> None:
        self._profiles: list[Profile] = []
        self._sentences: list[pa.Table] = []

    def add(self, sentences: pa.Table, profiles: Sequence[Profile]) -> pa.Table:
        """Returns the part of the sentences that was taken; it is empty where there was no room."""
        taken = profiles[: MAX_ARTICLES - len(self._profiles)]
        part = _of_articles(sentences, taken)
        if taken:
            self._profiles += taken
            self._sentences.append(part)
        return part

    def table(self, codebook: Codebook) -> pa.Table:
        """The profiles as rows."""
        return pa.Table.from_pylist([profile.as_row() for profile in self._profiles], schema=profile_schema(codebook))

    def write_page(
        self, path: Path, opened: OpenModel, config: Config, refusals: tuple[Refusal, ...], *, n_articles: int
    ) -> None:
        """`n_articles`: how many the run had, of which the page shows the first."""
        from pipeline.reports.page import Contents, write_page

        profiles = self._profiles[:MAX_PAGE_ARTICLES]
        sentences = _of_articles(pa.concat_tables(self._sentences), profiles)
        book, n_more = opened.model.codebook, n_articles - len(profiles)
        write_page(path, Contents(sentences, profiles, None, book, opened.identity, config, refusals, n_more))


def _of_articles(sentences: pa.Table, profiles: Sequence[Profile]) -> pa.Table:
    names = pa.array([profile.name for profile in profiles], pa.string())
    return sentences.filter(pc.is_in(sentences["article"], names))
