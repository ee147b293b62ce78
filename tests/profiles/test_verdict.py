import json
from dataclasses import asdict

import pytest

from pipeline.core.codebook import Poles
from pipeline.profiles.verdict import Finding, Kind, Side, verdict

RULES = {
    "poles": Poles(positive="in_favour", negative="opposed"),
    "alpha": 0.05,
    "min_sentences": 10,
    "is_group": False,
}
A, B = Side("A", 30, 1), Side("B", 30, 1)


def told(a=A, b=B, finding=None, **more):
    return verdict(a, b, finding or Finding(0.5, 0.2, 0.8, 0.01, None), **(RULES | more))


def test_a_clear_difference_is_told_in_the_codebooks_words():
    assert told().kind is Kind.MORE
    assert told().text == "A is more in favour than B"
    assert told(finding=Finding(-0.5, -0.8, -0.2, 0.01, None)).text == "B is more in favour than A"


@pytest.mark.parametrize("finding", [Finding(0.3, 0.1, 0.5, 0.06, None), Finding(0.3, -0.05, 0.6, 0.01, None)])
def test_p_and_interval_must_both_speak_for_a_difference(finding):
    assert told(finding=finding).kind is Kind.NOT_DISTINGUISHABLE
    assert told(finding=finding).text == "A and B are not distinguishable"


def test_a_wide_interval_is_no_verdict_and_names_the_text_that_is_needed():
    found = told(finding=Finding(0.3, -0.4, 0.9, 0.2, 25))
    assert (found.kind, found.n_more, found.n_more_unit) == (Kind.CANNOT_TELL, 25, "sentence")
    assert found.text == "cannot tell: too little text; about 25 more sentences on each side would settle it"


def test_where_no_text_would_do_that_is_said():
    found = told(finding=Finding(0.3, -0.4, 0.9, 0.2, None))
    assert found.kind is Kind.CANNOT_TELL
    assert "no more text would settle it" in found.text
    assert (found.n_more, found.n_more_unit) == (None, None)


def test_too_short_a_text_stops_everything_else():
    found = told(b=Side("B", 9, 1))
    assert (found.kind, found.n_more, found.n_more_unit) == (Kind.CANNOT_TELL, 1, "sentence")
    assert found.text == "cannot tell: too little text (B has 9 sentences, 10 needed)"
    assert "B has 1 sentence, 10" in told(b=Side("B", 1, 1)).text


def test_a_group_of_one_article_is_no_group():
    found = told(a=Side("A", 30, 1), b=Side("B", 300, 9), is_group=True)
    assert found.text == "cannot tell: too little text (A has 1 article, 2 needed)"
    assert (found.n_more, found.n_more_unit) == (1, "article")


def test_without_correction_there_is_no_verdict():
    found = told(finding=Finding(None, None, None, None, None))
    assert (found.kind, found.reason) == (Kind.CANNOT_TELL, "the classifier's error is not measured")


def test_groups_need_articles():
    wide = Finding(0.3, -0.4, 0.9, 0.2, 1)
    found = told(Side("A", 300, 5), Side("B", 300, 5), finding=wide, is_group=True)
    assert found.text.endswith("about 1 more article on each side would settle it")
    assert json.loads(json.dumps(asdict(found)))["n_more_unit"] == "article"


def test_thousands_are_set_apart():
    assert "about 1,200 more sentences on each side" in told(finding=Finding(0.3, -0.4, 0.9, 0.2, 1200)).text
