import json

import numpy as np
import pyarrow as pa
import pytest

from pipeline.core import codebook as codebooks
from pipeline.core.config import Profile as Settings
from pipeline.profiles.build import build_profiles
from pipeline.profiles.columns import profile_schema
from pipeline.profiles.figures import Figure

SETTINGS = Settings(resamples=200)
LONG = 200  # sentences; enough for the classifier's error to outweigh chance


@pytest.fixture
def built(make_table, codebook, error):
    def build(rows, *, settings=SETTINGS, error=error, seed=0):
        return list(build_profiles(make_table(rows), codebook, error=error, settings=settings, seed=seed))

    return build


def test_uncorrected_figures_are_plain_counts(built, make_lines):
    (profile,) = built(make_lines("a", "+++-....", figures=["image"]), error=None)
    assert profile.n_sentences == 8
    assert profile.nets["line"].uncorrected == pytest.approx(3 / 8 - 1 / 8)
    assert profile.shares["line"]["open"].uncorrected == pytest.approx(0.5)
    assert profile.per_100["figures"]["image"].uncorrected == pytest.approx(100)
    assert profile.per_100["figures"]["echo"].uncorrected == 0


def test_a_corrected_profile_holds_its_estimate_in_its_interval(built, make_lines):
    (profile,) = built(make_lines("a", "++++++-.....+.++"))
    figures = [profile.nets["line"], *profile.shares["line"].values(), *profile.per_100["figures"].values()]
    assert profile.is_corrected
    assert profile.reason is None
    assert all(figure.low <= figure.value <= figure.high for figure in figures)
    assert sum(figure.value for figure in profile.shares["line"].values()) == pytest.approx(1)
    net = profile.shares["line"]["in_favour"].value - profile.shares["line"]["opposed"].value
    assert profile.nets["line"].value == pytest.approx(net)


def test_without_a_record_of_error_it_says_so_and_gives_the_count_under_its_own_name(built, make_lines):
    (profile,) = built(make_lines("a", "+-..+."), error=None)
    row = profile.as_row()
    assert (row["is_corrected"], row["net_line"], row["net_line_low"]) == (False, None, None)
    assert row["net_line_uncorrected"] == pytest.approx(1 / 6)
    assert row["reason"] == "the model ships no record of its error on held-out articles"


def test_too_little_gold_is_the_reason(built, make_lines, make_error):
    (profile,) = built(make_lines("a", "+-..+."), error=make_error(n_articles=8, quality=0.9))
    assert "too little gold to correct by: 8 held-out articles" in profile.reason


def test_correction_can_be_switched_off(built, make_lines):
    (profile,) = built(make_lines("a", "+-..+."), settings=Settings(resamples=200, is_corrected=False))
    assert not profile.is_corrected
    assert "switched off" in profile.reason
    assert profile.nets["line"].value is None


def test_no_sentences_give_none_everywhere(built):
    (profile,) = built([{"article": "a", "role": "headline"}])
    assert (profile.n_sentences, profile.is_corrected, profile.course["line"]) == (0, False, ())
    assert profile.nets["line"] == profile.shares["line"]["open"] == profile.per_100["figures"]["echo"] == Figure()
    assert profile.reason == "no body sentence in the voices that count"


def test_one_sentence_has_an_interval_that_says_little(built, make_lines):
    (profile,) = built(make_lines("a", "+"))
    net = profile.nets["line"]
    assert profile.n_sentences == 1
    assert net.uncorrected == 1
    assert net.value < 0.6
    assert net.high - net.low > 0.8


def test_only_the_chosen_voices_count_and_the_others_stand_apart(built, make_lines):
    rows = make_lines("a", "++++") + make_lines("a", "---", voice="quoted", speaker="Ada Moor")
    rows += make_lines("a", ".", voice="quoted", speaker="Bo Lind")
    (profile,) = built(rows)
    assert profile.n_sentences == 4
    assert profile.nets["line"].uncorrected == 1
    assert {part.voice: part.n_sentences for part in profile.by_voice} == {"author": 4, "quoted": 4}
    assert profile.by_voice[1].counts["line"] == {"opposed": 3, "in_favour": 0, "open": 1}
    assert [(part.speaker, part.n_sentences) for part in profile.speakers] == [("Ada Moor", 3), ("Bo Lind", 1)]
    (all_voices,) = built(rows, settings=Settings(resamples=200, voices=("author", "quoted")))
    assert all_voices.nets["line"].uncorrected == pytest.approx(1 / 8)


def test_a_profile_does_not_depend_on_the_others_of_its_batch(built, make_lines):
    one, two = make_lines("a", "++-..+-."), make_lines("b", "---.....")
    alone = built(one)[0].as_row()
    assert built(one + two)[0].as_row() == alone
    assert built(two + one)[1].as_row() == alone


def test_the_seed_decides_the_draws(built, make_lines):
    rows = make_lines("a", "++-..+-.")
    assert built(rows)[0].as_row() == built(rows)[0].as_row()
    assert built(rows, seed=1)[0].as_row()["net_line_low"] != built(rows)[0].as_row()["net_line_low"]


def test_more_text_narrows_the_interval(built, make_lines):
    short, long = built(make_lines("a", "+-.." * 3) + make_lines("b", "+-.." * 30))
    assert long.nets["line"].high - long.nets["line"].low < short.nets["line"].high - short.nets["line"].low


def test_a_lower_level_narrows_the_interval(built, make_lines):
    rows = make_lines("a", "+-..+." * 3)
    wide, narrow = (built(rows, settings=Settings(resamples=500, level=level))[0].nets["line"] for level in (0.95, 0.6))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_hedging_counts_each_pole(built, make_lines):
    rows = make_lines("a", "+++", force="soft") + make_lines("a", "+++") + make_lines("a", "-", force="soft")
    (profile,) = built(rows)
    (cross,) = profile.hedging
    assert (cross.task, cross.ordinal, cross.n_positive, cross.n_negative) == ("line", "force", 6, 1)
    assert cross.positive.uncorrected == pytest.approx(0.5)
    assert cross.positive.uncorrected_low <= 0.5 <= cross.positive.uncorrected_high
    assert (cross.negative.uncorrected, cross.negative.uncorrected_low) == (1, None)
    assert cross.difference.uncorrected == pytest.approx(-0.5)


def test_hedging_of_a_pole_without_sentences_is_none(built, make_lines):
    (cross,) = built(make_lines("a", "++++++"))[0].hedging
    assert cross.negative == cross.difference == Figure()
    assert cross.positive.uncorrected == 0


def test_the_course_follows_the_text(built, make_lines):
    (profile,) = built(make_lines("a", "+" * 15 + "-" * 15))
    course = profile.course["line"]
    assert [point.n for point in course] == list(range(30))
    assert (course[0].net_uncorrected, course[-1].net_uncorrected) == (1, -1)
    assert course[0].net > 0.2 > -0.2 > course[-1].net
    assert course[14].net_uncorrected == pytest.approx(1 / 9)  # five + and four - in the window


def test_a_codebook_without_poles_has_shares_and_no_net(poleless, make_table, make_lines):
    table = make_table(make_lines("a", "+-.."))
    (profile,) = build_profiles(table, poleless, error=None, settings=SETTINGS, seed=0)
    assert (dict(profile.nets), profile.hedging, dict(profile.course)) == ({}, (), {})
    assert profile.shares["line"]["open"].uncorrected == 0.5
    assert "net_line" not in profile.as_row()


@pytest.mark.parametrize("text", ["", "+", "++-..+-.+.-."])
def test_rows_fit_their_schema(built, make_lines, codebook, text):
    (profile,) = built(make_lines("a", text) or [{"article": "a", "role": "headline"}])
    schema = profile_schema(codebook)
    row = profile.as_row()
    assert list(row) == schema.names
    assert pa.Table.from_pylist([row], schema=schema).to_pylist() == [row]
    json.dumps(row, allow_nan=False)


def test_columns_of_the_shipped_codebook():
    names = profile_schema(codebooks.load()).names
    for column in ("net_stance", "net_stance_low", "net_stance_uncorrected", "share_certainty_hedged_high"):
        assert column in names
    assert "per_100_metaphor" in names
    assert "hedged_certainty_hawkish_uncorrected" in names
    assert len(set(names)) == len(names)


def test_correction_moves_the_count_towards_the_truth(built, make_lines, make_error):
    """Texts labelled by a classifier like the gold's: over many, the corrected net is nearer than the count."""
    rng = np.random.default_rng(4)
    truth, rows, poor = {}, [], make_error(n_articles=150, quality=0.6)
    for i in range(40):
        classes = rng.choice(3, size=LONG, p=rng.dirichlet(np.full(3, 2.0)))
        truth[f"t{i}"] = (classes == 1).mean() - (classes == 0).mean()
        seen = np.where(rng.random(LONG) < 0.6, classes, rng.integers(3, size=LONG))
        rows += make_lines(f"t{i}", "".join("-+."[k] for k in seen))
    nets = {profile.name: profile.nets["line"] for profile in built(rows, error=poor)}
    corrected = np.mean([abs(nets[name].value - value) for name, value in truth.items()])
    counted = np.mean([abs(nets[name].uncorrected - value) for name, value in truth.items()])
    covered = np.mean([nets[name].low <= value <= nets[name].high for name, value in truth.items()])
    assert corrected < 0.7 * counted
    assert covered >= 0.92
