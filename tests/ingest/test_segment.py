"""Sentence boundaries, with offsets that hold and nothing lost."""

from __future__ import annotations

import random
import re

import pytest

from pipeline.ingest.segment import sentence_spans


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.S. fleet sailed.", "It came back on Jan. 6 at 5 p.m. Monday."],
        ["Mr. Doe met Ms. Roe in St. Petersburg.", "They ate."],
        ["“We waited.", "We waited longer.", "Then we left,” said Gen. Moor."],
        ["“Should he go?", "Or should he stay?” the envoy wrote."],
        ["“It is over.", "… It is beyond repair.”"],
        ["“I was angry,” he told me.", "“The ‘friends’ came anyway.", "They ate well.”"],
        ['"I was angry," she told me.', '"They came anyway."'],
        ["''We waited.", "We left.''"],
        ["“Where will it end?” Mr Moor asked me.", "I did not know."],
        ["He asked me.", "I said no."],
        ["“So would I.”", "Her answer was blunt."],
        ["Was it $7.8 billion or 1.5?", "Nobody knew!"],
        ["It was “terrible.”", "So they said."],
    ],
)
def test_sentences_are_found(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


def test_wrapped_lines_and_hard_spaces_are_no_boundaries() -> None:
    assert split("The fleet sailed\nnorth.\xa0 It came\r\nback.") == ["The fleet sailed\nnorth.", "It came\r\nback."]


def test_lone_marks_go_with_a_neighbour() -> None:
    assert split("It ended. …") == ["It ended. …"]
    assert split("— It began.") == ["— It began."]
    assert split("***") == ["***"]


def test_the_dots_of_an_omission_stay_with_the_sentence_before() -> None:
    text = "“We hold both responsible. . . . We are all to blame.” ... “Nobody is to blame,” Ms. Moor says."
    assert [sentence[-3:] for sentence in split(text)] == [". .", "...", "ys."]


def test_random_texts_are_covered_by_ordered_trimmed_disjoint_spans() -> None:
    rng = random.Random(7)
    pieces = [
        "word",
        "Mr.",
        "U.S.",
        ".",
        "?",
        "!",
        "…",
        "“",
        "”",
        '"',
        "''",
        "’",
        "(",
        ")",
        " ",
        "  ",
        "\n",
        "\xa0",
        "A",
        "é",
        "😀",
        ". . . ",
        "I.",
    ]
    for _ in range(400):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(0, 60)))
        at, covered = 0, ""
        for start, end in sentence_spans(text):
            assert at <= start < end
            assert text[start:end] == text[start:end].strip()
            covered += text[start:end]
            at = end
        assert re.sub(r"\s", "", covered) == re.sub(r"\s", "", text)


def test_a_paragraph_longer_than_the_window_is_cut_like_a_short_one() -> None:
    sentences = [f"This is sentence number {i} of a very long paragraph." for i in range(1_000)]
    assert split(" ".join(sentences)) == sentences
    assert len(split("word " * 20_000)) == 1
