from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.corpus.layout import set_text
from pipeline.corpus.sources import Block


def _styles(source):
    """One text of each style: the style is drawn from the name."""
    texts = {}
    for i in range(200):
        named = replace(source, id=f"op{i:03}")
        texts.setdefault(set_text(named).style, set_text(named))
    return texts


@pytest.mark.parametrize("style", ["blank", "wrapped", "tight"])
def test_offsets_give_back_every_sentence_in_every_style(source, style):
    placed = _styles(source)[style]
    found = [placed.text[s.start : s.end].replace("\n", " ") for s in placed.sentences]
    assert found == [line for block in source.blocks for line in block.lines]
    assert [s.n for s in placed.sentences] == list(range(len(found)))


def test_styles_differ_in_where_lines_end(source):
    texts = _styles(source)
    assert "\n\n" not in texts["tight"].text
    assert max(map(len, texts["wrapped"].text.split("\n"))) <= 80
    assert max(map(len, texts["blank"].text.split("\n"))) > 80


def test_a_wrapped_floor_speech_is_indented_and_its_offsets_hold(source):
    speech = replace(source, register="floor speech")
    placed = _styles(speech)["wrapped"]
    assert "\n\n  The ferry" in placed.text
    first = next(s for s in placed.sentences if s.role == "body")
    assert placed.text[first.start : first.end].startswith("The ferry")


def test_words_longer_than_a_line_and_hyphens_are_not_broken(source):
    long = replace(source, register="x", blocks=(Block("paragraph", ("z" * 100 + " non-negotiable-" * 8 + "end.",)),))
    placed = _styles(long)["wrapped"]
    assert placed.text.replace("\n", " ").strip() == long.blocks[0].lines[0]


def test_the_layout_of_an_op_ed_depends_on_its_name_alone(source):
    assert set_text(source) == set_text(replace(source))
    styles = [set_text(replace(source, id=f"op{i:03}")).style for i in range(600)]
    assert 0.12 < styles.count("wrapped") / 600 < 0.22
    assert 0.05 < styles.count("tight") / 600 < 0.12
