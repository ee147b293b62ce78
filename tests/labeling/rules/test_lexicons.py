from __future__ import annotations

import pytest

from pipeline.labeling.rules.lexicons import MAX_PLACES, Lexicon, lexicon


def found(cue: str, text: str) -> list[tuple[int, int]]:
    return Lexicon({"list": [cue]}).find(text.split()).get("list", [])


@pytest.mark.parametrize(
    ("cue", "text", "places"),
    [
        ("talks", "we want talks now", [(2, 3)]),
        ("talk|talks end", "the talks end", [(1, 3)]),
        ("sanction*", "the sanctioning of banks", [(1, 2)]),
        ("need to press*", "they need to pressure him", [(1, 4)]),
        ("it is|'s time", "and it's time", [(1, 3)]),
        ("it is|'s time", "now it is time", [(1, 4)]),
        ("a _ of", "a game of chess", [(0, 3)]),
        ("a _ of", "a , of chess", []),
        ("is _? clear", "it is clear", [(1, 3)]),
        ("is _? clear", "it is not clear", [(1, 4)]),
        ("talks", "talked", []),
    ],
)
def test_a_cue_is_found(cue: str, text: str, places: list[tuple[int, int]]) -> None:
    assert found(cue, text) == places


def test_the_longest_cue_of_a_list_wins() -> None:
    cues = Lexicon({"list": ["cold", "cold war", "cold war two"]})
    assert cues.find(["a", "cold", "war", "two"]) == {"list": [(1, 4)]}
    assert cues.find(["a", "cold", "war"]) == {"list": [(1, 3)]}


def test_lists_do_not_hide_each_other() -> None:
    both = Lexicon({"a": ["cold war"], "b": ["war"]}).find(["a", "cold", "war"])
    assert both == {"a": [(1, 3)], "b": [(2, 3)]}


def test_a_flood_of_cues_is_capped() -> None:
    assert len(found("war", "war " * 300)) == MAX_PLACES


def test_the_shipped_lists_hold_words_only() -> None:
    shipped = lexicon()
    assert len(shipped.names) == len(set(shipped.names)) > 50
    found = shipped.find(["sanctions", "against", "russia"])
    assert found.keys() >= {
        "stance.firm",
        "stance.russia",
    }
