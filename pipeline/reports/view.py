"""What the page's template is given: plain values, in the order in which the page tells them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.core.periods import UNITS, period
from pipeline.reports import charts, findings, words
from pipeline.reports.looks import best, looks, plain
from pipeline.reports.sentence_view import name, sentence_view
from pipeline.reports.series_view import series_views

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.core.codebook import Codebook, Task
    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.labeling.rows import Identity
    from pipeline.profiles.build import Profile
    from pipeline.profiles.compare import Comparison, NetComparison, Pair
    from pipeline.profiles.series import Series
    from pipeline.profiles.verdict import Verdict
    from pipeline.reports.charts import Axis, Band, Part, Whisker
    from pipeline.reports.findings import Contrast
    from pipeline.reports.looks import Looks
    from pipeline.reports.sentence_view import SentenceView
    from pipeline.reports.series_view import SeriesView

MAX_ARTICLES = 40  # shown with their text and held in the embedded table; a page of more would not open


@dataclass(frozen=True, slots=True)
class Contents:
    """What a page is made of.

    `comparison` is None where texts were labelled and not compared; `n_more` articles of the run are not in it.
    """

    sentences: pa.Table
    profiles: Sequence[Profile]
    comparison: Comparison | None
    codebook: Codebook
    identity: Identity
    config: Config
    refusals: Sequence[Refusal] = ()
    n_more: int = 0
    series: Sequence[Series] = ()


@dataclass(frozen=True, slots=True)
class TextView:
    """An op-ed or group in the charts. `label` is what the page calls it, `name` what verdicts call it."""

    name: str
    label: str
    about: str
    article_id: str
    told: str
    n_sentences: int
    net: Whisker | None
    bars: tuple[tuple[Task, tuple[Part, ...]], ...]
    profile: Profile


@dataclass(frozen=True, slots=True)
class ArticleView:
    id: str
    name: str
    label: str
    about: str
    sha256: str
    sentences: tuple[SentenceView, ...]
    course: str  # points of the polyline, empty where there is no course
    has_bands: bool

    @property
    def judged(self) -> tuple[SentenceView, ...]:
        return tuple(sentence for sentence in self.sentences if sentence.is_judged)


@dataclass(frozen=True, slots=True)
class PairView:
    a: str
    b: str
    text: str
    reason: str
    kind: str
    difference: Whisker | None
    p: str


@dataclass(frozen=True, slots=True)
class View:
    """The whole page."""

    contents: Contents
    looks: Looks
    axis: Axis
    texts: tuple[TextView, ...]
    pair_axis: Axis
    pairs: tuple[PairView, ...]
    articles: tuple[ArticleView, ...]
    n_left_out: int
    contrasts: tuple[Contrast, ...]
    labels: Mapping[str, str]
    devices: tuple[tuple[str, tuple[float | None, ...]], ...]
    series: tuple[SeriesView, ...] = ()

    @property
    def verdicts(self) -> dict[tuple[str, str], PairView]:
        """By both sides, in either order."""
        return {sides: pair for pair in self.pairs for sides in ((pair.a, pair.b), (pair.b, pair.a))}

    @property
    def shared_reason(self) -> str:
        """The verdict where it is the same of every pair, else empty."""
        told = {pair.text.split(": ", 1)[-1] for pair in self.pairs}
        return told.pop() if len(told) == 1 and self.pairs[0].kind == "cannot_tell" else ""


def view(contents: Contents) -> View:
    """Raises: nothing that a text could cause; every string of a text is shown as it is."""
    book, shown = contents.codebook, looks(contents.codebook)
    rows = contents.sentences.to_pylist()
    by_article: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_article.setdefault(row["article"], []).append(row)
    ids = {article: f"a{i}" for i, article in enumerate(by_article)}
    courses = {profile.name: profile for profile in contents.profiles if not profile.is_group}
    articles = tuple(
        _article(ids[article], lines, contents, shown, courses.get(article))
        for article, lines in list(by_article.items())[:MAX_ARTICLES]
    )
    axis = _net_axis(contents.profiles, shown.tinted)
    texts = [_text(profile, by_article, ids, shown, axis) for profile in contents.profiles]
    pair_axis, pairs = _pairs(contents.comparison, shown.tinted)
    return View(
        contents=contents,
        looks=shown,
        axis=axis,
        texts=tuple(sorted(texts, key=_place)),
        pair_axis=pair_axis,
        pairs=pairs,
        articles=articles,
        n_left_out=max(0, len(by_article) - MAX_ARTICLES) + contents.n_more,
        contrasts=_contrasts(contents, by_article),
        labels={text.name: text.label for text in texts},
        devices=_devices(book, [text.profile for text in sorted(texts, key=_place)]),
        series=series_views(contents.series, shown),
    )


def _place(text: TextView) -> tuple[bool, float]:
    """Most positive first, those without a figure last."""
    return text.net is None, -(text.net.x if text.net else 0)


def _net_axis(profiles: Sequence[Profile], task: Task | None) -> Axis:
    if task is None or task.poles is None:
        return charts.Axis.around([])
    found = [best(profile.nets[task.name]) for profile in profiles]
    return charts.Axis.around(end for f in found if f for end in (f.value, f.low, f.high))


def _text(
    profile: Profile,
    by_article: Mapping[str, Sequence[dict[str, Any]]],
    ids: Mapping[str, str],
    shown: Looks,
    axis: Axis,
) -> TextView:
    rows = () if profile.is_group else by_article.get(profile.name, ())
    label, about = _titles(rows[0]) if rows else (name(profile.name), _amount(profile.n_articles))
    who = label if not rows else name(rows[0]["author"]) or "The writer"
    task = shown.tinted
    return TextView(
        name=name(profile.name),
        label=label,
        about=about,
        article_id="" if profile.is_group else ids.get(profile.name, ""),
        told=words.stands(profile, shown, who=who),
        n_sentences=profile.n_sentences,
        net=charts.net_whisker(axis, profile.nets[task.name]) if task and task.poles else None,
        bars=tuple((t, charts.stacked(t, profile.shares[t.name], shown)) for t in (task, shown.lined) if t),
        profile=profile,
    )


def _amount(n_articles: int) -> str:
    return f"{n_articles} article" if n_articles == 1 else f"{n_articles} articles"


def _titles(row: Mapping[str, Any]) -> tuple[str, str]:
    """Title (else the article's name), and the line below it."""
    label = name(row["title"]) or name(row["article"])
    about = [name(row[column]) for column in ("author", "outlet", "date")]
    own = [name(row["article"])] if label != name(row["article"]) else []
    return label, " · ".join([part for part in about if part] + own)


def _article(
    id: str, rows: Sequence[dict[str, Any]], contents: Contents, shown: Looks, profile: Profile | None
) -> ArticleView:
    points = profile.course.get(shown.tinted.name, ()) if profile and shown.tinted else ()
    bands: dict[int, Band] = {point.n: charts.band(point) for point in points}
    sentences = tuple(sentence_view(row, contents.codebook, shown, bands) for row in rows)
    places = {sentence.n: i for i, sentence in enumerate(s for s in sentences if s.is_judged)}
    nets = [(places[p.n], p.net if p.net is not None else p.net_uncorrected) for p in points if p.n in places]
    label, about = _titles(rows[0])
    own = name(rows[0]["article"])
    return ArticleView(id, own, label, about, rows[0]["text_sha256"], sentences, charts.polyline(nets), bool(bands))


_ORDER = {"more": 0, "not_distinguishable": 1, "cannot_tell": 2}


def _pairs(comparison: Comparison | None, task: Task | None) -> tuple[Axis, tuple[PairView, ...]]:
    if comparison is None or task is None:
        return charts.Axis.around([]), ()
    found = [(pair, pair.nets[task.name]) for pair in comparison.pairs if task.name in pair.nets]
    differences = [net.difference for _, net in found]
    axis = charts.Axis.around(end for d in differences for end in (d.value, d.low, d.high, d.uncorrected))
    found.sort(key=lambda item: (_ORDER[item[1].verdict.kind], -abs(item[1].difference.value or 0)))
    return axis, tuple(_pair(pair, net, axis) for pair, net in found)


def _pair(pair: Pair, net: NetComparison, axis: Axis) -> PairView:
    """The side that a verdict calls more stands first, and the difference is first less second."""
    d, a, b, is_more = net.difference, pair.a, pair.b, net.verdict.kind == "more"
    value, low, high = d.value, d.low, d.high
    if is_more and value is not None and low is not None and high is not None and value < 0:
        a, b, value, low, high = b, a, -value, -high, -low
    drawn = None
    if value is not None:
        drawn = charts.whisker(axis, value, low, high, is_corrected=True, is_difference=True)
    elif d.uncorrected is not None:
        drawn = charts.whisker(axis, d.uncorrected, None, None, is_corrected=False)
    p = "" if net.p_holm is None else "< .001" if net.p_holm < 0.001 else f"{net.p_holm:.3f}".lstrip("0")
    reason = "" if is_more or net.verdict.reason in net.verdict.text else name(net.verdict.reason)
    return PairView(name(a), name(b), _told(pair, net.verdict), reason, net.verdict.kind, drawn, p)


def _told(pair: Pair, verdict: Verdict) -> str:
    """A verdict that names both sides stands alone, any other after their names."""
    told = name(verdict.text)
    return f"{name(pair.a)} | {name(pair.b)}: {told}" if verdict.kind == "cannot_tell" else told


def _contrasts(contents: Contents, by_article: Mapping[str, Sequence[dict[str, Any]]]) -> tuple[Contrast, ...]:
    comparison = contents.comparison
    if comparison is None:
        return ()
    voices = contents.config.profile.voices
    groups: dict[str, list[dict[str, Any]]] = {}
    for rows in by_article.values():
        of = rows[0]["article"] if comparison.by is None else _group(rows[0], comparison.by)
        groups.setdefault(of, []).extend(row for row in rows if row["voice"] in voices)
    return findings.contrasts(comparison, contents.codebook, groups)


def _group(row: Mapping[str, Any], by: str) -> str:
    unit = next((unit for unit in UNITS if unit == by), None)
    value = str(row.get(by if unit is None else "date") or "")
    return value.strip() if unit is None else str(period(value, unit) or "")


def _devices(codebook: Codebook, profiles: Sequence[Profile]) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    """Of each device its number per 100 sentences in each text, the most frequent first; those of none are left out."""
    found = []
    for task in codebook.tasks:
        if task.kind == "multi":
            for label in task.values:
                figures = [best(profile.per_100[task.name][label]) for profile in profiles]
                values = tuple(figure.value if figure else None for figure in figures)
                if any(value and value >= 0.5 for value in values):
                    found.append((plain(label), values))
    return tuple(sorted(found, key=lambda item: -sum(value or 0 for value in item[1])))


def quoted(profile: Profile, task: Task | None) -> list[tuple[str, str, int, str]]:
    """Speaker, voice, sentences and what they say, as counted."""
    rows = []
    for part in profile.speakers:
        counts = Counter(part.counts.get(task.name, {})) if task else Counter()
        said = ", ".join(f"{n} {plain(label)}" for label, n in counts.most_common() if n)
        rows.append((name(part.speaker), plain(part.voice), part.n_sentences, said))
    return rows
