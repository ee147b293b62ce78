from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.core.config import Evaluate
from pipeline.core.errors import InvalidInputError
from pipeline.corpus.labelled_set import LabelledArticle, LabelledSentence, LabelledSet
from pipeline.scoring.segmentation import FoundSentence, align, evaluate_segmentation, trimmed

TEXT = "Harbour news\n\nThe tide turned. “We sail,” said Ana Roe. Gulls left. The end."
PIECES = [  # text, role, voice, speaker
    ("Harbour news", "headline", None, None),
    ("The tide turned.", "body", "author", ""),
    ("“We sail,” said Ana Roe.", "body", "quoted", "Ana Roe"),
    ("Gulls left.", "body", "author", ""),
    ("The end.", "body", "author", ""),
]


def place(piece):
    return TEXT.index(piece), TEXT.index(piece) + len(piece)


@pytest.fixture
def gold():
    sentences = tuple(
        LabelledSentence(n, *place(text), role, True, voice, speaker, {})
        for n, (text, role, voice, speaker) in enumerate(PIECES)
    )
    return LabelledSet(
        "harbour-gold", (LabelledArticle("a", TEXT, sentences), LabelledArticle("b", TEXT, sentences)), {}, "0" * 64
    )


def perfect():
    return [FoundSentence(*place(text), role, voice, speaker) for text, role, voice, speaker in PIECES]


def score(gold, first, codebook, second=None):
    found = {"a": first, "b": perfect() if second is None else second}
    return evaluate_segmentation(gold, found, codebook, config=Evaluate(), rng=np.random.default_rng(0))


def test_the_gold_sentences_themselves_score_one(harbour, gold):
    found = score(gold, perfect(), harbour)
    figures = (found.spans.f1, found.body_spans.f1, found.role_accuracy, found.voice_macro_f1, found.speaker_accuracy)
    assert [figure.value for figure in figures] == [1.0] * 5
    assert (found.n_sentences, found.n_unaligned, found.n_speakers) == (10, 0, 2)


def test_two_sentences_run_together_lose_both_and_add_one_wrong(harbour, gold):
    headline, first, second, third, fourth = perfect()
    found = score(gold, [headline, first, second, replace(third, end=fourth.end)], harbour)
    assert (found.spans.n_gold, found.spans.n_found) == (10, 9)
    assert found.spans.precision.value == pytest.approx(8 / 9)
    assert found.spans.recall.value == pytest.approx(8 / 10)
    assert found.role_accuracy.value == 1.0  # both overlap the long one, which is body


def test_white_space_at_the_ends_is_no_error(harbour, gold):
    loose = [replace(s, end=min(s.end + 1, len(TEXT))) for s in perfect()]
    assert score(gold, loose, harbour).spans.f1.value == 1.0


def test_a_wrong_role_lowers_accuracy_and_hides_the_voice(harbour, gold):
    headline, first, *rest = perfect()
    found = score(gold, [headline, replace(first, role="headline", voice=None, speaker=None), *rest], harbour)
    assert found.role_accuracy.value == pytest.approx(9 / 10)
    roles = {row.label: row for row in found.roles}
    assert roles["headline"].precision.value == pytest.approx(2 / 3)
    assert roles["body"].recall.value == pytest.approx(7 / 8)
    voices = {row.label: row for row in found.voices}
    assert (voices["author"].recall.value, voices["author"].precision.value) == (pytest.approx(5 / 6), 1.0)
    assert found.voice_macro_f1.value == pytest.approx((2 * 5 / 11 + 1) / 2)


def test_a_speaker_is_right_in_any_case_and_wrong_under_another_name(harbour, gold):
    def spoken_by(name):
        return [replace(s, speaker=name) if s.voice == "quoted" else s for s in perfect()]

    assert score(gold, spoken_by("ANA  ROE"), harbour).speaker_accuracy.value == 1.0
    assert score(gold, spoken_by("Roe"), harbour).speaker_accuracy.value == 0.5


def test_a_sentence_that_was_not_found_counts_as_wrong(harbour, gold):
    found = score(gold, perfect()[:-1], harbour)
    assert found.n_unaligned == 1
    assert found.role_accuracy.value == pytest.approx(9 / 10)
    assert found.spans.recall.value == pytest.approx(9 / 10)
    assert found.spans.precision.value == 1.0


def test_badly_cut_gold_sentences_count_neither_way(harbour, gold):
    def doubtful(article):
        return replace(article, sentences=tuple(replace(s, is_well_cut=s.n != 3) for s in article.sentences))

    doubted = replace(gold, articles=tuple(map(doubtful, gold.articles)))
    headline, first, second, third, fourth = perfect()
    halves = [replace(third, end=third.start + 5), replace(third, start=third.start + 6)]
    found = score(doubted, [headline, first, second, *halves, fourth], harbour)
    assert found.n_badly_cut == 2
    assert (found.spans.precision.value, found.spans.recall.value, found.spans.n_found) == (1.0, 1.0, 8)


def test_body_spans_leave_headlines_out(harbour, gold):
    found = score(gold, perfect()[1:], harbour)
    assert found.spans.recall.value == pytest.approx(9 / 10)
    assert found.body_spans.f1.value == 1.0


def test_alignment_takes_the_equal_span_then_the_largest_overlap():
    assert align([(0, 10), (10, 20), (30, 40)], [(0, 12), (12, 20), (0, 10), (50, 60)]) == [2, 1, None]
    assert align([(0, 5)], []) == [None]
    assert align([(5, 9)], [(0, 5), (9, 12)]) == [None]  # touching is not overlapping


def test_alignment_is_that_of_comparing_every_pair(rng):
    for _ in range(50):
        gold, found = (
            [(int(a), int(a + n)) for a, n in zip(rng.integers(0, 60, 12), rng.integers(1, 25, 12), strict=True)]
            for _ in range(2)
        )
        for span, partner in zip(gold, align(gold, found), strict=True):
            shared = [min(span[1], end) - max(span[0], start) for start, end in found]
            if span in found:
                assert found[partner] == span
            elif max(shared) > 0:
                assert shared[partner] == max(shared)
            else:
                assert partner is None


def test_trimming_takes_white_space_from_both_ends():
    assert trimmed("  a b \n", 0, 7) == (2, 5)


def test_an_article_without_found_sentences_is_refused(harbour, gold):
    with pytest.raises(InvalidInputError, match="harbour-gold: no sentences found for article 'b'"):
        evaluate_segmentation(gold, {"a": perfect()}, harbour, config=Evaluate(), rng=np.random.default_rng(0))
