"""Change over time as tables in a terminal, and what a change of model does to the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from pipeline.reports.terminal import harmless, interval
from pipeline.reports.terminal_tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from pipeline.core.codebook import Codebook
    from pipeline.profiles.drift import Drift
    from pipeline.profiles.series import Series

THIN = "too little for the tests"


def show_series(console: Console, found: Sequence[Series]) -> None:
    """A table of periods for each group, its verdict below."""
    for one in found:
        console.print(_periods(one))
        for trend in one.trends.values():
            text, reason = trend.verdict.text, trend.verdict.reason
            line = Text(harmless(text), style="bold")
            console.print(line if reason in text else line + Text(f" ({reason})", style="not bold dim"), soft_wrap=True)
        if any(not point.is_enough for point in one.points):
            console.print(f"(few) {THIN}", style="dim")
        console.print()


def _periods(one: Series) -> object:
    book = one.points[0].profile.codebook
    tops = firm(book)
    names = [*(f"net {task}" for task in one.points[0].profile.nets), *(label.replace("_", " ") for _, label in tops)]
    periods = table(harmless(f"{one.name} over time"), [one.unit, "articles", "sentences", *names])
    for point in one.points:
        profile = point.profile
        nets = [interval(figure, signed=True) for figure in profile.nets.values()]
        shares = [interval(profile.shares[task][label]) for task, label in tops]
        name = point.period if point.is_enough else f"{point.period} (few)"
        periods.add_row(name, str(profile.n_articles), str(profile.n_sentences), *nets, *shares)
    return periods


def firm(book: Codebook) -> list[tuple[str, str]]:
    """The highest degree of each ordinal task, such as the share of certain sentences."""
    return [(task.name, task.values[0]) for task in book.tasks if task.kind == "ordinal" and task.poles is None]


def show_drift(console: Console, found: Drift, *, first: str, second: str, anchor: str) -> None:
    """The figures by both versions with their paired difference, then how many labels changed, then the verdict."""
    console.print(Text(harmless(f"{first} and {second} on {anchor}"), style="bold"))
    console.print(
        f"{found.n_articles} articles, {found.n_sentences} sentences; means over articles, "
        f"{found.level:.0%} intervals by bootstrap over articles, those of the models' error too; * as counted",
        soft_wrap=True,
    )
    shifts = table("", ["figure", "first", "second", "difference", "interval"])
    for shift in found.shifts:
        digits = 1 if shift.figure.startswith("per_100_") else 2
        sign = "+" if shift.figure.startswith("net_") else ""
        ends = f"[{shift.low:+.{digits}f}, {shift.high:+.{digits}f}]"
        shifts.add_row(
            shift.figure.replace("_", " ") + ("" if shift.is_corrected else "*"),
            f"{shift.first:{sign}.{digits}f}",
            f"{shift.second:{sign}.{digits}f}",
            f"{shift.difference:+.{digits}f}",
            ends,
            style="" if shift.low > 0 or shift.high < 0 else "dim",
        )
    console.print(shifts)
    for agreement in found.agreement:
        console.print(f"{agreement.task}: {agreement.same:.0%} of sentences keep their label")
    for verdict in found.verdicts:
        console.print(Text(verdict.text, style="bold"), soft_wrap=True)
