"""Change over time: the profiles of a writer's or a paper's articles period by period, and whether they changed.

The rules of the verdict, in this order, for each group and task with a net value:

1. Fewer than two periods have `MIN_GROUP_ARTICLES` articles and `profile.min_sentences` sentences: cannot tell.
2. The figures are not corrected for the classifier's error: cannot tell.
3. Holm's p of the trend is at most alpha and the interval of the change leaves out zero: became more (or less).
4. Holm's p of any change, of three periods or more, is at most alpha: changed without a steady direction.
5. The interval of the change is at most `RESOLUTION` to each side: no change that could be told from chance.
6. Else: cannot tell, with the articles that would bring the interval to `RESOLUTION`, or that no number would.

One model must have labelled all of it: see `jobs/results.py` for results of several, and `jobs/drift.py` for what a
change of model does to the figures.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipeline.core.periods import period
from pipeline.profiles.build import article_rng, build_profile
from pipeline.profiles.correction import Corrections
from pipeline.profiles.figures import estimates
from pipeline.profiles.groups import group_articles, no_group
from pipeline.profiles.questions import classed, poled
from pipeline.profiles.sentences import Sentences
from pipeline.profiles.trends import Part, Point, Setting, Trend, trends
from pipeline.profiles.verdict import MIN_GROUP_ARTICLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Compare
    from pipeline.core.config import Profile as ProfileSettings
    from pipeline.core.errors import Refusal
    from pipeline.core.periods import Period
    from pipeline.profiles.error import ClassifierError
    from pipeline.profiles.figures import Figure

ALL = "all articles"


@dataclass(frozen=True, slots=True)
class Series:
    """One group's periods in the order of time, those without an article left out."""

    name: str
    unit: str
    points: tuple[Point, ...]
    trends: Mapping[str, Trend]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the profiles as rows."""
        return {
            "name": self.name,
            "over": self.unit,
            "points": [
                {"period": point.period, "is_enough": point.is_enough} | point.profile.as_row() for point in self.points
            ],
            "trends": {task: asdict(trend) for task, trend in self.trends.items()},
        }


def series(
    table: pa.Table,
    codebook: Codebook,
    *,
    error: ClassifierError | None,
    profile: ProfileSettings,
    settings: Compare,
    seed: int,
) -> tuple[tuple[Series, ...], tuple[Refusal, ...]]:
    """A series for each group of `settings.by`, or one of all articles; and the articles without a date or group."""
    assert settings.over is not None  # noqa: S101
    groups, left_out = group_articles(table, settings.by)
    if settings.by is None:
        groups = {ALL: list(groups)}
    dates = dict(zip(table["article"].to_pylist(), table["date"].to_pylist(), strict=True))
    when = {article: period(date, settings.over) for article, date in dates.items()}
    undated = [
        no_group(article, settings.over, "date", dates[article], option="--over")
        for article in chain(*groups.values())
        if when[article] is None
    ]
    sentences = Sentences.from_table(table, codebook)
    setting = Setting(profile, settings, Corrections.fit(error, codebook, seed=seed), seed)
    parts = {name: _parts(name, articles, when, sentences, setting) for name, articles in groups.items()}
    found = {task.name: trends(task, parts, setting) for task in poled(codebook)}
    told = tuple(
        Series(name, settings.over, tuple(p.point for p in ps), {task: of[name] for task, of in found.items()})
        for name, ps in parts.items()
        if ps
    )
    return told, (*left_out, *undated)


def _parts(
    name: str,
    articles: Sequence[str],
    when: Mapping[str, Period | None],
    sentences: Sentences,
    setting: Setting,
) -> list[Part]:
    by_period: dict[Period, list[str]] = {}
    for article in articles:
        if (at := when[article]) is not None:
            by_period.setdefault(at, []).append(article)
    return [_part(name, at, sentences.of(by_period[at]), setting) for at in sorted(by_period)]


def _part(name: str, at: Period, sentences: Sentences, setting: Setting) -> Part:
    key = f"{name}\n{at}"
    profile = build_profile(
        sentences,
        name=f"{at}" if name == ALL else f"{name}, {at}",
        corrections=setting.corrections,
        settings=setting.profile,
        rng=article_rng(key, seed=setting.seed),
        is_group=True,
    )
    counting = sentences.spoken_by(setting.profile.voices)
    rng = article_rng(key, seed=setting.seed)  # the same stream: the same draws as in the profile
    found = estimates(counting, setting.corrections, setting.profile, rng, is_group=True) if len(counting) else {}
    is_enough = profile.n_sentences >= setting.profile.min_sentences and len(counting.articles) >= MIN_GROUP_ARTICLES
    return Part(at, counting, found, Point(str(at), at.index, profile, is_enough))


def rows(found: Sequence[Series]) -> list[dict[str, Any]]:
    """The flat table of all series: a row per group and period, with the figures that people plot."""
    return [_row(one, point) for one in found for point in one.points]


def _row(one: Series, point: Point) -> dict[str, Any]:
    profile = point.profile
    row: dict[str, Any] = {
        "group": one.name,
        "period": point.period,
        "n_articles": profile.n_articles,
        "n_sentences": profile.n_sentences,
        "is_corrected": profile.is_corrected,
        "is_enough": point.is_enough,
    }
    for task, figure in profile.nets.items():
        row |= _cells(f"net_{task}", figure)
    for ordinal in (task for task in classed(profile.codebook) if task.kind == "ordinal"):
        row |= _cells(f"share_{ordinal.name}_{ordinal.values[0]}", profile.shares[ordinal.name][ordinal.values[0]])
    for task, trend in one.trends.items():
        row[f"verdict_{task}"] = trend.verdict.text
    return row


def _cells(name: str, figure: Figure) -> dict[str, float | None]:
    return {
        name: figure.value,
        f"{name}_low": figure.low,
        f"{name}_high": figure.high,
        f"{name}_uncorrected": figure.uncorrected,
    }
