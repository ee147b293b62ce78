"""Simulated op-eds with a known truth, and classifiers that err differently in each of them.

Op-eds with true long-run shares are made of sentences whose classes cling to their neighbours. A linear classifier
sees a noisy view of each sentence, and each article shifts that view in its own way, so that every article has a
confusion of its own. Held-out articles of the same kind make the record of error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.core import codebook as codebooks
from pipeline.profiles.error import ClassifierError

CODEBOOK = codebooks.parse(
    b"""
format: 1
name: simulated
version: "1.0"
title: Simulated
target: nothing
roles: {values: [{value: body, definition: text}]}
voices: {values: [{value: author, definition: the writer}]}
tasks:
- name: view
  kind: single
  poles: {positive: for, negative: against}
  labels: [{value: for, definition: for}, {value: against, definition: against}, {value: neither, definition: neither}]
""",
    where="simulated_opeds.py",
)
NET = np.array([1.0, -1.0, 0.0])
GOLD_MEAN = np.array([0.2, 0.1, 0.7])  # as the 276 real op-eds have it
CONCENTRATION = 3.5  # Dirichlet; net values of articles then scatter by .31, as real ones do
CLING = 0.28  # chance that a sentence repeats its neighbour's class; design effect 1.8, as measured
N_GOLD, GOLD_LENGTH = 276, (20, 60)
# separation of the classes, and spread of the shift of an article's view
QUALITIES = {"poor": (0.9, 0.2), "low": (1.4, 0.3), "middle": (2.2, 0.35), "high": (3.2, 0.4)}


@dataclass(frozen=True, slots=True)
class Articles:
    """Sentences, article after article. Shapes: names, classes (n,); p, chosen (n, 3); lengths (n_articles,)."""

    names: NDArray[np.str_]
    classes: NDArray[np.intp]
    p: NDArray[np.float64]
    chosen: NDArray[np.float64]
    lengths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Linear discriminant over a view of 3 dimensions, calibrated on articles like the gold."""

    separation: float
    shift: float
    weights: NDArray[np.float64]
    intercept: NDArray[np.float64]
    offset: NDArray[np.float64]

    def view(self, classes: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float64]:
        """What the classifier sees of articles, each with shifts of its own. Shapes: (n_articles, n) to (..., 3)."""
        n_articles = len(classes)
        own = rng.normal(0, self.shift, (n_articles, 3, 3)) + rng.normal(0, self.shift, (n_articles, 1, 3))
        centres = np.eye(3) * self.separation + own
        seen = np.take_along_axis(centres, classes[:, :, None].repeat(3, axis=2), axis=1)
        return seen + rng.normal(0, 1, seen.shape)

    def probabilities(self, view: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = view @ self.weights + self.intercept
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return odds / odds.sum(axis=-1, keepdims=True)

    def chosen(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Decisions with a threshold that favours rare labels, as those tuned for macro-F1 do."""
        return np.eye(3)[(np.log(p + 1e-12) + self.offset).argmax(axis=-1)]


def classifier(separation: float, shift: float, rng: np.random.Generator) -> Classifier:
    from sklearn.linear_model import LogisticRegression

    blank = Classifier(separation, shift, np.zeros((3, 3)), np.zeros(3), np.zeros(3))
    classes = sentences(rng.dirichlet(GOLD_MEAN * CONCENTRATION, 500), 40, rng)
    fitted = LogisticRegression(C=100).fit(blank.view(classes, rng).reshape(-1, 3), classes.ravel())
    return Classifier(separation, shift, fitted.coef_.T, fitted.intercept_, -0.4 * np.log(GOLD_MEAN))


def sentences(shares: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Classes of texts of `n` sentences. Shapes: shares (n_texts, 3), result (n_texts, n)."""
    bounds = np.cumsum(shares, axis=1)[:, None, :-1]
    classes = (rng.random((len(shares), n, 1)) > bounds).sum(axis=2)
    clings = rng.random(classes.shape) < CLING
    for i in range(1, n):
        classes[:, i] = np.where(clings[:, i], classes[:, i - 1], classes[:, i])
    return classes


def texts(shares: NDArray[np.float64], n: int, model: Classifier, rng: np.random.Generator):
    """Classes, probabilities and decisions of a text per row of `shares`."""
    classes = sentences(shares, n, rng)
    p = model.probabilities(model.view(classes, rng))
    return classes, p, model.chosen(p)


def articles(shares: NDArray[np.float64], model: Classifier, rng: np.random.Generator) -> Articles:
    """An article per row of `shares`, of as many sentences as the held-out ones have."""
    made = texts(shares, max(GOLD_LENGTH), model, rng)
    lengths = rng.integers(*GOLD_LENGTH, len(shares))
    is_kept = np.arange(max(GOLD_LENGTH)) < lengths[:, None]
    names = np.repeat([f"a{i:04d}" for i in range(len(shares))], lengths)
    return Articles(names, *(part[is_kept] for part in made), lengths)


def held_out(model: Classifier, n_articles: int, rng: np.random.Generator) -> ClassifierError:
    made = articles(rng.dirichlet(GOLD_MEAN * CONCENTRATION, n_articles), model, rng)
    gold = {"view": np.eye(3)[made.classes]}
    return ClassifierError.from_predictions(
        CODEBOOK, articles=made.names, gold=gold, predicted={"view": made.chosen}, p={"view": made.p}
    )


def show(rows: list[dict], columns: tuple[str, ...]) -> None:
    shown = [column for column in columns if column in rows[0]]
    print("  ".join(f"{column[:12]:>12}" for column in shown))
    for row in rows:
        cells = [row[column] for column in shown]
        print("  ".join(f"{cell:12.3f}" if isinstance(cell, float) else f"{cell!s:>12}" for cell in cells))


def write(path: Path | None, result: dict) -> None:
    if path:
        path.write_text(json.dumps(rounded(result), indent=1) + "\n")


def rounded(value):
    """Four decimals are more than the numbers of texts bear."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value
