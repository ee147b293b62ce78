"""Articles without labels as windows of tokens: a random sample of them, of bounded size."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_rows, sha256_text
from pipeline.labeling.windows import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HELD_OUT_SHARE = 0.05  # of the tokens; they say whether the encoder learns to read or learns by heart
MAX_ARTICLE_SHARE = 0.05  # of all tokens; a whole book among op-eds is cut
MIN_ARTICLES = 2  # one to learn from, one held out
MIN_SENTENCES = 100  # far too few to gain by; under it the held-out loss says nothing


@dataclass(frozen=True, slots=True)
class Passages:
    """One article's windows, without special tokens."""

    text_sha256: str
    windows: tuple[NDArray[np.int32], ...]
    n_sentences: int

    @property
    def n_tokens(self) -> int:
        return sum(len(window) for window in self.windows)


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """The sample. Near duplicates may stand on both sides of the held-out border, equal texts do not."""

    train: tuple[Passages, ...]
    held_out: tuple[Passages, ...]
    n_read: int  # articles with a body sentence, those outside the sample and repeated ones among them

    @property
    def articles(self) -> tuple[Passages, ...]:
        return (*self.train, *self.held_out)

    @property
    def n_sentences(self) -> int:
        return sum(article.n_sentences for article in self.articles)

    @property
    def n_tokens(self) -> int:
        return sum(article.n_tokens for article in self.articles)

    @property
    def sha256(self) -> str:
        """Identity of the texts, whatever their order."""
        return sha256_rows(sorted(article.text_sha256 for article in self.articles))


class Sampler:
    """Keeps a random sample of at most `max_tokens` of all articles that are added, each text once.

    Articles stand in the order of a hash of seed and text; the sample is the longest start of that order which fits.
    So it depends neither on the files nor on the order in which they are read, and memory does not grow with them.
    """

    def __init__(self, tokenizer: Any, *, window: int, max_tokens: int, seed: int) -> None:
        self._tokenizer, self._window, self._max_tokens, self._seed = tokenizer, window, max_tokens, seed
        self._kept: list[tuple[int, Passages]] = []  # a heap, the last of the order on top
        self._hashes: set[str] = set()
        self._n_tokens = 0
        self._first_left_out: int | None = None
        self.n_read = 0

    def add(self, text_sha256: str, sentences: Sequence[str]) -> None:
        """The body sentences of one article, in order."""
        if not sentences:
            return
        self.n_read += 1
        place = int(sha256_text(f"{self._seed} {text_sha256}"), 16)
        is_out = self._first_left_out is not None and place >= self._first_left_out
        if is_out or text_sha256 in self._hashes:
            return
        found = self._passages(text_sha256, sentences)
        if not found.windows:
            return
        heapq.heappush(self._kept, (-place, found))
        self._hashes.add(text_sha256)
        self._n_tokens += found.n_tokens
        while self._n_tokens > self._max_tokens:
            last, left_out = heapq.heappop(self._kept)
            self._first_left_out = -last
            self._hashes.discard(left_out.text_sha256)
            self._n_tokens -= left_out.n_tokens

    def sample(self) -> Unlabelled:
        """Raises: InvalidInputError where there is too little to learn from."""
        found = [passages for _, passages in sorted(self._kept, key=lambda kept: -kept[0])]
        n_sentences = sum(passages.n_sentences for passages in found)
        if len(found) < MIN_ARTICLES or n_sentences < MIN_SENTENCES:
            raise InvalidInputError(
                f"{n_sentences:,} body sentences in {len(found):,} different articles are too few to adapt to; "
                f"expected at least {MIN_SENTENCES} in {MIN_ARTICLES}",
                remedy="give more texts; adaptation begins to pay at some hundred op-eds",
            )
        n_tokens = np.cumsum([passages.n_tokens for passages in found[:-1]])  # the last is there to learn from
        n_held_out = min(1 + int(np.searchsorted(n_tokens, HELD_OUT_SHARE * self._n_tokens)), len(n_tokens))
        return Unlabelled(tuple(found[n_held_out:]), tuple(found[:n_held_out]), self.n_read)

    def _passages(self, text_sha256: str, sentences: Sequence[str]) -> Passages:
        tokens = self._tokenizer(list(sentences), add_special_tokens=False, verbose=False)["input_ids"]
        max_tokens = int(MAX_ARTICLE_SHARE * self._max_tokens)
        n_sentences = int(np.searchsorted(np.cumsum([len(ids) for ids in tokens]), max_tokens, side="right"))
        tokens = tokens[: max(1, n_sentences)]
        windows = [
            np.concatenate([np.asarray(tokens[p.sentence][p.start : p.end], np.int32) for p in window.pieces])
            for window in pack([len(ids) for ids in tokens], size=self._window, overlap=0)
        ]
        return Passages(text_sha256, tuple(windows), len(tokens))
