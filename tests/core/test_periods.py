import pytest

from pipeline.core.periods import Period, period


@pytest.mark.parametrize(
    ("date", "year", "quarter", "month"),
    [
        ("2021-03-04", "2021", "2021-Q1", "2021-03"),
        ("2021-12-31T23:59:00Z", "2021", "2021-Q4", "2021-12"),
        ("20210704", "2021", "2021-Q3", "2021-07"),
        ("2021/5", "2021", "2021-Q2", "2021-05"),
        ("4 March 2021", "2021", "2021-Q1", "2021-03"),
        ("Sept. 5, 2019", "2019", "2019-Q3", "2019-09"),
        ("31/3/2021", "2021", "2021-Q1", "2021-03"),
        ("3/31/2021", "2021", "2021-Q1", "2021-03"),
        ("Q2 2021", "2021", "2021-Q2", None),
        ("2021", "2021", None, None),
    ],
)
def test_dates_as_people_write_them(date, year, quarter, month):
    found = [period(date, unit) for unit in ("year", "quarter", "month")]
    assert [str(p) if p else None for p in found] == [year, quarter, month]


@pytest.mark.parametrize("date", ["3/4/2021", "maybe 2020", "2021-13-01"])
def test_a_month_that_is_not_said_is_not_guessed(date):
    assert period(date, "month") is None


@pytest.mark.parametrize("date", [None, "", "undated", "12 March", "call 555-19991"])
def test_no_year_no_period(date):
    assert period(date, "year") is None


def test_neighbours_differ_by_one_across_the_turn_of_the_year():
    december, january = period("2020-12-30", "month"), period("2021-01-02", "month")
    assert (december, january) == (Period(24251, "month"), Period(24252, "month"))
    assert december < january
