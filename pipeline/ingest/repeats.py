"""Pull quotes: a sentence of the text shown again on its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

GRAM_WORDS = 4
MIN_WORDS = 6  # a shorter paragraph may be a refrain
MAX_WORDS = 60
MIN_SHARED = 0.85  # of its word sequences that stand in one longer paragraph
_WORD = re.compile(r"\w+")


def pull_quotes(paragraphs: Sequence[str]) -> set[int]:
    """Indexes of short paragraphs whose words stand, in order, in a longer one, or come again as they are."""
    words = [_WORD.findall(text.lower()) for text in paragraphs]
    places: dict[tuple[str, ...], list[int]] = {}
    for i, own in enumerate(words):
        for gram in _grams(own):
            where = places.setdefault(gram, [])
            if len(where) < 4 and (not where or where[-1] != i):
                where.append(i)
    return {
        i for i, own in enumerate(words) if MIN_WORDS <= len(own) <= MAX_WORDS and _is_shown_again(i, words, places)
    }


def _is_shown_again(i: int, words: list[list[str]], places: dict[tuple[str, ...], list[int]]) -> bool:
    own = _grams(words[i])
    n_shared: dict[int, int] = {}
    for gram in own:
        for j in places[gram]:
            if j != i and (len(words[j]) > len(words[i]) or (words[j] == words[i] and j > i)):
                n_shared[j] = n_shared.get(j, 0) + 1
    return max(n_shared.values(), default=0) >= MIN_SHARED * len(own)


def _grams(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + GRAM_WORDS]) for i in range(len(words) - GRAM_WORDS + 1)]
