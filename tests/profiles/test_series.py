import pytest
from statsmodels.stats.multitest import multipletests

from pipeline.core.config import Compare
from pipeline.core.config import Profile as Settings
from pipeline.profiles.series import ALL, rows, series
from pipeline.profiles.verdict import Cause, Kind

FAST = Settings(resamples=200)


@pytest.fixture
def told(make_table, make_lines, codebook, make_error):
    """The series of articles given as {period: lines of each of its articles}."""

    def run(by_period, *, over="year", by=None, n_articles=1, error=True, **more):
        made = []
        for at, text in by_period.items():
            for i in range(n_articles):
                made += make_lines(f"{at}-{i}", text, date=at, outlet="Post", **more)
        return series(
            make_table(made),
            codebook,
            error=make_error(n_articles=80, quality=0.95) if error else None,
            profile=FAST,
            settings=Compare(over=over, by=by, permutations=500),
            seed=0,
        )

    return run


FOR, AGAINST, MIXED = "+++++++++++++++.", "---------------.", "+-.+-.+-.+-.+-.+"


def test_a_writer_who_turns_is_told_with_direction_and_span(told):
    ((one,), left_out) = told({"2019": AGAINST, "2020": MIXED, "2021": FOR}, n_articles=8)
    trend = one.trends["line"]
    assert (one.name, left_out, [p.period for p in one.points]) == (ALL, (), ["2019", "2020", "2021"])
    assert trend.verdict.text == "all articles became more in favour from 2019 to 2021"
    assert trend.low > 0 and max(trend.p_holm) <= 0.05
    assert one.points[0].profile.nets["line"].value < 0 < one.points[2].profile.nets["line"].value


def test_up_and_down_again_is_a_change_without_a_direction(told):
    ((one,), _) = told({"2019": AGAINST, "2020": FOR, "2021": AGAINST}, n_articles=10)
    verdict = one.trends["line"].verdict
    assert verdict.kind == "changed"
    told = "all articles changed from 2019 to 2021 without a steady direction: most in favour in 2020, least in"
    assert verdict.text.startswith(told)


def test_the_same_all_along_is_no_change(told):
    ((one,), _) = told({"2019": MIXED, "2020": MIXED, "2021": MIXED}, n_articles=40)
    assert one.trends["line"].verdict.kind == "steady"


def test_few_articles_cannot_tell_and_say_how_many_more(told):
    ((one,), _) = told({"2019-01": MIXED, "2019-02": MIXED}, over="month", n_articles=2)
    verdict = one.trends["line"].verdict
    assert verdict.kind == "cannot_tell"
    assert (verdict.cause, verdict.n_more > 1, verdict.n_more_unit) == (Cause.TOO_LITTLE_TEXT, True, "article")
    assert f"about {verdict.n_more} more articles in each period would settle it" in verdict.text


def test_periods_of_one_article_are_shown_and_not_tested(told):
    ((one,), _) = told({"2019": FOR, "2020": AGAINST})
    verdict = one.trends["line"].verdict
    assert [point.is_enough for point in one.points] == [False, False]
    assert verdict.cause is Cause.FEW_ARTICLES
    assert (verdict.kind, verdict.n_more, one.trends["line"].p_trend) == ("cannot_tell", 2, None)
    assert "no periods with 2 articles" in verdict.reason


def test_without_a_record_of_error_nothing_is_told(told):
    ((one,), _) = told({"2019": FOR, "2020": AGAINST}, n_articles=3, error=False)
    verdict = one.trends["line"].verdict
    assert (verdict.kind, verdict.cause) == (Kind.CANNOT_TELL, Cause.UNMEASURED_ERROR)
    assert "the classifier's error is not measured" in verdict.text
    assert one.points[0].profile.nets["line"].uncorrected > 0.9


def test_groups_have_series_of_their_own_and_the_undated_are_left_out(make_table, make_lines, codebook, error):
    made = [
        *make_lines("a", MIXED, outlet="Post", date="2019-02-01"),
        *make_lines("b", MIXED, outlet="Times", date="2019-05-01"),
        *make_lines("c", MIXED, outlet="Times", date="3/4/2019"),
        *make_lines("d", MIXED, outlet="", date="2019-01-01"),
    ]
    settings = Compare(over="quarter", by="outlet", permutations=200)
    found, left_out = series(make_table(made), codebook, error=error, profile=FAST, settings=settings, seed=0)
    assert [(one.name, [p.period for p in one.points]) for one in found] == [
        ("Post", ["2019-Q1"]),
        ("Times", ["2019-Q2"]),
    ]
    assert [r.source for r in left_out] == ["d", "c"]
    assert "no quarter can be read off the date '3/4/2019'" in left_out[1].detail
    assert [(row["group"], row["period"], row["n_articles"]) for row in rows(found)] == [
        ("Post", "2019-Q1", 1),
        ("Times", "2019-Q2", 1),
    ]


def test_a_gap_in_time_counts_as_long_as_it_was(told):
    ((one,), _) = told({"2001": MIXED, "2019": MIXED}, n_articles=2)
    assert one.points[1].index - one.points[0].index == 18


def test_the_tests_of_all_series_are_one_family_and_two_periods_give_one(make_table, make_lines, codebook, error):
    texts = {"Post": {"2019": MIXED, "2020": FOR, "2021": MIXED}, "Times": {"2019": AGAINST, "2020": MIXED}}
    texts["Herald"] = {"2019": MIXED, "2020": "+-." + MIXED, "2021": MIXED, "2022": MIXED}
    made = [
        line
        for outlet, periods in texts.items()
        for at, text in periods.items()
        for i in range(5)
        for line in make_lines(f"{outlet}-{at}-{i}", text[i:], outlet=outlet, date=at)
    ]
    settings = Compare(over="year", by="outlet", permutations=500)
    found, _ = series(make_table(made), codebook, error=error, profile=FAST, settings=settings, seed=0)
    post, times, herald = (one.trends["line"] for one in found)
    p = [post.p_trend, post.p_change, times.p_trend, herald.p_trend, herald.p_change]
    holm = [*post.p_holm, times.p_holm[0], *herald.p_holm]
    assert holm == pytest.approx(multipletests(p, method="holm")[1])
    assert (times.p_change, times.p_holm[1]) == (None, None)
    assert times.verdict.kind == "trend"
