"""The second labeller: TF-IDF of word n-grams and linear heads. Needs no encoder, reads each sentence alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.labeling.scores import SentenceScores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.labeling.scores import ArticleText

VOCABULARY = "vocabulary.json"
HEADS = "heads.safetensors"
NGRAMS = (1, 2)
WORD = r"(?u)\b\w[\w’']*\b|[?!“”\"…—]"  # marks of questions and quotation are cues


def vectorizer(**settings: Any) -> Any:
    """The one definition of the features, shared by training and inference."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        ngram_range=NGRAMS, token_pattern=WORD, preprocessor=lowered, sublinear_tf=True, dtype=np.float32, **settings
    )


def lowered(text: str) -> str:
    """Lower case, a character for each character, so that a word stands where it stands in the text."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)  # the dotted capital I of Turkish names


class TfidfLabeller:
    """Each n-gram's weight is shared among the places where it occurs, so contributions add up to the logit."""

    def __init__(
        self,
        vocabulary: dict[str, int],
        idf: NDArray[np.float32],
        weight: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        """Shapes: idf (n_terms,), weight (n_labels, n_terms), bias (n_labels,)."""
        self.weight, self.bias = weight, bias
        self._vectorizer = vectorizer(vocabulary=vocabulary)
        self._vectorizer.idf_ = idf

    @classmethod
    def open(cls, folder: Path, *, threads: int | None) -> TfidfLabeller:
        from safetensors.numpy import load_file

        arrays = load_file(folder / HEADS)
        terms = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
        return cls({term: i for i, term in enumerate(terms)}, arrays["idf"], arrays["weight"], arrays["bias"])

    def score(self, articles: Sequence[ArticleText]) -> list[list[SentenceScores]]:
        return [list(self._scored(article)) for article in articles]

    def _scored(self, article: ArticleText) -> Iterator[SentenceScores]:
        judged = [s for s in article.sentences if s.is_judged]
        if not judged:
            return
        rows = self._vectorizer.transform([article.text[s.start : s.end] for s in judged])
        for sentence, row in zip(judged, rows, strict=True):
            yield self._sentence_scores(article.text[sentence.start : sentence.end], sentence.start, row)

    def _sentence_scores(self, text: str, at: int, row: Any) -> SentenceScores:
        text = lowered(text)
        words = np.array([m.span() for m in re.finditer(WORD, text)], np.int32).reshape(-1, 2)
        contributions = np.zeros((len(words), len(self.bias)), np.float32)
        places = _places(text, words, self._vectorizer.vocabulary_)
        for term, value in zip(row.indices, row.data, strict=True):
            share = self.weight[:, term] * value / len(places[term])
            for first, last in places[term]:
                contributions[first:last] += share / (last - first)
        return SentenceScores(contributions.sum(axis=0) + self.bias, words + at, contributions, self.bias)


def _places(text: str, words: NDArray[np.int32], vocabulary: dict[str, int]) -> dict[int, list[tuple[int, int]]]:
    """Where each known n-gram of a lowered text stands, as half-open ranges of words."""
    found_words = [text[start:end] for start, end in words]
    found: dict[int, list[tuple[int, int]]] = {}
    for n in range(NGRAMS[0], NGRAMS[1] + 1):
        for first in range(len(found_words) - n + 1):
            term = vocabulary.get(" ".join(found_words[first : first + n]))
            if term is not None:
                found.setdefault(term, []).append((first, first + n))
    return found
