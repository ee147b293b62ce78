from __future__ import annotations

import re

import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.corpus.coding import read_answers, task_columns

from .conftest import HEADER, answers, write

ASKED = (4, 5, 8, 9, 10)


def _read(tmp_path, text, codebook, **options):
    path = tmp_path / "a" / "op001.tsv"
    write(path, text)
    return read_answers(path, codebook, asked=options.pop("asked", ASKED), **options)


def test_answers_are_read_with_coder_and_article_from_the_path(tmp_path, codebook):
    found = _read(tmp_path, answers(4, devices="irony, metaphor"), codebook)
    assert found.problems == ()
    assert (found.coder, found.article) == ("a", "op001")
    assert found.answers[9].values == {
        "stance": ("hawkish",),
        "certainty": ("certain",),
        "devices": ("metaphor", "irony"),  # codebook order
    }
    assert found.answers[8].speaker == "Ada Brenner"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("9\tauthor\t\thawkisch\tcertain\t", "unknown stance label 'hawkisch'.*did you mean 'hawkish'"),
        ("9\tauthor\t\thawkish\tcertain\tironie", "unknown devices label 'ironie'.*did you mean 'irony'"),
        ("9\twriter\t\thawkish\tcertain\t", "unknown voice 'writer'"),
        ("nine\tauthor\t\thawkish\tcertain\t", "n: expected a number, found 'nine'"),
        ("6\tauthor\t\thawkish\tcertain\t", "sentence 6 is no body sentence"),
        ("4\tauthor\t\thawkish\tcertain\t", "sentence 4 is answered twice"),
        ("9\tauthor\tTass\thawkish\tcertain\t", "speaker 'Tass' given for the author's own words"),
        ("9\tauthor\t\thawkish\tcertain\tirony,irony", "a label stands twice"),
        ("9\tauthor\t\thawkish\tcertain\t\tx", "expected 6 columns, found 7"),
        ("9\tauthor\t\t\tcertain\t", "unknown stance label ''"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_the_near_value(tmp_path, codebook, row, problem):
    text = answers(4).replace("9\tauthor\t\thawkish\tcertain\t", row)
    first = _read(tmp_path, text, codebook).problems[0]
    assert (first.source[-9:], first.line) == ("op001.tsv", 5)
    assert re.search(problem, first.detail)


def test_sentences_without_an_answer_are_listed(tmp_path, codebook):
    found = _read(tmp_path, answers(4), codebook, asked=(*ASKED, 11, 12))
    assert found.problems[0].detail == "2 sentences: 11, 12"


def test_a_third_coder_may_leave_tasks_open(tmp_path, codebook):
    found = _read(tmp_path, f"{HEADER}\n9\t\t\thawkish\t\t\n", codebook, asked=(9,), is_partial=True)
    assert found.problems == ()
    assert found.answers[9].voice is None
    assert task_columns(found.answers[9].values, codebook) == {"stance": "hawkish", "certainty": None, "devices": []}


def test_another_header_is_refused(tmp_path, codebook):
    with pytest.raises(InvalidInputError, match=r"op001.tsv:1: expected the columns n, voice, .*found n, stance"):
        _read(tmp_path, "n\tstance\n", codebook)
