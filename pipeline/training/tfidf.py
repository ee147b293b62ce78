"""Trains the TF-IDF labeller."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from pipeline.core.config import Section
from pipeline.labeling.tfidf import HEADS, VOCABULARY, vectorizer
from pipeline.training import linear

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.training.examples import Example
    from pipeline.training.mixing import Mixing


class TfidfTrainer:
    """Logistic regressions over TF-IDF of word n-grams."""

    labeller = "tfidf.v1"
    n_fitted_folds = None
    learns_probabilities = False

    class Options(Section):
        c: float = Field(default=3.0, gt=0)
        balance: float = Field(default=1.0, ge=0, le=1)
        min_sentences: int = Field(default=2, ge=1)  # a term must stand in as many

    def __init__(self, options: Options, codebook: Codebook, *, seed: int) -> None:
        self.options, self.codebook, self.seed = options, codebook, seed

    def fit(self, examples: Sequence[Example]) -> TfidfModel:
        terms = vectorizer(min_df=self.options.min_sentences)
        features = terms.fit_transform([text for example in examples for text in _texts(example)])
        weight, bias = linear.fit_heads(
            self.codebook,
            features,
            np.concatenate([example.targets for example in examples]),
            c=self.options.c,
            balance=self.options.balance,
            seed=self.seed,
        )
        return TfidfModel(terms, weight, bias)


class TfidfModel:
    def __init__(self, terms: Any, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self.terms, self.weight, self.bias = terms, weight, bias

    def score(self, examples: Sequence[Example]) -> list[NDArray[np.float32]]:
        return [np.asarray(self.terms.transform(_texts(e)) @ self.weight.T + self.bias, np.float32) for e in examples]

    def write(self, folder: Path, mixing: Mixing) -> None:
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        heads = linear.mixed_heads({"weight": self.weight, "bias": self.bias}, mixing)
        save_file({**heads, "idf": np.ascontiguousarray(self.terms.idf_, np.float32)}, folder / HEADS)
        terms = [term for term, _ in sorted(self.terms.vocabulary_.items(), key=lambda item: item[1])]
        (folder / VOCABULARY).write_text(json.dumps(terms, ensure_ascii=False) + "\n", encoding="utf-8")


def _texts(example: Example) -> list[str]:
    return [example.text.text[s.start : s.end] for s in example.sentences]
