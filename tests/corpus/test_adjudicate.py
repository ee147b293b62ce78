from __future__ import annotations

import pytest

from pipeline.corpus.adjudicate import adjudicate, disputed_tasks, majority
from pipeline.corpus.coding import Answer


def _answer(coder, stance="neutral", certainty="certain", devices=(), voice="author", speaker=""):
    values = {"stance": (stance,), "certainty": (certainty,), "devices": tuple(devices)}
    return Answer("op001", 4, coder, voice, speaker, values)


def test_what_two_agree_on_stands_whatever_a_third_says(codebook):
    third = _answer("c", "conciliatory", "uncertain", ["irony"])
    made = adjudicate(_answer("a", "hawkish"), _answer("b", "hawkish"), third, codebook)
    assert made.values == {"stance": ("hawkish",), "certainty": ("certain",), "devices": ()}
    assert (made.pending, made.tied) == ((), ())


def test_a_dispute_waits_for_the_third_coder(codebook):
    made = adjudicate(_answer("a", "hawkish"), _answer("b", "neutral", devices=["irony"]), None, codebook)
    assert made.pending == ("stance", "devices")


def test_two_of_three_decide(codebook):
    made = adjudicate(_answer("a", "hawkish"), _answer("b"), _answer("c"), codebook)
    assert made.values["stance"] == ("neutral",)


def test_devices_are_decided_label_by_label(codebook):
    first = _answer("a", devices=["metaphor", "irony"])
    second = _answer("b", devices=["metaphor", "epithet"])
    made = adjudicate(first, second, _answer("c", devices=["epithet", "hyperbole"]), codebook)
    assert made.values["devices"] == ("metaphor", "epithet")


def test_three_values_of_an_ordinal_task_give_the_middle_one(codebook):
    first, second = _answer("a", certainty="uncertain"), _answer("b", certainty="certain")
    made = adjudicate(first, second, _answer("c", certainty="hedged"), codebook)
    assert made.values["certainty"] == ("hedged",)
    assert made.tied == ()


def test_three_values_of_a_single_task_give_the_third_coders_and_are_listed(codebook):
    made = adjudicate(_answer("a", "hawkish"), _answer("b", "neutral"), _answer("c", "conciliatory"), codebook)
    assert made.values["stance"] == ("conciliatory",)
    assert made.tied == ("stance",)


def test_the_speaker_comes_from_a_coder_who_gave_the_agreed_voice(codebook):
    first = _answer("a")
    second, third = (_answer(coder, voice="reported", speaker=name) for coder, name in (("b", ""), ("c", "Tass")))
    made = adjudicate(first, second, third, codebook)
    assert (made.voice, made.speaker) == ("reported", "Tass")
    assert disputed_tasks(first, second, codebook) == ("voice",)


def test_the_order_of_a_coders_devices_is_no_dispute(codebook):
    first, second = _answer("a", devices=["irony", "metaphor"]), _answer("b", devices=["metaphor", "irony"])
    assert disputed_tasks(first, second, codebook) == ()


@pytest.mark.parametrize(
    ("stances", "tied"), [(["hawkish", "neutral"], ("stance",)), (["hawkish"] * 2 + ["neutral"], ())]
)
def test_equal_coders_are_tied_without_more_than_half(codebook, stances, tied):
    assert majority([_answer(str(i), stance) for i, stance in enumerate(stances)], codebook).tied == tied


def test_a_device_that_half_of_the_coders_gave_has_no_majority(codebook):
    made = majority([_answer("a", devices=["irony", "metaphor"]), _answer("b", devices=["metaphor"])], codebook)
    assert made.values["devices"] == ("metaphor",)
    assert made.tied == ()
