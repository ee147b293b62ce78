from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Fired = Callable[..., dict[str, list[str]]]


@pytest.mark.parametrize(
    ("sentence", "feature"),
    [
        ("Two officers said that the depot burned.", "report.say.that"),
        ("Moscow claims victory.", "report.claim.other"),
        ("Moscow claims it burned.", "report.claim.clause"),
        ("The depot burned, officers say.", "report.say.trailing"),
        ("The minister demanded lists.", "report.act.other"),
        ("I believe the depot burned.", "report.self"),
        ("The man who said so has left.", "report.say.below"),
        ("Some experts believe that it burned.", "report.crowd_says"),
    ],
)
def test_somebody_elses_claim_is_seen(fired: Fired, sentence: str, feature: str) -> None:
    assert feature in fired(sentence)


def test_a_noun_is_no_verb_of_saying(fired: Fired) -> None:
    assert not any(name.startswith("report.") for name in fired("The claims of the mill were paid."))


def test_the_tale_goes_on_with_he(fired: Fired) -> None:
    pair = ("The envoy said the port was closed.", "He had seen the chains.")
    assert "report.goes_on" in fired(*pair, of=1)
    assert "report.goes_on" not in fired("The port was closed.", pair[1], of=1)


def test_who_acts_stands_before_the_act(fired: Fired) -> None:
    russia = fired("Russia invaded its neighbor.")
    west = fired("NATO provoked its neighbor.")
    assert russia["stance.aggression.russia_first"] == ["invaded"]
    assert west["stance.provoke.west_first"] == ["provoked"]
    assert "stance.aggression.west_first" not in russia
    assert "stance.aggression.russia_first" not in fired("Its neighbor was invaded by Russia.")


def test_a_policy_is_recommended_or_denied(fired: Fired) -> None:
    assert "stance.soft.recommended" in fired("Europe should negotiate.")
    assert "stance.soft.recommended" not in fired("Europe negotiates.")
    assert fired("We will not negotiate.")["stance.soft.negated"] == ["negotiate"]


def test_neighbours_lend_their_theme(fired: Fired) -> None:
    assert "stance.firm.near" in fired("That is the lesson.", "Sanctions must stay.")
