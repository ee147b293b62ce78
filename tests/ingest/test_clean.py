"""Paragraphs are found in every layout, and what is no body is tagged with the rule that said so."""

from __future__ import annotations

import pytest

from pipeline.ingest.clean import clean
from pipeline.ingest.transcript import notes

LONG = (
    "The harbour froze early this year, and with it went the last of the grain that the town had set aside. "
    "Nobody was surprised, for the almanac had said as much since the spring, and the almanac is seldom wrong."
)
OTHER = (
    "What remains is to ask who profits from a winter of this kind, and the answer is not the one given by ministries. "
    "They speak of weather, while the merchants speak of prices and of little else."
)


def tagged(text: str, **known: str) -> list[tuple[str, str, str]]:
    return [(p.role, p.rule, text[p.start : p.end]) for p in clean(text, (), known)]


def roles(text: str, **known: str) -> list[str]:
    return [role[0] for role, _, _ in tagged(text, **known)]


def test_furniture_and_headlines_around_a_text_are_told_apart() -> None:
    lines = [
        ("f", "The Quay Gazette"),
        ("f", "News | Opinion | Sport | Weather"),
        ("h", "Ice on the Quay"),
        ("h", "The grain is gone. So is the money."),
        ("f", "By Ada Moor"),
        ("f", "March 3, 2019 at 6:02 a.m."),
        ("f", "The frozen quay on Friday. (Photo: B. Lind / Quay Gazette)"),
        ("b", LONG),
        ("f", "Advertisement"),
        ("b", OTHER),
        ("h", "Who profits from it"),
        ("b", LONG.replace("harbour", "canal")),
        ("f", "Related: The last ferry of the season"),
        ("b", OTHER.replace("winter", "spring")),
        ("f", "Ada Moor is the author of a history of ice. She lives by the canal."),
        ("f", "Sign up for our weekly newsletter."),
        ("f", "14 comments"),
        ("f", "© 2019 Quay Publishing. All rights reserved."),
    ]
    assert roles("\n\n".join(line for _, line in lines)) == [role for role, _ in lines]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    words = (LONG + " " + OTHER).split()
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 68:
            lines.append(line.rstrip())
            line = ""
        line += word + " "
    wrapped = "\n".join([*lines, line.rstrip()])
    text = f"{wrapped}\n\n{wrapped.replace('harbour', 'canal')}\n"
    assert len(clean(text)) == 2


def test_a_page_break_inside_a_sentence_joins() -> None:
    text = f"{LONG}\n\nWe must now ask ourselves what\n\n\nremains of the grain in the spring.\n\n{OTHER}"
    assert [len(t.split()) for _, _, t in tagged(text)][1] == 13


def test_one_sentence_a_line_stays_one_paragraph_a_line() -> None:
    text = "A Cold Year\nThe harbour froze early.\nNobody in the town was surprised.\nThe almanac had said so."
    assert roles(text) == ["h", "b", "b", "b"]


def test_an_indented_quotation_is_joined_over_its_lines() -> None:
    quote = "    The quay is not to be used by any vessel\n\n    Coastguard rates as above forty tons."
    text = f"{LONG}\n\nThe report states:\n\n{quote}\n\n{OTHER}"
    assert [t.split()[0] for _, _, t in tagged(text)] == ["The", "The", "The", "What"]


@pytest.mark.parametrize(
    ("label", "rest"),
    [
        ("Mr. HALVORSEN of Iowa.", "Madam President, I rise to speak of the grain. It is a grave matter for my State."),
        ("Mrs. McKENNA.", "Mr. President, I thank the Senator. Let me be brief about the quay and its ice."),
        ("THE PRESIDENT:", "Good morning. I want to say a word about the grain, and then I will take questions."),
    ],
)
def test_a_speaker_label_is_cut_from_what_is_said(label: str, rest: str) -> None:
    text = f"{label} {rest}\n\n{LONG}"
    assert [(t[0], t[2]) for t in tagged(text)][:2] == [("furniture", label), ("body", rest)]


def test_a_dateline_in_capitals_is_no_speaker() -> None:
    assert roles(f"A Cold Year\n\nOSLO: {LONG}\n\n{OTHER}") == ["h", "b", "b"]


def test_stage_notes_between_sentences_are_cut_and_those_inside_are_left() -> None:
    text = f"THE PRESIDENT: The grain is safe. (Applause.) And we — (laughter) — will eat it. \n\n{LONG}"
    assert [role for role, _, _ in tagged(text)] == ["furniture", "body", "furniture", "body", "body"]


def test_a_stage_note_before_small_letters_is_left() -> None:
    assert notes("We won. (Laughter.) and then we lost.") == []
    assert notes("We won. (Laughter.) Then we lost.") == [(8, 19, "stage_note")]


def test_a_question_of_an_interview_is_body() -> None:
    text = (
        f"{LONG}\n\nQ\xa0\xa0 Mr. President, is the grain safe?\n\nQ\xa0\xa0 (Cross-talk.)\n\nTHE PRESIDENT:\xa0 It is."
    )
    assert roles(text) == ["b", "b", "f", "f", "b"]


def test_a_sentence_shown_again_is_a_pull_quote() -> None:
    pulled = "Nobody was surprised, for the almanac had said as much since the spring"
    rules = [rule for _, rule, _ in tagged(f"A Cold Year\n\n{LONG}\n\n{OTHER}\n\n“{pulled}.”\n\n{OTHER[:120]} again.")]
    assert rules[3] == "pull_quote"


def test_list_items_below_a_colon_are_body() -> None:
    text = f"{LONG}\n\nThree things are needed:\n\n- a boat\n- a crew\n- some luck\n\n{OTHER}"
    assert roles(text) == ["b"] * 6


def test_markdown_headings_are_headlines() -> None:
    text = f"# A Cold Year\n\n*By Ada Moor*\n\n{LONG}\n\n## Who profits?\n\n{OTHER}\n\n***\n"
    assert roles(text) == ["h", "f", "b", "h", "b", "f"]


def test_a_known_title_and_author_are_recognised() -> None:
    text = f"Of ice and grain and the people who sell it\n\nAda Moor\n\n{LONG}"
    assert roles(text, title="Of Ice and Grain and the People Who Sell It", author="Ada Moor") == ["h", "f", "b"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Sign the treaty, and sign it now.",
        "Share the burden or lose the alliance.",
        "Follow the money, my grandmother used to say, and you will find the minister.",
        "Copyright is not the issue; theft is.",
        "Read the treaty again.",
        "More is at stake than grain.",
        "Related to this is the question of the quay.",
        "Subscribers to that view are few.",
    ],
)
def test_sentences_that_open_like_furniture_stay_body(sentence: str) -> None:
    assert roles(f"A Cold Year\n\n{LONG}\n\n{sentence} {OTHER}\n\n{LONG.replace('harbour', 'canal')}") == [
        "h",
        "b",
        "b",
        "b",
    ]
