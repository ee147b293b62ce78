"""Whose words a sentence gives, and what the article calls the speaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Labelled = Callable[[str], list[tuple[str, str | None, str | None, str]]]

LEAD = "The harbour froze early this year, and the grain that the town had set aside was gone by March."


def voices(labelled: Labelled, text: str) -> list[tuple[str | None, str | None]]:
    """Voices and speakers of the sentences behind the lead."""
    found = labelled(f"{LEAD} It was a long winter.\n\n{text}")
    return [(voice, speaker) for _, voice, speaker, _ in found[2:]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We have no grain left at all,” said Ada Moor, who runs the mill.", [("quoted", "Ada Moor")]),
        ('"We have no grain left at all," Ada Moor said.', [("quoted", "Ada Moor")]),
        ("''We have no grain left at all,'' said Ada Moor.", [("quoted", "Ada Moor")]),
        ("‘We have no grain left at all,’ said Ada Moor.", [("quoted", "Ada Moor")]),
        ("“Let us be frank,” said the miller Ada Moor.", [("quoted", "Ada Moor")]),
        (
            "“The quay is closed. The mill is shut. Who will pay?” asked Ada Moor of the board on Monday.",
            [("quoted", "Ada Moor")] * 3,
        ),
        ("Moscow says that the quay is closed.", [("reported", "Moscow")]),
        ("Critics argue that the quay was closed too late.", [("reported", "Critics")]),
        ("The quay, according to the harbour board, was closed too late.", [("reported", "the harbour board")]),
        ("Bread is better than iron, as Moor said.", [("reported", "Moor")]),
        ("The quay was closed too late, the ministers say.", [("reported", "the ministers")]),
        ("Ada Moor, a miller of some fame, warned that the grain would not last.", [("reported", "Ada Moor")]),
        ("They call it a “special operation” and so it is.", [("author", "")]),
        ("Such “special grain operations” fail.", [("author", "")]),
        ("The mill’s owner doesn’t like ’em, and it’s no one’s fault.", [("author", "")]),
        ("I say that the quay should be closed.", [("author", "")]),
        ("We believe that the quay should be closed.", [("author", "")]),
        ("One could say that the quay was closed too late.", [("author", "")]),
        ("The claims of the mill are modest.", [("author", "")]),
        ("In other words, the quay is closed.", [("author", "")]),
    ],
)
def test_voice_and_speaker(labelled: Labelled, text: str, expected: list[tuple[str, str]]) -> None:
    assert voices(labelled, text) == expected


def test_a_quotation_goes_on_over_a_paragraph_that_repeats_its_mark(labelled: Labelled) -> None:
    text = (
        "“The quay is closed,” said Ada Moor. “The mill is shut.\n\n“And nobody will pay for either.”\n\nShe is right."
    )
    assert [voice for voice, _ in voices(labelled, text)] == ["quoted", "quoted", "quoted", "author"]


def test_a_quotation_goes_on_where_a_later_line_closes_it(labelled: Labelled) -> None:
    text = '"The quay is closed.\nThe mill is shut.\nNobody will pay for it," said Ada Moor.\nShe is right.'
    assert [voice for voice, _ in voices(labelled, text)] == ["quoted", "quoted", "quoted", "author"]


def test_an_unclosed_mark_does_not_swallow_the_article(labelled: Labelled) -> None:
    text = 'He measured 12" of ice on the quay.\n\nNobody was surprised.\n\nThe town went on.'
    assert [voice for voice, _ in voices(labelled, text)] == ["author"] * 3


def test_the_speaker_of_a_neighbouring_sentence_is_taken(labelled: Labelled) -> None:
    text = "“The quay is closed. The mill is shut,” said Ada Moor. “Nobody will pay for it.”"
    assert {speaker for _, speaker in voices(labelled, text)} == {"Ada Moor"}


def test_pronouns_are_resolved_to_the_person_before(labelled: Labelled) -> None:
    text = "The mill belongs to Ada Moor. She says that the grain is gone."
    assert voices(labelled, text)[1] == ("reported", "Ada Moor")


def test_titles_are_left_out_of_names(labelled: Labelled) -> None:
    assert voices(labelled, "Foreign Minister Per Lind said that the quay was closed.") == [("reported", "Per Lind")]


def test_an_indented_quotation_below_a_colon_is_quoted(labelled: Labelled) -> None:
    text = "As Ada Moor writes in her report:\n\n    The quay is closed to every vessel of the fleet.\n\nShe is right."
    assert voices(labelled, text) == [("author", ""), ("quoted", "Ada Moor"), ("author", "")]


def test_questions_of_an_interview_are_quoted_and_answers_are_not(labelled: Labelled) -> None:
    text = "Q\xa0\xa0 Mr. President, is the grain safe?\n\nTHE PRESIDENT:\xa0 It is. I have seen it."
    assert voices(labelled, text) == [("quoted", "Q"), (None, None), ("author", ""), ("author", "")]


def test_guests_of_a_conversation_are_quoted(labelled: Labelled) -> None:
    text = "MOOR: Is the grain safe?\n\nLIND: It is, I think.\n\nMOOR: And the mill?\n\nLIND: The mill is shut."
    said = [pair for pair in voices(labelled, text) if pair[0]]
    assert said == [("author", ""), ("quoted", "LIND")] * 2


def test_furniture_has_no_voice(labelled: Labelled) -> None:
    assert voices(labelled, "Advertisement") == [(None, None)]
