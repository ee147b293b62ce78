from __future__ import annotations

import pytest

from pipeline.labeling.rules.tokens import read
from pipeline.labeling.rules.zones import BEFORE_BUT, COMPLEMENT, LOWER, MAIN, zones


@pytest.mark.parametrize(
    ("text", "word", "zone"),
    [
        ("The general will stay.", "will", MAIN),
        ("When the snow melts, the general will stay.", "melts", LOWER),
        ("When the snow melts, the general will stay.", "will", MAIN),
        ("The report, which nobody has read, will stay.", "has", LOWER),
        ("The report, which nobody has read, will stay.", "will", MAIN),
        ("The man who has the key will stay.", "will", MAIN),
        ("The envoy insists that the fleet will stay.", "will", COMPLEMENT),
        ("It is likely that the fleet will stay.", "will", MAIN),
        ("The fleet (it may rust) will stay.", "may", LOWER),
        ("The fleet (it may rust) will stay.", "will", MAIN),
        ("The fleet may stay, but the crews are gone.", "may", BEFORE_BUT),
        ("The fleet may stay, but the crews are gone.", "are", MAIN),
        ("Yet even that is gone.", "is", MAIN),
        ("In the end he may stay.", "may", MAIN),
        ("In the end, because he may learn, the fleet will stay.", "may", LOWER),
        ("When the snow melts the fleet will stay.", "will", MAIN),
        ("Even if the snow may melt, the fleet will stay.", "may", LOWER),
    ],
)
def test_a_word_stands_in_its_zone(text: str, word: str, zone: int) -> None:
    sentence = read(text, 0, len(text))
    assert zones(sentence)[sentence.words.index(word)] == zone
