"""Packs the sentences of an article into windows, so that each sentence is read in its context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens `start` to `end` of a sentence. A sentence longer than a window is cut into several pieces."""

    sentence: int
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces read together; the first `n_context` of them were counted in the window before."""

    pieces: tuple[Piece, ...]
    n_context: int

    @property
    def n_tokens(self) -> int:
        return sum(len(piece) for piece in self.pieces)


def pack(token_counts: Sequence[int], *, size: int, overlap: int) -> list[Window]:
    """Windows of at most `size` tokens over one article's sentences, each led by `overlap` pieces already counted.

    Every piece is counted in exactly one window; context is left out where it would not fit.
    """
    pieces = [
        Piece(sentence, start, min(start + size, n_tokens))
        for sentence, n_tokens in enumerate(token_counts)
        for start in range(0, n_tokens, size)
    ]
    windows: list[Window] = []
    at = 0
    while at < len(pieces):
        first = max(0, at - overlap)
        room = size - sum(len(piece) for piece in pieces[first:at])
        while first < at and room < len(pieces[at]):
            room += len(pieces[first])
            first += 1
        end = at
        while end < len(pieces) and len(pieces[end]) <= room:
            room -= len(pieces[end])
            end += 1
        windows.append(Window(tuple(pieces[first:end]), at - first))
        at = end
    return windows
