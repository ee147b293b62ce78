import numpy as np
import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.profiles.sentences import Sentences


def test_reads_body_sentences_in_the_order_of_the_text(make_table, codebook):
    rows = [
        {"article": "b", "n": 2, "line": "opposed"},
        {"article": "a", "n": 0, "role": "headline"},
        {"article": "b", "n": 1, "line": "in_favour", "figures": ["echo"], "voice": "quoted", "speaker": "Ada Moor"},
        {"article": "a", "n": 1},
    ]
    found = Sentences.from_table(make_table(rows), codebook)
    assert found.article.tolist() == ["b", "b", "a"]
    assert found.n.tolist() == [1, 2, 1]
    assert found.position.tolist() == [0, 1, 0.5]
    assert found.speaker.tolist() == ["Ada Moor", "", ""]
    assert found.chosen["line"].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert found.chosen["figures"].tolist() == [[0, 1], [0, 0], [0, 0]]


def test_probabilities_of_single_tasks_sum_to_one(make_table, make_lines, codebook):
    found = Sentences.from_table(make_table(make_lines("a", "+-.")), codebook)
    assert np.abs(found.p["line"].sum(axis=1) - 1).max() < 1e-12
    assert found.p["figures"][0] == pytest.approx([0.2, 0.2])


def test_a_missing_column_is_named_with_the_codebook(make_table, make_lines, codebook):
    table = make_table(make_lines("a", "+")).drop_columns(["p_line_open"])
    with pytest.raises(InvalidInputError, match=r"lacks p_line_open; label the texts .* wind-farms 2.0"):
        Sentences.from_table(table, codebook)


def test_a_label_of_another_codebook_is_refused(make_table, codebook):
    table = make_table([{"article": "a", "line": "hawkish"}])
    with pytest.raises(InvalidInputError, match="line is 'hawkish' in a body sentence; expected one of opposed"):
        Sentences.from_table(table, codebook)


def test_an_absent_probability_is_refused(make_table, codebook):
    table = make_table([{"article": "a", "p_line_open": None}])
    with pytest.raises(InvalidInputError, match="no probability of line"):
        Sentences.from_table(table, codebook)


def test_an_article_without_body_gives_nothing(make_table, codebook):
    assert len(Sentences.from_table(make_table([{"article": "a", "role": "headline"}]), codebook)) == 0
