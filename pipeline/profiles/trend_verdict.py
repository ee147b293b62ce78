"""The verdict on a series in words; its rules are stated in `series.py`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.profiles.verdict import (
    MIN_GROUP_ARTICLES,
    RESOLUTION,
    UNMEASURED,
    Cause,
    Kind,
    Unit,
    Verdict,
    amount_words,
    short_words,
    too_wide,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Task

MIN_PERIODS = 2


@dataclass(frozen=True, slots=True)
class Change:
    """Rise of the fitted line from the first to the last period, with its interval; None where not corrected."""

    value: float | None
    low: float | None
    high: float | None


def trend_verdict(
    name: str,
    change: Change,
    *,
    p: tuple[float | None, float | None],
    nets: Mapping[str, float],
    periods: Sequence[str],
    n_enough: int,
    shortfall: int,
    n_more: int | None,
    task: Task,
    alpha: float,
) -> Verdict:
    """`p`: Holm's, of the trend and of any change. `shortfall`: articles that two periods lack to be compared."""
    if n_enough < MIN_PERIODS:
        had = amount_words([n_enough], "period") if n_enough else "no periods"
        reason = f"{had} with {MIN_GROUP_ARTICLES} articles and enough sentences, {MIN_PERIODS} needed"
        text = f"{name}: {short_words(reason)}"
        return Verdict(Kind.CANNOT_TELL, text, reason, shortfall, Unit.ARTICLE, Cause.FEW_ARTICLES)
    p_trend, p_change = p
    if change.value is None or change.low is None or change.high is None or p_trend is None:
        text = f"{name}: cannot tell: {UNMEASURED}"
        return Verdict(Kind.CANNOT_TELL, text, UNMEASURED, cause=Cause.UNMEASURED_ERROR)
    span = f"from {periods[0]} to {periods[-1]}"
    told = f"{change.value:+.2f} {span}, between {change.low:+.2f} and {change.high:+.2f}"
    if p_trend <= alpha and (change.low > 0 or change.high < 0):
        return Verdict(
            Kind.TREND, f"{name} became more {_side(task, change.value)} {span}", f"{told}, adjusted p = {p_trend:.2g}"
        )
    if p_change is not None and p_change <= alpha:
        top, bottom = max(nets, key=nets.__getitem__), min(nets, key=nets.__getitem__)
        most = f"most {_side(task, 1)} in {top}, least in {bottom}"
        return Verdict(
            Kind.CHANGED,
            f"{name} changed {span} without a steady direction: {most}",
            f"adjusted p = {p_change:.2g}; the line's rise is {told}",
        )
    half_width = (change.high - change.low) / 2
    if half_width <= RESOLUTION:
        return Verdict(Kind.STEADY, f"{name}: no change that could be told from chance {span}", told)
    wide = too_wide(half_width, n_more, Unit.ARTICLE, what="change", where="in each period")
    return replace(wide, text=f"{name}: {wide.text}")


def _side(task: Task, value: float) -> str:
    assert task.poles is not None  # noqa: S101
    return (task.poles.positive if value > 0 else task.poles.negative).replace("_", " ")
