"""Words, letters, geometry, cuts and findings, each against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.core import codebook as codebooks
from pipeline.profiles.figures import Figure
from pipeline.reports import charts
from pipeline.reports.findings import contrasts
from pipeline.reports.looks import Best, looks, signed
from pipeline.reports.sentence_view import name, sentence_view, text
from pipeline.reports.words import lean, stands


@pytest.fixture(scope="module")
def book():
    return codebooks.load()


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.6, 0.3, 0.8, "is strongly hawkish"),
        (0.3, 0.1, 0.5, "is hawkish"),
        (0.1, 0.05, 0.2, "is slightly hawkish"),
        (-0.7, -0.9, -0.4, "is strongly conciliatory"),
        (0.3, -0.01, 0.6, "shows no clear lean"),
        (0.0, 0.0, 0.0, "takes no side"),
        (0.3, None, None, "cannot be placed"),
    ],
)
def test_a_side_is_named_only_where_the_interval_leaves_out_zero(book, value, low, high, words) -> None:
    assert lean(book.task("stance"), Best(value, low, high, True)) == words


def test_a_profile_is_told_in_one_sentence(make_contents, make_lines) -> None:
    rows = [*make_lines("a", "+" * 9 + ".", devices=["irony"]), *make_lines("b", "-" * 12)]
    contents = make_contents(rows)
    told = stands(contents.profiles[0], looks(contents.codebook), who="Ada Roe")
    assert told == (
        "Ada Roe is strongly hawkish on Russia; every sentence is certain; most used: irony (100 in 100 sentences)."
    )


def test_letters_tell_labels_apart_and_tints_follow_the_poles(book) -> None:
    found = looks(book)
    assert [(look.letter, look.tint) for look in found.of_task(book.task("stance"))] == [
        ("H", "pos"),
        ("C", "neg"),
        ("N", "mid"),
    ]
    for task in book.tasks:
        letters = [look.letter for look in found.of_task(task)]
        assert len(set(letters)) == len(letters)


def test_signed_numbers_have_a_true_minus_and_no_negative_zero() -> None:
    assert [signed(v) for v in (0.234, -0.1, -0.001, 1)] == ["+0.23", "−0.10", "0.00", "+1.00"]


def test_axis_is_symmetric_and_holds_every_end() -> None:
    axis = charts.Axis.around([0.31, -0.2, None])
    assert axis.limit == 0.5
    assert [axis.at(v) for v in (-0.5, 0, 0.25, 0.5, 9)] == [0, 50, 75, 100, 100]


def test_whisker_takes_the_pole_that_its_whole_interval_lies_on() -> None:
    axis = charts.Axis(1.0)
    sides = [
        charts.whisker(axis, v, low, high, is_corrected=True).side
        for v, low, high in ((0.5, 0.1, 0.9), (-0.5, -0.9, -0.1), (0.1, -0.1, 0.3), (0.1, None, None))
    ]
    assert sides == ["pos", "neg", "mid", "mid"]


def test_stacked_bar_fills_its_width_from_the_negative_pole(book) -> None:
    shares = {"hawkish": Figure(0.2), "conciliatory": Figure(0.5), "neutral": Figure(0.3)}
    parts = charts.stacked(book.task("stance"), shares, looks(book))
    assert [(p.look.value, p.x, p.width) for p in parts] == [
        ("conciliatory", 0, 50),
        ("neutral", 50, 30),
        ("hawkish", 80, 20),
    ]
    assert [p.label for p in parts] == ["conciliatory 50%", "N 30%", "H 20%"]


def _row(make_contents, **given):
    contents = make_contents([{"article": "a", **given}, {"article": "b"}])
    return contents.sentences.to_pylist()[0], contents.codebook


def test_overlapping_evidence_is_cut_so_that_pieces_join_to_the_sentence(make_contents) -> None:
    rng = np.random.default_rng(5)
    words = "Talks, they say, are never free; force is dearer still."
    for _ in range(50):
        spans = [sorted(rng.integers(0, len(words) + 1, 2).tolist()) for _ in range(4)]
        evidence = [{"label": "hawkish", "start": 7 + a, "end": 7 + b, "weight": 0.1} for a, b in spans]
        row, book = _row(make_contents, text=words, start=7, stance="hawkish", evidence_stance=evidence)
        seen = sentence_view(row, book, looks(book), {})
        assert "".join(piece.text for piece in seen.pieces) == words
        marked = sum(len(piece.text) for piece in seen.pieces if piece.is_marked)
        covered = {i for a, b in spans if any(map(str.isalnum, words[a:b])) for i in range(a, b)}
        assert marked == len(covered)


def test_evidence_of_a_label_that_was_not_given_is_not_marked(make_contents) -> None:
    evidence = [{"label": "conciliatory", "start": 0, "end": 3, "weight": 0.1}]
    row, book = _row(make_contents, stance="hawkish", evidence_stance=evidence)
    assert [piece.is_marked for piece in sentence_view(row, book, looks(book), {}).pieces] == [False]


def test_text_keeps_its_letters_and_loses_what_html_forbids() -> None:
    assert text("a\x00b\nc\u202ed") == "a\ufffdb c\u202ed"
    assert name(" a\u202eb\u2066 ") == "ab"


def test_contrasts_have_examples_of_the_label_from_the_text_that_has_more(make_contents, make_lines) -> None:
    rows = [*make_lines("hard", "+" * 15, text="Arm them."), *make_lines("soft", "-" * 15, text="Talk to them.")]
    contents = make_contents(rows)
    by_article = {"hard": contents.sentences.to_pylist()[:15], "soft": contents.sentences.to_pylist()[15:]}
    found = {c.label: c for c in contrasts(contents.comparison, contents.codebook, by_article)}
    assert found["hawkish"].more == "hard"
    assert found["hawkish"].difference == 1
    assert {row["text"] for row in found["hawkish"].examples} == {"Arm them."}
    assert found["conciliatory"].more == "soft"
    assert "neutral" not in found
