from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.corpus import build, card, intake
from pipeline.corpus.check import check
from pipeline.corpus.exchange.items import blank, items_of
from pipeline.corpus.labelled_set import load


@pytest.fixture
def items(folder, codebook):
    build.build(folder, codebook)
    return items_of(load(str(folder), codebook), coder="ann")


def test_items_become_a_set_that_is_sound(items, folder, codebook, tmp_path):
    taken = intake.take_in(items, folder, tmp_path / "Taken in!", codebook)
    checked = check(str(tmp_path / "Taken in!"), codebook)
    assert (taken.n_articles, taken.n_sentences, taken.coders, taken.refusals) == (4, 20, ("ann",), ())
    assert checked.sha256 == taken.sha256
    assert checked.is_sound
    assert card.read(tmp_path / "Taken in!").name == "taken-in"
    assert card.read(tmp_path / "Taken in!").coders.kind == "unknown"


def test_coders_who_are_tied_leave_the_sentence_out(items, folder, codebook, tmp_path):
    other = [replace(item, coder="ben", values={**item.values, "stance": ("conciliatory",)}) for item in items[:1]]
    taken = intake.take_in([*items, *other], folder, tmp_path / "out", codebook)
    assert taken.n_sentences == 19
    assert [refusal.detail for refusal in taken.refusals] == ["coders are tied on stance"]
    assert len((tmp_path / "out" / "coders.jsonl").read_text(encoding="utf-8").splitlines()) == 21


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"start": 0, "end": 9}, "the text at 0 to 9 is not 'The ferry"),
        ({"article": "op900"}, "no text op900.txt"),
        ({"article": "../articles/op001"}, r"no text \.\./articles/op001\.txt"),
        ({"n": 5}, "the coder has labelled the sentence twice"),
        ({"values": None}, "it carries no label"),
    ],
)
def test_labels_that_fit_no_text_are_refused(items, folder, codebook, tmp_path, change, problem):
    changed = [*items[1:], replace(items[0], **change)]
    taken = intake.take_in(changed, folder, tmp_path / "out", codebook)
    assert taken.n_sentences == 19
    assert [refusal.reason for refusal in taken.refusals] == ["label not taken"]
    assert re.search(problem, taken.refusals[0].detail)


def test_a_file_without_a_usable_label_makes_no_set(items, folder, codebook, tmp_path):
    with pytest.raises(InvalidInputError, match=r"no label could be taken.*it carries no label"):
        intake.take_in([blank(item) for item in items], folder, tmp_path / "out", codebook)
