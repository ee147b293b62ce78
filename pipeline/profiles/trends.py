"""Whether a series rises, falls, or changes at all: the line through its periods, and tests that permute dates."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.build import article_rng
from pipeline.profiles.figures import quantiles
from pipeline.profiles.needed_text import growth_needed
from pipeline.profiles.questions import pole_direction
from pipeline.profiles.sampling import numbered
from pipeline.profiles.significance import holm
from pipeline.profiles.trend_tests import change_p, trend_p
from pipeline.profiles.trend_verdict import MIN_PERIODS, Change, trend_verdict
from pipeline.profiles.verdict import MIN_GROUP_ARTICLES, RESOLUTION, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Task
    from pipeline.core.config import Compare
    from pipeline.core.config import Profile as ProfileSettings
    from pipeline.core.periods import Period
    from pipeline.profiles.build import Profile
    from pipeline.profiles.correction import Corrections
    from pipeline.profiles.figures import Estimate
    from pipeline.profiles.sentences import Sentences

Both = tuple[float | None, float | None]  # of a trend, of any change


@dataclass(frozen=True, slots=True)
class Point:
    """A period of a series. `is_enough`: it has the articles and sentences that the tests ask for."""

    period: str
    index: int
    profile: Profile
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """`change`: net value at the end of the fitted line less that at its start, None where it is not corrected.

    `p_trend` asks for a steady direction, `p_change` for any difference between periods: both permute the dates of
    whole articles; of two periods both ask the same, and `p_change` is None. `p_holm` are the two adjusted over the
    family that `holm` states.
    """

    task: str
    first: str
    last: str
    change: float | None
    low: float | None
    high: float | None
    p_trend: float | None
    p_change: float | None
    p_holm: Both
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Part:
    """A period with what is estimated of it."""

    period: Period
    sentences: Sentences
    found: Mapping[str, Estimate]
    point: Point


@dataclass(frozen=True, slots=True)
class Setting:
    profile: ProfileSettings
    compare: Compare
    corrections: Corrections
    seed: int


def trends(task: Task, parts: Mapping[str, Sequence[Part]], setting: Setting) -> dict[str, Trend]:
    enough = {name: [part for part in found if part.point.is_enough] for name, found in parts.items()}
    tested = {name: _tested(task, found, name, setting) for name, found in enough.items()}
    flat = holm([p for both in tested.values() for p in both])
    adjusted = dict(zip(tested, zip(flat[::2], flat[1::2], strict=True), strict=True))
    return {
        name: _trend(task, name, parts[name], enough[name], tested[name], adjusted[name], setting) for name in parts
    }


def _tested(task: Task, parts: Sequence[Part], name: str, setting: Setting) -> Both:
    """p of the trend and of any change; None where it cannot be tested."""
    if len(parts) < MIN_PERIODS or any(_draws(part, task) is None for part in parts):
        return None, None
    scores, weights, times = _article_scores(task, parts)
    rng = article_rng(f"{name}\n{task.name}\ntrend", seed=setting.seed)
    n = setting.compare.permutations
    p_trend = trend_p(scores, weights, times, n_permutations=n, rng=rng)
    if len(parts) == MIN_PERIODS:
        return p_trend, None
    return p_trend, change_p(scores, weights, times, n_permutations=n, rng=rng)


def _article_scores(
    task: Task, parts: Sequence[Part]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of each article: its mean along the direction of the correction, its sentences, its period."""
    gains = [part.found[task.name].posterior for part in parts]
    direction = pole_direction(task) @ np.mean([gain.gain for gain in gains if gain is not None], axis=0)
    scores, weights, times = [], [], []
    for part in parts:
        values = part.sentences.p[task.name] @ direction
        index = numbered(part.sentences.article)
        n = np.bincount(index).astype(float)
        scores.append(np.bincount(index, weights=values) / n)
        weights.append(n)
        times.append(np.full(len(n), float(part.period.index)))
    return np.concatenate(scores), np.concatenate(weights), np.concatenate(times)


def _draws(part: Part, task: Task) -> NDArray[np.float64] | None:
    found = part.found.get(task.name)
    return None if found is None or found.draws is None else found.draws @ pole_direction(task)


def _trend(
    task: Task,
    name: str,
    parts: Sequence[Part],
    enough: Sequence[Part],
    p: Both,
    adjusted: Both,
    setting: Setting,
) -> Trend:
    change, n_more = _change(task, enough, setting) if p[0] is not None else (Change(None, None, None), None)
    nets = {part.point.period: part.point.profile.nets[task.name].value for part in enough}
    told = trend_verdict(
        name,
        change,
        p=adjusted,
        nets={at: net for at, net in nets.items() if net is not None},
        periods=[part.point.period for part in enough] or [part.point.period for part in parts],
        n_enough=len(enough),
        shortfall=_shortfall(parts, setting),
        n_more=n_more,
        task=task,
        alpha=setting.compare.alpha,
    )
    shown = [part.point.period for part in (enough or parts)]
    return Trend(
        task.name,
        shown[0] if shown else "",
        shown[-1] if shown else "",
        change.value,
        change.low,
        change.high,
        *p,
        adjusted,
        told,
    )


def _shortfall(parts: Sequence[Part], setting: Setting) -> int:
    """Articles that the second-best period lacks for two periods to be compared."""
    counts = sorted((part.point.profile.n_articles for part in parts if not part.point.is_enough), reverse=True)
    lacking = MIN_PERIODS - sum(part.point.is_enough for part in parts)
    short = [max(MIN_GROUP_ARTICLES - n, 1) for n in [*counts, 0, 0][:lacking]] if lacking > 0 else []
    return sum(short)


def _change(task: Task, parts: Sequence[Part], setting: Setting) -> tuple[Change, int | None]:
    """The fitted line's rise from the first to the last period, with the articles a period lacks to settle it."""
    draws = np.stack([d for part in parts if (d := _draws(part, task)) is not None])
    times = np.array([float(part.period.index) for part in parts])
    lever = levers(times, 1 / np.maximum(draws.var(axis=1), np.finfo(float).tiny))
    nets = [figure.value for part in parts if (figure := part.point.profile.nets[task.name]).value is not None]
    value = float(lever @ np.array(nets))
    low, high = quantiles(lever @ draws, level=setting.profile.level, bounds=(-2.0, 2.0), around=value)
    return Change(value, low, high), _n_more(task, parts, lever, (high - low) / 2, setting)


def levers(times: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each period adds to the rise of the weighted least-squares line from first to last. Shapes: (n,) each."""
    around = times - np.average(times, weights=weights)
    found: NDArray[np.float64] = weights * around / (weights @ around**2) * (times[-1] - times[0])
    return found


def _n_more(
    task: Task, parts: Sequence[Part], lever: NDArray[np.float64], half_width: float, setting: Setting
) -> int | None:
    """Articles that each period lacks; None where none would do, or none are needed."""
    if half_width <= RESOLUTION:
        return None
    growth = growth_needed(
        setting.corrections.by_question[task.name],
        [part.found[task.name].counted for part in parts],
        pole_direction(task),
        half_width=RESOLUTION,
        level=setting.profile.level,
        levers=lever,
    )
    if growth is None:
        return None
    return max(1, ceil((growth - 1) * min(part.point.profile.n_articles for part in parts)))
