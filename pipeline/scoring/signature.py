"""The line beside a figure that says what was measured on what. Source: sacrebleu's signatures, Post 2018."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import __version__

if TYPE_CHECKING:
    import numpy as np

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSet

SHOWN_SHA_CHARS = 12


@dataclass(frozen=True, slots=True)
class Signature:
    """Two figures can be compared where everything but `seed` and `version` is the same."""

    task: str
    codebook: str
    codebook_sha256: str
    gold: str
    gold_sha256: str
    n_articles: int
    n_sentences: int
    n_badly_cut: int  # body sentences left out
    resamples: int
    level: float
    seed: str
    version: str = __version__

    def __str__(self) -> str:
        parts = {
            "task": self.task,
            "codebook": f"{self.codebook}@{self.codebook_sha256[:SHOWN_SHA_CHARS]}",
            "gold": f"{self.gold}@{self.gold_sha256[:SHOWN_SHA_CHARS]}",
            "articles": self.n_articles,
            "sentences": self.n_sentences,
            "left-out": self.n_badly_cut,
            "resamples": self.resamples,
            "level": self.level,
            "seed": self.seed,
            "version": self.version,
        }
        return "|".join(f"{key}:{value}" for key, value in parts.items())


def signature(
    task: str,
    gold: LabelledSet,
    codebook: Codebook,
    *,
    counts: tuple[int, int, int],
    resamples: int,
    level: float,
    seed: str,
) -> Signature:
    """`counts`: articles, sentences, and sentences left out."""
    return Signature(
        task,
        codebook.id.replace(" ", "-"),
        codebook.sha256,
        gold.name,
        gold.sha256,
        *counts,
        resamples=resamples,
        level=level,
        seed=seed,
    )


def seed_of(rng: np.random.Generator) -> str:
    """The seed that a generator was made from, with its spawn key: `0` or `0/3`."""
    sequence = rng.bit_generator.seed_seq
    entropy, key = getattr(sequence, "entropy", None), getattr(sequence, "spawn_key", ())
    return "/".join(map(str, (entropy, *key)))
