import json

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from pipeline.core import codebook as codebooks
from pipeline.core.config import Compare
from pipeline.core.config import Profile as Settings
from pipeline.profiles.build import build_profiles
from pipeline.profiles.compare import compare
from pipeline.profiles.verdict import Kind
from tests.profiles.conftest import WIND_FARMS, table_of

PROFILE = Settings(resamples=200)


@pytest.fixture(scope="module")
def good_error(make_error):
    return make_error(n_articles=150, quality=0.97)


@pytest.fixture
def compared(make_table, codebook, good_error):
    def run(rows, *, error=good_error, profile=PROFILE, seed=0, **settings):
        options = Compare(**({"permutations": 400} | settings))
        return compare(make_table(rows), codebook, error=error, profile=profile, settings=options, seed=seed)

    return run


FAVOUR, AGAINST, MIXED = "+++.+++.++.+" * 4, "---.--.---.-" * 4, "+-..+.-..-.+" * 4


def test_opposite_texts_are_told_apart_whichever_comes_first(compared, make_lines):
    for first, second in ((FAVOUR, AGAINST), (AGAINST, FAVOUR)):
        (pair,) = compared(make_lines("one", first) + make_lines("two", second)).pairs
        found = pair.nets["line"]
        winner, loser = ("one", "two") if first is FAVOUR else ("two", "one")
        assert found.verdict.text == f"{winner} is more in favour than {loser}"
        assert found.p_holm < 0.01
        assert (found.difference.value > 0) == (first is FAVOUR)
        assert found.difference.low <= found.difference.value <= found.difference.high


def test_like_texts_are_not_told_apart(compared, make_lines):
    (pair,) = compared(make_lines("one", MIXED * 4) + make_lines("two", MIXED * 4)).pairs
    found = pair.nets["line"]
    assert found.verdict.kind is Kind.NOT_DISTINGUISHABLE
    assert found.p_holm == pytest.approx(1)
    assert found.difference.low < 0 < found.difference.high


def test_short_texts_cannot_be_told(compared, make_lines):
    (pair,) = compared(make_lines("one", "++++") + make_lines("two", FAVOUR)).pairs
    assert pair.nets["line"].verdict.text == "cannot tell: too little text (one has 4 sentences, 10 needed)"


def test_a_text_that_is_too_short_is_told_how_much_is_missing(compared, make_lines):
    short = Settings(resamples=200, min_sentences=5)
    (pair,) = compared(make_lines("one", "+.-..-.+") + make_lines("two", "..+-.+.-"), profile=short).pairs
    found = pair.nets["line"].verdict
    assert found.kind is Kind.CANNOT_TELL
    assert found.n_more > 0
    longer = 8 + 2 * found.n_more  # the intervals of real draws scatter; twice the need is surely enough
    texts = make_lines("one", (MIXED * 20)[:longer]) + make_lines("two", (MIXED * 20)[:longer])
    assert compared(texts, profile=short).pairs[0].nets["line"].verdict.kind is Kind.NOT_DISTINGUISHABLE


def test_a_comparison_that_cannot_be_told_never_lacks_no_text(compared, make_lines, monkeypatch):
    monkeypatch.setattr("pipeline.profiles.compare.growth_needed", lambda *_, **__: 1.0)
    short = Settings(resamples=200, min_sentences=5)
    (pair,) = compared(make_lines("one", "+.-..-.+") + make_lines("two", "..+-.+.-"), profile=short).pairs
    assert pair.nets["line"].verdict.n_more == 1


def test_an_empty_text_gets_a_verdict_of_ignorance(compared, make_lines):
    rows = [*make_lines("one", FAVOUR), {"article": "two", "role": "headline"}]
    (pair,) = compared(rows).pairs
    assert pair.nets["line"].verdict.kind is Kind.CANNOT_TELL
    assert pair.nets["line"].difference.value is None
    assert pair.differences == {}


def test_without_a_record_of_error_there_is_no_verdict(compared, make_lines):
    (pair,) = compared(make_lines("one", FAVOUR) + make_lines("two", AGAINST), error=None).pairs
    found = pair.nets["line"]
    assert found.verdict.reason == "the classifier's error is not measured"
    assert found.difference.uncorrected == pytest.approx(1.5)  # by hand: 36/48 in favour less 36/48 opposed
    assert (found.p_holm, found.effect_size) == (None, None)


SIDES = {"one": FAVOUR, "two": MIXED, "three": "+" + MIXED, "four": "+-++" * 8, "brief": "++++"}


def nets(pairs, task="line"):
    return [pair.nets[task] for pair in pairs]


def expected_of(found):
    return pytest.approx(multipletests([max(net.p_permutation, net.p_model) for net in found], method="holm")[1])


def test_the_pairs_that_could_get_a_verdict_are_one_family(compared, make_lines):
    pairs = compared([row for name, text in SIDES.items() for row in make_lines(name, text)]).pairs
    long = nets(pair for pair in pairs if pair.b != "brief")
    assert len(long) == 6
    assert [net.p_holm for net in long] == expected_of(long)
    assert {(net.p_permutation, net.p_holm) for net in nets(p for p in pairs if p.b == "brief")} == {(None, None)}


def test_tasks_are_families_of_their_own(make_lines, record_of_error):
    poles = b"  poles: {positive: firm, negative: soft}"
    both = codebooks.parse(WIND_FARMS.replace(b"  kind: ordinal", b"  kind: ordinal\n" + poles), where="x")
    rows = [row for name, text in SIDES.items() if name != "brief" for row in make_lines(name, text)]
    for i, row in enumerate(rows):
        row["force"] = "soft" if i % 3 else "firm"
    error = record_of_error(both, n_articles=150, quality=0.97, seed=3)
    settings = Compare(permutations=200)
    pairs = compare(table_of(both, rows), both, error=error, profile=PROFILE, settings=settings, seed=0).pairs
    for task in ("line", "force"):
        assert [net.p_holm for net in nets(pairs, task)] == expected_of(nets(pairs, task))


def groups(make_lines, n=6):
    rows = []
    for i in range(n):
        rows += make_lines(f"p{i}", FAVOUR, outlet="Post", date=f"20{10 + i}-01-01")
        rows += make_lines(f"t{i}", MIXED, outlet="Times", date=f"20{10 + i}-06-01")
    return rows + make_lines("stray", MIXED)


def test_groups_are_compared_by_a_column(compared, make_lines):
    result = compared(groups(make_lines), by="outlet")
    (pair,) = result.pairs
    assert [(profile.name, profile.n_articles) for profile in result.profiles] == [("Post", 6), ("Times", 6)]
    assert pair.nets["line"].verdict.text == "Post is more in favour than Times"
    assert [refusal.source for refusal in result.left_out] == ["stray"]


def test_groups_of_one_article_cannot_be_told(compared, make_lines):
    (pair,) = compared(groups(make_lines, n=1), by="outlet").pairs
    assert "Post has 1 article, 2 needed" in pair.nets["line"].verdict.text


def test_groups_by_year(compared, make_lines):
    result = compared(groups(make_lines, n=3), by="year")
    assert [profile.name for profile in result.profiles] == ["2010", "2011", "2012"]


def test_profiles_of_a_comparison_are_those_of_the_texts_alone(compared, make_lines, make_table, codebook, good_error):
    rows = make_lines("one", FAVOUR) + make_lines("two", AGAINST)
    alone = build_profiles(make_table(rows), codebook, error=good_error, settings=PROFILE, seed=0)
    assert [profile.as_row() for profile in compared(rows).profiles] == [profile.as_row() for profile in alone]


def test_a_comparison_is_the_same_each_time_and_whatever_stands_beside_it(compared, make_lines):
    one, two, three = make_lines("one", FAVOUR), make_lines("two", MIXED), make_lines("three", AGAINST)
    pair, wider = compared(one + two).pairs[0], compared(one + two + three).pairs[0]
    assert compared(one + two).as_dict() == compared(one + two).as_dict()
    assert pair.nets["line"].difference == wider.nets["line"].difference
    assert pair.nets["line"].p_permutation == wider.nets["line"].p_permutation


def test_differences_of_shares_have_an_effect_size(compared, make_lines):
    (pair,) = compared(make_lines("one", FAVOUR, figures=["image"]) + make_lines("two", MIXED)).pairs
    assert set(pair.differences) == {"line", "force", "figures.image", "figures.echo"}
    assert pair.differences["figures.image"]["image"].cohens_h > 1.5
    assert pair.differences["line"]["opposed"].cohens_h < 0


def test_effect_size_is_in_standard_deviations_of_held_out_texts(compared, make_lines, good_error):
    found = compared(make_lines("one", FAVOUR) + make_lines("two", AGAINST)).pairs[0].nets["line"]
    gold = good_error.questions["line"].gold_counts / 30
    spread = np.std(gold[:, 1] - gold[:, 0])
    assert found.effect_size == pytest.approx(found.difference.value / spread, rel=0.15)


def test_json_of_a_comparison_has_no_gaps(compared, make_lines):
    result = compared(groups(make_lines, n=2), by="outlet").as_dict()
    assert json.loads(json.dumps(result, allow_nan=False))["pairs"][0]["nets"]["line"]["verdict"]["text"]


def test_without_poles_there_are_differences_and_no_verdict(poleless, make_table, make_lines):
    table = make_table(make_lines("one", FAVOUR) + make_lines("two", AGAINST))
    result = compare(table, poleless, error=None, profile=PROFILE, settings=Compare(permutations=100), seed=0)
    assert dict(result.pairs[0].nets) == {}
    assert result.pairs[0].differences["line"]["opposed"].uncorrected == pytest.approx(-0.75)
