from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.labeling.rules import hits

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.labeling.rules import Hit


def offsets(sentences: tuple[str, ...]) -> tuple[str, list[tuple[int, int]]]:
    text, places = "", []
    for sentence in sentences:
        places.append((len(text), len(text) + len(sentence)))
        text += sentence + " "
    return text, places


@pytest.fixture
def read_hits() -> Callable[..., list[list[Hit]]]:
    def read(*sentences: str) -> list[list[Hit]]:
        return hits(*offsets(sentences))

    return read


@pytest.fixture
def fired() -> Callable[..., dict[str, list[str]]]:
    """Feature -> words, of the sentence `of` (the first, unless said otherwise) among the given."""

    def read(*sentences: str, of: int = 0) -> dict[str, list[str]]:
        text, places = offsets(sentences)
        return {hit.feature: [text[a:b] for a, b in hit.spans] for hit in hits(text, places)[of]}

    return read
