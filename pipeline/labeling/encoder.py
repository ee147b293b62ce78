"""The encoder labeller: one pass over windows of an article, linear heads over each sentence's own token states."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core.errors import ModelDamagedError
from pipeline.labeling import rules
from pipeline.labeling.scores import SentenceScores, add_in_turn, numbered
from pipeline.labeling.windows import Piece, Window, pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

    from pipeline.labeling.runtime import Runtime
    from pipeline.labeling.scores import ArticleText

    Encoded: TypeAlias = Iterable[tuple[Window, NDArray[np.float32]]]

SETTINGS = "encoder.json"
TOKENIZER = "tokenizer.json"
HEADS = "heads.safetensors"
WITHIN_WORDS = re.compile(r"(?<=\w)['’‐‑-](?=\w)|(?<=\d)[.,](?=\d)")


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """What training and inference must share. Units: window in tokens without the two special ones."""

    window: int
    overlap: int
    cls_id: int
    sep_id: int
    pad_id: int
    features: tuple[str, ...] = ()  # the rules' features that the heads know, in the order of their columns


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one sentence. Shapes: ids (n,), words (n,) index of the token's word, word_spans (n_words, 2)."""

    ids: NDArray[np.int64]
    words: NDArray[np.int32]
    word_spans: NDArray[np.int32]


class EncoderLabeller:
    """Scores sentences by linear heads over mean-pooled token states, so that each word's share is exact."""

    def __init__(
        self,
        *,
        settings: EncoderSettings,
        runtime: Runtime,
        tokenizer: Tokenizer,
        heads: Mapping[str, NDArray[np.float32]],
    ) -> None:
        """Shapes: heads weight (n_labels, width), bias (n_labels,), rules (n_labels, n_features) where rules count."""
        self.settings = settings
        self.weight, self.bias, self.rule_weight = heads["weight"], heads["bias"], heads.get("rules")
        self._runtime, self._tokenizer = runtime, tokenizer
        self._column = {name: column for column, name in enumerate(settings.features)}
        tokenizer.no_padding()  # windows are packed here, and no sentence is cut short
        tokenizer.no_truncation()

    @classmethod
    def open(cls, folder: Path, *, threads: int | None) -> EncoderLabeller:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        from pipeline.labeling.runtime import EncoderRuntime

        return cls(
            settings=_settings(folder / SETTINGS),
            runtime=EncoderRuntime(folder, threads=threads),
            tokenizer=Tokenizer.from_file(str(folder / TOKENIZER)),
            heads=load_file(folder / HEADS),
        )

    def score(self, articles: Sequence[ArticleText]) -> list[list[SentenceScores]]:
        tokens = [self._tokenised(article) for article in articles]
        parts = zip(articles, tokens, self._encoded(tokens), strict=True)
        return [self._article_scores(article, own, encoded) for article, own, encoded in parts]

    def logits(self, article: ArticleText) -> NDArray[np.float32]:
        """Shapes: (n_judged, n_labels)."""
        (scores,) = self.score([article])
        return np.array([s.logits for s in scores], np.float32).reshape(len(scores), len(self.bias))

    def states(self, articles: Sequence[ArticleText]) -> list[NDArray[np.float32]]:
        """Mean token state of every sentence, for fitting heads on what inference sees. Shapes: (n, width) each."""
        tokens = [self._tokenised(article) for article in articles]
        width = self.weight.shape[1]
        sums = [np.zeros((len(article), width), np.float32) for article in tokens]
        for own_sums, encoded in zip(sums, self._encoded(tokens), strict=True):
            for window, states in encoded:
                for piece, rows in _counted(window, states):
                    own_sums[piece.sentence] += rows.sum(axis=0)
        for article, total in zip(tokens, sums, strict=True):
            total /= np.maximum([[len(sentence.ids)] for sentence in article], 1).reshape(-1, 1)
        return sums

    def _tokenised(self, article: ArticleText) -> list[Tokens]:
        texts = [article.text[s.start : s.end] for s in article.sentences]
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [_tokens(e, t, s.start) for e, t, s in zip(encodings, texts, article.sentences, strict=True)]

    def _token_logits(self, tokens: Sequence[Tokens], encoded: Encoded) -> list[NDArray[np.float32]]:
        """Each token's share of its sentence's logits. Shapes: (n_tokens, n_labels) per sentence."""
        parts = [np.zeros((len(sentence.ids), len(self.bias)), np.float32) for sentence in tokens]
        for window, states in encoded:
            for piece, rows in _counted(window, states):
                share = parts[piece.sentence]
                share[piece.start : piece.end] = rows @ self.weight.T / len(share)
        return parts

    def _encoded(self, articles: Sequence[Sequence[Tokens]]) -> Iterator[Encoded]:
        """Windows with their token states, the special ones left out, article by article: each is to be used up before
        the next is asked for, while the runtime already works at what follows."""
        settings = self.settings
        windows = [
            pack([len(s.ids) for s in article], size=settings.window, overlap=settings.overlap) for article in articles
        ]
        lines = (self._line(window, article) for article, own in zip(articles, windows, strict=True) for window in own)
        states = (line[1:-1] for line in self._runtime.states(lines))
        for own in windows:
            yield zip(own, states)  # noqa: B905 - the states of the articles that follow come after

    def _line(self, window: Window, tokens: Sequence[Tokens]) -> NDArray[np.int64]:
        inner = [tokens[piece.sentence].ids[piece.start : piece.end] for piece in window.pieces]
        return np.concatenate([[self.settings.cls_id], *inner, [self.settings.sep_id]])

    def _article_scores(self, article: ArticleText, tokens: Sequence[Tokens], encoded: Encoded) -> list[SentenceScores]:
        bounds = np.cumsum([0, *(len(sentence.word_spans) for sentence in tokens)]).tolist()
        spans = np.concatenate([np.zeros((0, 2), np.int32), *(sentence.word_spans for sentence in tokens)])
        contributions = np.zeros((len(spans), len(self.bias)), np.float32)
        rest = np.tile(self.bias, (len(tokens), 1))
        if tokens:
            words = [sentence.words + first for sentence, (first, _) in zip(tokens, pairwise(bounds), strict=True)]
            add_in_turn(contributions, np.concatenate(words), np.concatenate(self._token_logits(tokens, encoded)))
        if self.rule_weight is not None and self._column:
            hits = rules.hits(article.text, _spans(article))
            self._add_rules(hits, spans, contributions, rest)
        scores = []
        for sentence, (first, last), own_rest in zip(article.sentences, pairwise(bounds), rest, strict=True):
            if sentence.is_judged:
                own = contributions[first:last]
                scores.append(SentenceScores(own.sum(axis=0) + own_rest, spans[first:last], own, own_rest))
        return scores

    def _add_rules(
        self,
        hits: Sequence[Sequence[rules.Hit]],
        spans: NDArray[np.int32],
        contributions: NDArray[np.float32],
        rest: NDArray[np.float32],
    ) -> None:
        """Adds what each hit gives to the words that it names, or to the sentence's rest where it names none.

        Shapes: hits per sentence, spans (n_words, 2), contributions (n_words, n_labels), rest (n_sentences, n_labels).
        """
        assert self.rule_weight is not None  # noqa: S101 - hits are looked for only where they have weights
        known = [(i, hit) for i, own in enumerate(hits) for hit in own if hit.feature in self._column]
        values = np.array([hit.value for _, hit in known], np.float32)
        shares = self.rule_weight.T[[self._column[hit.feature] for _, hit in known]] * values[:, None]
        hit, word = _touched(spans, [hit.spans for _, hit in known])
        n_words = np.bincount(hit, minlength=len(known))
        add_in_turn(contributions, word, (shares / np.maximum(n_words, 1)[:, None])[hit])
        sentence = np.array([i for i, _ in known], np.intp)
        add_in_turn(rest, sentence[n_words == 0], shares[n_words == 0])


def _settings(path: Path) -> EncoderSettings:
    values = json.loads(path.read_text(encoding="utf-8"))
    settings = EncoderSettings(**{**values, "features": tuple(values.get("features", ()))})
    if lost := sorted(set(settings.features) - set(rules.FEATURES)):
        raise ModelDamagedError(
            f"the model counts on {len(lost)} rules that this version does not have, the first is {lost[0]!r}",
            where=str(path),
            remedy="use the package version in the model's manifest, or train the model again",
        )
    return settings


def rule_matrix(article: ArticleText) -> NDArray[np.float32]:
    """The rules' features of every sentence, judged or not. Shapes: (n_sentences, n_features)."""
    return rules.matrix(rules.hits(article.text, _spans(article)))


def _spans(article: ArticleText) -> list[tuple[int, int]]:
    return [(sentence.start, sentence.end) for sentence in article.sentences]


def _touched(
    words: NDArray[np.int32], spans: Sequence[Sequence[tuple[int, int]]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which words lie in one of a hit's spans, as pairs of hit and word in their order.

    Shapes: words (n, 2) in the order of the text, spans per hit.
    """
    owner, _ = numbered(np.array([len(own) for own in spans], np.intp))
    flat = np.array([span for own in spans for span in own], np.int64).reshape(-1, 2)
    first = np.searchsorted(words[:, 1], flat[:, 0], side="right")
    span, place = numbered(np.maximum(np.searchsorted(words[:, 0], flat[:, 1]) - first, 0))
    pairs = np.unique(owner[span] * len(words) + first[span] + place)  # spans of a hit may share words
    hit, word = np.divmod(pairs, max(len(words), 1))
    return hit, word


def _tokens(encoding: Encoding, text: str, at: int) -> Tokens:
    """A sentence's tokens with its words as character offsets into the article. Shapes: see Tokens.

    A tokenizer may take a sign within a word for a word of its own: "isn’t", "cease-fire" and "3.5" are one each.
    """
    offsets = np.asarray(encoding.offsets, np.int32).reshape(-1, 2)
    words = np.asarray(encoding.word_ids, np.int32)
    if inner := [sign.start() for sign in WITHIN_WORDS.finditer(text)]:
        is_first = np.diff(words, prepend=-1) > 0
        goes_on = is_first & np.isin(offsets[:, 0], inner + [sign + 1 for sign in inner])
        words = words - np.cumsum(goes_on, dtype=np.int32)
    n_words = int(words.max()) + 1 if len(words) else 0
    spans = np.zeros((n_words, 2), np.int32)
    spans[words[::-1], 0] = offsets[::-1, 0]  # the first token of a word is written last
    spans[words, 1] = offsets[:, 1]
    return Tokens(np.asarray(encoding.ids, np.int64), words, spans + at)


def _counted(window: Window, states: NDArray[np.float32]) -> Iterator[tuple[Piece, NDArray[np.float32]]]:
    at = 0
    for i, piece in enumerate(window.pieces):
        if i >= window.n_context:
            yield piece, states[at : at + len(piece)]
        at += len(piece)
