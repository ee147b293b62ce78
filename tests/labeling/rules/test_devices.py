from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Fired = Callable[..., dict[str, list[str]]]


@pytest.mark.parametrize(
    ("sentence", "feature"),
    [
        ("There was no bread, there was no salt.", "repetition.anaphora_clause_function"),
        ("Fear feeds the army, fear feeds the court.", "repetition.anaphora_clause"),
        ("He promised bread, and we got no bread.", "repetition.epistrophe_clause"),
        ("Weakness invites pressure, pressure invites collapse.", "repetition.anadiplosis"),
        ("Lies built the dam, lies filled it and lies broke it.", "repetition.word_thrice"),
        ("No talks, no trade, no trust.", "repetition.frame"),
        ("The steel was cheap, the cement was honest, and the bolts were strong.", "tricolon.phrases"),
        ("Old men wrote the laws, young men paid the price, and nobody asked the women.", "tricolon.clauses"),
        ("The reply was slow, timid, and late.", "tricolon.words"),
        ("They came by night, by sea, and by stealth.", "tricolon.same_opening"),
        ("The aim is not revenge but order.", "antithesis.not_but_tight"),
        ("He wants servants, not neighbors.", "antithesis.closing_not"),
        ("He is less a builder than a burglar.", "antithesis.comparison"),
        ("They make war at dawn and peace at dusk.", "antithesis.opposites"),
        ("Power served the law, then the law served power.", "antithesis.crosswise"),
        ("The more he spends, the less he holds.", "antithesis.the_more"),
        ("To be sure, the harvest was good.", "concession.strong_opens"),
        ("Yes, the roads are better.", "concession.strong_opens"),
        ("Critics say the tax is cruel.", "concession.objection"),
        ("Although the roads are better, the wells are dry.", "concession.although_opens"),
        ("The ministry's “liberation” left one wall standing.", "quotes.plain"),
        ("The so-called vote lasted an hour.", "quotes.so_called_bare"),
        ("His cynical rulers sold the mines.", "epithet.judged_person"),
        ("Unless we act, the disaster will reach the coast.", "fear.condition_dire"),
        ("As in 1938, the weak were handed over.", "history.likeness_to_past"),
        ("What did they expect?", "question.own"),
    ],
)
def test_a_figure_leaves_its_mark(fired: Fired, sentence: str, feature: str) -> None:
    assert feature in fired(sentence)


@pytest.mark.parametrize(
    ("sentence", "feature"),
    [
        ("He came, he went.", "repetition.anaphora_clause"),
        ("Moscow won, Moscow lost.", "repetition.anaphora_clause"),
        ("Trains ran to Riga, Vilnius, and Minsk.", "tricolon.words"),
        ("They sold oil, gas, timber, nickel, and wheat.", "tricolon.words"),
        ("The mill shut, but the town lived.", "antithesis.not_but_tight"),
        ("Not only the mill but also the bank shut.", "antithesis.not_but_tight"),
        ("The aim is not revenge on the old miners of the far north coast but order.", "antithesis.not_but_tight"),
        ("Power served the law, then power served the law.", "antithesis.crosswise"),
        ("His cynical speech sold the mines.", "epithet.judged_person"),
        ("Yes men fill the court.", "concession.strong_opens"),
        ("“We will never agree to that plan,” the minister said.", "quotes.short"),
        ("The minister said the plan was “dead”.", "quotes.plain"),
        ("She praised “War and Peace” at length.", "quotes.plain"),
    ],
)
def test_a_plain_sentence_does_not(fired: Fired, sentence: str, feature: str) -> None:
    assert feature not in fired(sentence)


def test_neighbours_that_open_alike_are_an_anaphora(fired: Fired) -> None:
    found = fired("We paid for silence.", "We paid for the pipes.", of=1)
    assert found["repetition.anaphora_long"] == ["We paid for"]


def test_a_grant_is_seen_by_the_turn_that_follows(fired: Fired) -> None:
    pair = ("The roads may be better.", "But the wells are dry.")
    assert "concession.may_next_but" in fired(*pair)
    assert "concession.may_next_but" not in fired(pair[0], "The wells are dry.")


def test_a_question_that_is_answered_at_once(fired: Fired) -> None:
    assert "question.answered" in fired("Who gains from this?", "The answer is plain.")
    assert "question.answered" not in fired("Who gains from this?", "The minister left at noon.")


def test_a_question_of_an_interview_is_not_the_writers_own(fired: Fired) -> None:
    found = fired("HOST: What happens in spring?", "GUEST: The river thaws.")
    assert "question.interview" in found
    assert "question.own" not in found


def test_a_quotation_may_run_over_sentences(fired: Fired) -> None:
    sentences = ('He said: "We are tired.', 'We want to go home."', "They went.")
    assert "quotes.inside" in fired(*sentences, of=1)
    assert "quotes.inside" not in fired(*sentences, of=2)


def test_the_span_is_the_words_that_fired(fired: Fired) -> None:
    assert fired("The aim is not revenge but order.")["antithesis.not_but_tight"] == ["not", "but"]
