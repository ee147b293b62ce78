import numpy as np

from pipeline.labeling.evidence import spans, toward

WORDS = np.array([[0, 3], [4, 8], [9, 12], [13, 20]], np.int32)


def found(*weights):
    """Spans of one decision after the other, each over the first words."""
    words = np.concatenate([WORDS[: len(own)] for own in weights])
    parts = spans(words, np.concatenate([np.array(own, float) for own in weights]), np.array([len(w) for w in weights]))
    columns = (parts.decision, parts.start, parts.end, parts.weight)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_neighbouring_words_are_one_span_and_their_weights_add_up():
    assert found([0.1, 2.0, 1.5, -3.0]) == [(0, 4, 8, 2.0)]
    assert found([0.9, 1.0, 1.1, -3.0]) == [(0, 4, 12, 2.1)]


def test_words_that_speak_against_the_label_are_no_evidence():
    assert found([-0.1, -2.0, -1.5, -3.0]) == []
    assert found([]) == []


def test_each_decision_has_its_own_spans_and_none_reaches_into_the_next():
    assert found([0.1, 0.1, 0.1, 2.0], [], [2.0, 0.1], [1.0, 0.0, 1.5, 0.0]) == [
        (0, 13, 20, 2.0), (2, 0, 3, 2.0), (3, 9, 12, 1.5)
    ]  # fmt: skip
    assert found([1.0, 0.0, 1.0, 1.0]) == [(0, 0, 3, 1.0), (0, 9, 12, 1.0)]


def test_no_more_than_five_words_are_taken():
    many = np.array([[at, at + 1] for at in range(0, 40, 2)], np.int32)
    assert spans(many, np.ones(20), np.array([20])).start.tolist() == [0]  # neighbours, so one span
    assert spans(many, np.ones(20), np.array([20])).weight.tolist() == [5.0]


def test_a_choice_weighs_a_label_against_the_others_and_a_set_against_nothing():
    contributions = np.array([[3.0, 1.0, -1.0]])
    assert toward(contributions, is_multi=False).tolist() == [[3.0, 0.0, -3.0]]
    assert toward(contributions, is_multi=True).tolist() == [[3.0, 1.0, -1.0]]
