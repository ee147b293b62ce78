"""Which articles belong together: by a metadata column, by the year, quarter or month of their date, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.core.errors import ConfigError, Refusal, unknown_name
from pipeline.core.periods import UNITS, period

if TYPE_CHECKING:
    import pyarrow as pa

METADATA = ("author", "outlet", "date", "source", "title")


def group_articles(table: pa.Table, by: str | None) -> tuple[dict[str, list[str]], tuple[Refusal, ...]]:
    """Names of groups with their articles, in the order of the table, and the articles that have no group.

    `by` None: every article is its own. `year`, `quarter` and `month` are those of `date`.

    Raises: ConfigError for an unknown column.
    """
    articles = table.column("article").to_pylist()
    if by is None:
        return {name: [name] for name in dict.fromkeys(articles)}, ()
    unit = next((unit for unit in UNITS if unit == by), None)
    column = by if unit is None else "date"
    known = [name for name in METADATA if name in table.column_names]
    if column not in known:
        raise ConfigError([unknown_name("column to compare by", by, [*known, *UNITS], where="compare.by")])
    values = dict(zip(articles, table.column(column).to_pylist(), strict=True))
    groups: dict[str, list[str]] = {}
    left_out = []
    for article, value in values.items():
        name = (value or "").strip() if unit is None else str(period(value, unit) or "")
        if name:
            groups.setdefault(name, []).append(article)
        else:
            left_out.append(no_group(article, by, column, value))
    return groups, tuple(left_out)


def no_group(article: str, by: str, column: str, value: str | None, *, option: str = "--by") -> Refusal:
    """Why an article is in no group."""
    if column != by and value:
        return Refusal(article, "no_group", f"no {by} can be read off the date {value!r}", "write it as 2021-03-31")
    return Refusal(
        article, "no_group", f"the article has no {by}", f"fill in {column}, or compare without {option} {by}"
    )
