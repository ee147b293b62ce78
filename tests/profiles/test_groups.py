import pytest

from pipeline.core.errors import ConfigError
from pipeline.profiles.groups import group_articles


@pytest.fixture
def table(make_table):
    rows = [
        {"article": "a", "outlet": "Post", "date": "2021-03-04"},
        {"article": "b", "outlet": "Times", "date": "3 May 2022"},
        {"article": "c", "outlet": "Post", "date": "2022"},
        {"article": "d", "outlet": " ", "date": None},
    ]
    return make_table(rows)


def test_every_article_is_its_own_without_a_column(table):
    assert group_articles(table, None) == ({name: [name] for name in "abcd"}, ())


def test_groups_by_a_column_and_names_who_is_left_out(table):
    groups, left_out = group_articles(table, "outlet")
    assert groups == {"Post": ["a", "c"], "Times": ["b"]}
    assert [str(refusal) for refusal in left_out] == [
        "d: no_group: the article has no outlet; fill in outlet, or compare without --by outlet"
    ]


def test_groups_by_the_year_of_the_date(table):
    groups, left_out = group_articles(table, "year")
    assert groups == {"2021": ["a"], "2022": ["b", "c"]}
    assert left_out[0].source == "d"


def test_an_unknown_column_gets_the_near_name(table):
    with pytest.raises(ConfigError, match=r"unknown column to compare by 'outlets' at compare.by; .*'outlet'\?"):
        group_articles(table, "outlets")
