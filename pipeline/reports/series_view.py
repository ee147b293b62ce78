"""Change over time as the page shows it: a small chart for each group, and the table that it draws."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.reports import charts
from pipeline.reports.looks import best, percent, plain
from pipeline.reports.sentence_view import name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.core.codebook import Task
    from pipeline.profiles.figures import Figure
    from pipeline.profiles.series import Series
    from pipeline.profiles.trends import Point
    from pipeline.reports.charts import Axis, Whisker
    from pipeline.reports.looks import Looks

MARGIN = 8.0  # percent kept free at each end of a chart, for the outermost mark and its label
MAX_LABELS = 8  # periods named along a chart; of more, every second, third ... is


@dataclass(frozen=True, slots=True)
class PointView:
    """A period. `mark` stands upright: its positions count from the top. Units: percent of the chart."""

    period: str
    x: float
    is_labelled: bool
    is_enough: bool
    n_articles: int
    n_sentences: int
    mark: Whisker | None
    firm: str
    firm_interval: str


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One group. `lines`: from point to point, those of too little text left out."""

    name: str
    verdict: str
    reason: str
    kind: str
    points: tuple[PointView, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    told: str


def series_views(found: Sequence[Series], shown: Looks) -> tuple[SeriesView, ...]:
    """All on one axis, so that groups can be compared by eye."""
    task = shown.tinted
    if task is None or task.poles is None:
        return ()
    figures = [best(point.profile.nets[task.name]) for one in found for point in one.points]
    axis = charts.Axis.around(end for f in figures if f for end in (f.value, f.low, f.high))
    return tuple(_view(one, task, shown.lined, axis) for one in found)


def _view(one: Series, task: Task, lined: Task | None, axis: Axis) -> SeriesView:
    indexes = [point.index for point in one.points]
    span, step = max(indexes[-1] - indexes[0], 1), -(-len(indexes) // MAX_LABELS)
    places = [
        50.0 if len(indexes) == 1 else MARGIN + (100 - 2 * MARGIN) * (index - indexes[0]) / span for index in indexes
    ]
    points = tuple(
        _point(point, round(x, 2), task, lined, axis, is_labelled=i % step == 0)
        for i, (point, x) in enumerate(zip(one.points, places, strict=True))
    )
    solid = [(point.x, point.mark.x) for point in points if point.is_enough and point.mark]
    verdict = one.trends[task.name].verdict
    return SeriesView(
        name(one.name),
        name(verdict.text),
        "" if verdict.reason in verdict.text else name(verdict.reason),
        str(verdict.kind),
        points,
        tuple((*a, *b) for a, b in pairwise(solid)),
        tuple((upright(x), text) for x, text in axis.ticks),
        ", ".join(f"{p.period} {p.mark.text}" for p in points if p.mark),
    )


def upright(x: float) -> float:
    """A position along an axis as one from the top of a chart."""
    return round(100 - MARGIN - (100 - 2 * MARGIN) * x / 100, 2)


def _point(point: Point, x: float, task: Task, lined: Task | None, axis: Axis, *, is_labelled: bool) -> PointView:
    mark = charts.net_whisker(axis, point.profile.nets[task.name])
    firm, interval = _firm(point, lined)
    return PointView(
        point.period,
        x,
        is_labelled,
        point.is_enough,
        point.profile.n_articles,
        point.profile.n_sentences,
        None if mark is None else charts.turned(mark, upright),
        firm,
        interval,
    )


def _firm(point: Point, lined: Task | None) -> tuple[str, str]:
    """Share of the highest degree, such as certain sentences, and its interval."""
    found = best(_top(point, lined)) if lined else None
    if found is None:
        return "–", ""
    if found.low is None or found.high is None:
        return percent(found.value), ""
    return percent(found.value), f"{percent(found.low)} to {percent(found.high)}"


def _top(point: Point, lined: Task) -> Figure:
    return point.profile.shares[lined.name][lined.values[0]]


def firm_name(shown: Looks) -> str:
    return plain(shown.lined.values[0]).capitalize() if shown.lined else ""
