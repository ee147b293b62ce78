"""Geometry of the page's charts, which its template draws as inline SVG.

Why no chart library: matplotlib's SVG bakes in colours and glyph outlines, so it would neither follow the reader's dark
mode nor speak to a screen reader, and Vega or Plotly need script from outside or megabytes of it. Each chart here is a
row of a real table (name, drawing, figure), and a drawing is a few marks at percentages of its own width, so that it
fits any screen, prints sharp, and takes its colours from the style sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.reports.looks import best, percent, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.core.codebook import Task
    from pipeline.profiles.course import CoursePoint
    from pipeline.profiles.figures import Figure
    from pipeline.reports.looks import Look, Looks

LIMITS = (0.25, 0.5, 1.0, 2.0)  # reach of an axis to each side of zero
ROOM = (45, 18, 8, 0)  # percent of a bar that name with figure, letter with figure, letter, and nothing need


@dataclass(frozen=True, slots=True)
class Axis:
    """Symmetric about zero. `ticks`: (position, text). Units: positions are percent of the width."""

    limit: float

    @classmethod
    def around(cls, values: Iterable[float | None]) -> Axis:
        reach = max((abs(value) for value in values if value is not None), default=0)
        return cls(next((limit for limit in LIMITS if reach <= limit), LIMITS[-1]))

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        return tuple((self.at(value), signed(value)) for value in (x * self.limit / 2 for x in range(-2, 3)))

    def at(self, value: float) -> float:
        return round(50 + 50 * max(-1.0, min(1.0, value / self.limit)), 2)


@dataclass(frozen=True, slots=True)
class Whisker:
    """A value with its interval on an axis.

    `side`: the pole that the whole interval lies on, `set` for a difference that leaves out zero, else `mid`.
    """

    x: float
    low: float | None
    high: float | None
    side: str
    is_corrected: bool
    text: str
    interval: str


def whisker(
    axis: Axis, value: float, low: float | None, high: float | None, *, is_corrected: bool, is_difference: bool = False
) -> Whisker:
    if low is None or high is None:
        return Whisker(axis.at(value), None, None, "mid", is_corrected, signed(value), "")
    side = "mid" if low <= 0 <= high else "set" if is_difference else "pos" if low > 0 else "neg"
    interval = f"{signed(low)} to {signed(high)}"
    return Whisker(axis.at(value), axis.at(low), axis.at(high), side, is_corrected, signed(value), interval)


def net_whisker(axis: Axis, figure: Figure) -> Whisker | None:
    found = best(figure)
    if found is None:
        return None
    return whisker(axis, found.value, found.low, found.high, is_corrected=found.is_corrected)


def turned(mark: Whisker, place: Callable[[float], float]) -> Whisker:
    """A whisker with its positions moved, as for an upright chart."""
    low, high = (None if end is None else place(end) for end in (mark.low, mark.high))
    return replace(mark, x=place(mark.x), low=low, high=high)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stacked bar. Units: percent of the width."""

    look: Look
    x: float
    width: float
    text: str
    label: str


def stacked(task: Task, shares: Mapping[str, Figure], looks: Looks) -> tuple[Part, ...]:
    """Negative pole left, positive pole right; degrees in the codebook's order. Parts fill the bar."""
    values = [(label, found.value) for label in _order(task) if (found := best(shares[label])) is not None]
    total = sum(value for _, value in values)
    parts, x = [], 0.0
    for label, value in values:
        width = 100 * value / total if total > 0 else 0.0
        parts.append(_part(looks.of(task, label), x, width, percent(value)))
        x += width
    return tuple(parts)


def _part(look: Look, x: float, width: float, text: str) -> Part:
    names = (f"{look.name} {text}", f"{look.letter} {text}", look.letter, "")
    label = next(name for name, least in zip(names, ROOM, strict=True) if width >= least)
    return Part(look, round(x, 2), round(width, 2), text, label)


def _order(task: Task) -> Sequence[str]:
    if task.poles is None:
        return task.values
    ends = (task.poles.negative, task.poles.positive)
    return (ends[0], *(value for value in task.values if value not in ends), ends[1])


@dataclass(frozen=True, slots=True)
class Band:
    """A sentence's slice of the course, from the middle line outwards. Units: -1 to 1 across the strip."""

    x: float
    width: float
    side: str
    text: str


def band(point: CoursePoint) -> Band:
    value = point.net if point.net is not None else point.net_uncorrected
    side = "pos" if value > 0 else "neg" if value < 0 else "mid"
    return Band(round(min(0.0, value), 3), round(abs(value), 3), side, signed(value))


def polyline(points: Sequence[tuple[int, float]]) -> str:
    """Of (place of a sentence, net value), upwards positive, for a box of one unit a sentence."""
    return " ".join(f"{place + 0.5:g},{-value:.3f}" for place, value in points)
