"""Which articles belong together: by a metadata column, or each by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.core.errors import ConfigError, Refusal, unknown_name

if TYPE_CHECKING:
    import pyarrow as pa

YEAR = "year"
METADATA = ("author", "outlet", "date", "source", "title")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


def group_articles(table: pa.Table, by: str | None) -> tuple[dict[str, list[str]], tuple[Refusal, ...]]:
    """Names of groups with their articles, in the order of the table, and the articles that have no group.

    `by` None: every article is its own. `year` is the year of `date`. Raises: ConfigError for an unknown column.
    """
    articles = table.column("article").to_pylist()
    if by is None:
        return {name: [name] for name in dict.fromkeys(articles)}, ()
    column = "date" if by == YEAR else by
    known = [name for name in METADATA if name in table.column_names]
    if column not in known:
        raise ConfigError([unknown_name("column to compare by", by, [*known, YEAR], where="compare.by")])
    values = dict(zip(articles, table.column(column).to_pylist(), strict=True))
    groups: dict[str, list[str]] = {}
    left_out = []
    for article, value in values.items():
        name = _year(value) if by == YEAR else (value or "").strip()
        if name:
            groups.setdefault(name, []).append(article)
        else:
            detail = f"the article has no {by}"
            left_out.append(Refusal(article, "no_group", detail, f"fill in {column}, or compare without --by {by}"))
    return groups, tuple(left_out)


def _year(date: str | None) -> str:
    found = _YEAR.search(date or "")
    return found.group(1) if found else ""
