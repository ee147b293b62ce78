"""The section of the page on change over time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.core import codebook as codebooks
from pipeline.core.config import Config
from pipeline.profiles.series import series
from pipeline.reports.charts import Axis
from pipeline.reports.looks import looks
from pipeline.reports.page import page, write_page
from pipeline.reports.series_view import series_views, upright


@pytest.fixture(scope="module")
def contents(make_contents, make_lines, error):
    """Three years of two papers; one turns hawkish, the other has a year of a single article."""
    rows = []
    for year, text in (("2019", "----.----.----."), ("2020", "+-.+-.+-.+-.+-."), ("2022", "++++.++++.++++.")):
        for i in range(4):
            rows += make_lines(f"post-{year}-{i}", text, outlet="Post", date=f"{year}-02-01")
    rows += make_lines("ledger", "+-.+-.+-.+-.", outlet='<b onclick="alert(1)">Ledger', date="2020-01-01")
    made = make_contents(rows, error=error, by="outlet")
    chosen = {"profile": {"resamples": 100}, "compare": {"permutations": 200, "by": "outlet", "over": "year"}}
    config = Config.model_validate(chosen)
    found, _ = series(
        made.sentences,
        codebooks.load(),
        error=error,
        profile=config.profile,
        settings=config.compare,
        seed=0,
    )
    return replace(made, config=config, series=found)


def test_a_chart_has_a_place_for_each_period_in_proportion_to_time(contents) -> None:
    post, ledger = series_views(contents.series, looks(codebooks.load()))
    assert [point.x for point in post.points] == pytest.approx([8, 36, 92])  # 2021 has no article, its place is kept
    assert len(post.lines) == 2
    assert post.points[0].mark.x > post.points[2].mark.x, "more hawkish is higher up"
    assert (ledger.points[0].is_enough, ledger.lines) == (False, ())


def test_the_middle_of_the_axis_is_the_middle_of_the_chart() -> None:
    axis = Axis.around([0.8])
    assert [upright(axis.at(value)) for value in (-1, 0, 1)] == [92, 50, 8]


def test_the_page_tells_the_verdict_and_has_the_figures_as_a_table(contents) -> None:
    shown = page(contents)
    assert '<section id="series"' in shown
    assert "Post became more hawkish from 2019 to 2022" in shown
    assert '<th scope="row">2022</th>' in shown
    assert '<b onclick="alert(1)">' not in shown


def test_a_page_without_a_series_has_no_such_section(contents) -> None:
    assert 'id="series"' not in page(replace(contents, series=()))


@pytest.mark.parametrize("width", [1400, 800, 400])
def test_the_charts_fit_their_cards_in_silence(chromium, contents, tmp_path, width) -> None:
    path = tmp_path / "series.html"
    write_page(path, contents)
    chromium.open(path, width=width)
    assert chromium.complaints == []
    assert chromium.js("document.documentElement.scrollWidth") <= width
    marks = "[...document.querySelectorAll('.over .dot, .over .grid')]"
    inside = (
        f"{marks}.every((m) => {{ const a = m.getBoundingClientRect(), b = m.closest('.card').getBoundingClientRect();"
        " return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top && a.bottom <= b.bottom; })"
    )
    assert chromium.js(f"{marks}.length") > 8
    assert chromium.js(inside)
