import pytest

from pipeline.core.spreadsheet import cell, uncelled


@pytest.mark.parametrize("text", ["plain", "it's", "=1+1", "'=1+1", "''- so", "'", "''", "", "@x", "'tis"])
def test_a_cell_gives_back_its_text_and_runs_as_no_formula(text):
    assert uncelled(cell(text)) == text
    assert not cell(text).startswith(("=", "+", "-", "@"))


def test_labels_are_joined_and_other_lists_are_json():
    assert cell(["irony", "metaphor"]) == "irony|metaphor"
    assert cell([{"start": 1}]) == '[{"start": 1}]'
    assert cell(None) is None
