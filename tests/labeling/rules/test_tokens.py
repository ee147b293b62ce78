from __future__ import annotations

import random

import pytest

from pipeline.labeling.rules.tokens import MAX_TOKENS, read


def test_tokens_lie_where_they_say() -> None:
    text = "Before. “Don’t,” she said — the U.S. won’t pay 1,000 rubles."
    sentence = read(text, 8, len(text))
    assert [text[a:b] for a, b in zip(sentence.starts, sentence.ends, strict=True)] == list(sentence.forms)
    assert sentence.starts[0] == 8


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Don’t", "don't"),
        ("Moscow's", "moscow"),
        ("Kremlin’s", "kremlin"),
        ("it's", "it's"),
        ("that’s", "that's"),
        ("—", "-"),
        ("“", '"'),
        ("...", "..."),
        ("U.S.", "u.s."),
        ("1,000", "1,000"),
        ("short-sighted", "short-sighted"),
    ],
)
def test_spelling_is_made_alike(written: str, word: str) -> None:
    assert read(written, 0, len(written)).words == (word,)


def test_clauses_end_at_pauses() -> None:
    text = "They came, they saw; we (alas) paid."
    sentence = read(text, 0, len(text))
    clauses = [" ".join(sentence.words[a:b]) for a, b in sentence.clauses]
    assert clauses == [
        "they came",
        "they saw",
        "we",
        "alas",
        "paid",
    ]


def test_the_closing_mark_is_found_behind_quotation_marks() -> None:
    text = "He asked: “Why now?”"
    assert read(text, 0, len(text)).final() == "?"


def test_an_endless_sentence_is_read_to_the_limit_only() -> None:
    text = "war " * 50_000
    assert len(read(text, 0, len(text))) == MAX_TOKENS


def test_any_text_gives_tokens_in_order_without_overlap() -> None:
    rng = random.Random(7)
    letters = "aB1 ’'\"“”-—.,?!;:()_…é漢\n\t "
    for _ in range(300):
        text = "".join(rng.choice(letters) for _ in range(60))
        sentence = read(text, 0, len(text))
        borders = [p for pair in zip(sentence.starts, sentence.ends, strict=True) for p in pair]
        assert borders == sorted(borders)
        covered = "".join(sentence.forms)
        assert covered == "".join(text.split())
