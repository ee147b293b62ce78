"""All rules over one article, and their hits as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.labeling.rules import (
    antithesis,
    certainty,
    concession,
    judgements,
    questions,
    quotes,
    repetition,
    reports,
    stance,
    tricolon,
)
from pipeline.labeling.rules.reading import read_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.labeling.rules.tokens import Hit

RULES = (certainty, reports, questions, quotes, concession, repetition, tricolon, antithesis, judgements, stance)
FEATURES: tuple[str, ...] = tuple(feature for rule in RULES for feature in rule.FEATURES)
_COLUMN = {feature: column for column, feature in enumerate(FEATURES)}


def hits(text: str, sentences: Sequence[tuple[int, int]]) -> list[list[Hit]]:
    """Hits per sentence. Shapes: parallel to `sentences`, the body sentences of one article in order."""
    readings = read_article(text, sentences)
    return [[hit for rule in RULES for hit in rule.find(readings, at)] for at in range(len(readings))]


def matrix(all_hits: Sequence[Sequence[Hit]]) -> NDArray[np.float32]:
    """Shapes: (sentences, features), the columns in the order of `FEATURES`; zero where a rule did not fire."""
    values = np.zeros((len(all_hits), len(FEATURES)), dtype=np.float32)
    for row, found in enumerate(all_hits):
        for hit in found:
            values[row, _COLUMN[hit.feature]] = hit.value
    return values
