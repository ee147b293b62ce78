import numpy as np

from pipeline.labeling.evidence import Evidence, spans, toward

WORDS = np.array([[0, 3], [4, 8], [9, 12], [13, 20]], np.int32)


def test_neighbouring_words_are_one_span_and_their_weights_add_up():
    found = spans(WORDS, np.array([0.1, 2.0, 1.5, -3.0]))
    assert found == [Evidence(4, 8, 2.0)]
    found = spans(WORDS, np.array([0.9, 1.0, 1.1, -3.0]))
    assert found == [Evidence(4, 12, 2.1)]


def test_words_that_speak_against_the_label_are_no_evidence():
    assert spans(WORDS, np.array([-0.1, -2.0, -1.5, -3.0])) == []
    assert spans(np.zeros((0, 2), np.int32), np.zeros(0)) == []


def test_a_choice_weighs_a_label_against_the_others_and_a_set_against_nothing():
    contributions = np.array([[3.0, 1.0, -1.0]])
    assert toward(contributions, 0, is_multi=False).tolist() == [3.0]
    assert toward(contributions, 1, is_multi=False).tolist() == [0.0]
    assert toward(contributions, 1, is_multi=True).tolist() == [1.0]
