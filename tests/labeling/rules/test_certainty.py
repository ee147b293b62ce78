from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Fired = Callable[..., dict[str, list[str]]]

UNCERTAIN = "certainty.rule.uncertain"
HEDGED = "certainty.rule.hedged"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The truce might not outlive the winter.", ["might"]),
        ("Perhaps the envoys meant it.", ["Perhaps"]),
        ("It remains to be seen who signs.", ["remains to be seen"]),
        ("There is a risk that the fire could spread.", ["could", "There is a risk"]),
        ("If he loses the port, he could sue for terms.", ["could"]),
        ("The offer was small, but it may be enough.", ["may"]),
    ],
)
def test_doubt_over_the_main_claim_is_seen(fired: Fired, sentence: str, words: list[str]) -> None:
    assert sorted(fired(sentence)[UNCERTAIN]) == sorted(words)


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("The marshal is likely to wait.", "likely"),
        ("The cabinet seems divided.", "seems"),
        ("I think the plan is sound.", "I think"),
        ("If the army crosses the river, sanctions will follow.", "If"),
        ("According to two clerks, the files burned.", "According to"),
    ],
)
def test_a_qualified_claim_is_seen(fired: Fired, sentence: str, word: str) -> None:
    found = fired(sentence)
    assert word in found[HEDGED]
    assert UNCERTAIN not in found


@pytest.mark.parametrize(
    "sentence",
    [
        "He denies that he might leave.",
        "The man who may succeed him owns the mill.",
        "In May 2014 the governor fled.",
        "The guards could not see the road.",
        "You might as well ask the wind.",
        "This is a man who could sell ice, and he sold it.",
        "The bridge fell because the steel was poor.",
        "The West should close its ports.",
    ],
)
def test_a_cue_below_the_main_claim_is_no_doubt(fired: Fired, sentence: str) -> None:
    found = fired(sentence)
    assert UNCERTAIN not in found
    assert HEDGED not in found


def test_the_clause_after_but_carries_the_point(fired: Fired) -> None:
    found = fired("He may be a fine speaker, but his army is in ruins.")
    assert found["certainty.may.before_but"] == ["may"]
    assert "certainty.may.main" not in found


def test_a_but_without_a_clause_leaves_the_modal_in_charge(fired: Fired) -> None:
    assert fired("The treaty may please the generals, but only on paper.")["certainty.may.main"] == ["may"]


@pytest.mark.parametrize(
    ("sentence", "feature"),
    [
        ("If the dam breaks, the valley will drown.", "certainty.if.will"),
        ("If the dam breaks, the valley might drown.", "certainty.if.possible"),
        ("If the dam broke, the valley would drown.", "certainty.if.would"),
        ("If the dam breaks, we must leave.", "certainty.if.must"),
        ("If the dam holds, we stay.", "certainty.if.plain"),
        ("Should he refuse, the banks will close.", "certainty.if.will"),
    ],
)
def test_a_condition_knows_its_consequence(fired: Fired, sentence: str, feature: str) -> None:
    assert feature in fired(sentence)


def test_as_if_is_no_condition(fired: Fired) -> None:
    assert not any(name.startswith("certainty.if") for name in fired("He smiled as if nothing had burned."))


def test_perhaps_in_the_middle_may_only_round_a_figure(fired: Fired) -> None:
    assert "certainty.maybe_opens" not in fired("They sold the tanks to perhaps a dozen buyers.")
    assert "certainty.maybe_opens" in fired("But perhaps they sold the tanks.")
