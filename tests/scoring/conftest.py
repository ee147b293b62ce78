"""A codebook of another subject, and labelled sets made of random labels, so that nothing leans on one label set."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.core import codebook as codebooks
from pipeline.core.codebook import Codebook, Task
from pipeline.corpus.labelled_set import LabelledArticle, LabelledSentence, LabelledSet
from pipeline.scoring.predictions import Predictions, TaskAnswers

HARBOUR = b"""
format: 1
name: harbour
version: '2.1'
title: Tone of harbour news
target: the harbour
roles:
  values: [{value: body, definition: text}, {value: headline, definition: title}]
voices:
  values: [{value: author, definition: own words}, {value: quoted, definition: words of others}]
tasks:
- name: tone
  kind: single
  poles: {positive: warm, negative: cold}
  labels: [{value: warm, definition: praise}, {value: cold, definition: blame}, {value: flat, definition: neither}]
- name: strength
  kind: ordinal
  labels: [{value: high, definition: much}, {value: middle, definition: some}, {value: low, definition: little}]
- name: topics
  kind: multi
  labels: [{value: ships, definition: ships}, {value: tides, definition: tides}, {value: gulls, definition: gulls}]
"""
WORDS = (
    "harbour",
    "ships",
    "tide",
    "gull",
    "rope",
    "grey",
    "slow",
    "cold",
    "rain",
    "pier",
    "captain",
    "sails",
    "into",
    "out",
    "of",
    "the",
    "a",
    "over",
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240507)


@pytest.fixture(scope="session")
def harbour() -> Codebook:
    return codebooks.parse(HARBOUR, where="harbour.yaml")


def random_set(
    codebook: Codebook, rng: np.random.Generator, *, n_articles: int = 8, n_sentences: int = 15
) -> LabelledSet:
    articles = tuple(_random_article(codebook, rng, f"news{i}", n_sentences) for i in range(n_articles))
    return LabelledSet("harbour-gold", articles, {}, "f" * 64)


def _random_article(codebook: Codebook, rng: np.random.Generator, name: str, n_sentences: int) -> LabelledArticle:
    texts = [f"{' '.join(rng.choice(WORDS, size=rng.integers(3, 20)))}." for _ in range(n_sentences)]
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
    sentences = tuple(
        LabelledSentence(
            n=n,
            start=int(starts[n]),
            end=int(starts[n]) + len(text),
            role="headline" if n == 0 else "body",
            is_well_cut=True,
            voice=None if n == 0 else str(rng.choice(["author", "author", "quoted"])),
            speaker=None if n == 0 else "",
            values={} if n == 0 else {task.name: _random_value(task, rng) for task in codebook.tasks},
        )
        for n, text in enumerate(texts)
    )
    return LabelledArticle(name, " ".join(texts), sentences)


def _random_value(task: Task, rng: np.random.Generator) -> tuple[str, ...]:
    if task.kind == "multi":
        return tuple(value for value in task.values if rng.random() < 0.3)
    return (str(rng.choice(task.values)),)


def random_predictions(
    gold: LabelledSet, codebook: Codebook, rng: np.random.Generator, *, skill: float = 0.25
) -> Predictions:
    """Predictions that lean towards the gold labels by `skill`."""
    body = [(article.article, s) for article in gold.articles for s in article.sentences if s.is_body]
    probabilities, chosen = {}, {}
    for task in codebook.tasks:
        truth = np.array([[value in s.values[task.name] for value in task.values] for _, s in body])
        p = (1 - skill) * rng.random(truth.shape) + skill * truth
        if task.kind != "multi":
            p /= p.sum(axis=1, keepdims=True)
        probabilities[task.name] = p
        chosen[task.name] = p >= 0.5 if task.kind == "multi" else p == p.max(axis=1, keepdims=True)
    return Predictions(tuple(name for name, _ in body), tuple(s.n for _, s in body), probabilities, chosen)


def random_answers(task: Task, rng: np.random.Generator, *, n: int = 200, n_articles: int = 9) -> TaskAnswers:
    shape = (n, len(task.values))
    article = np.sort(rng.integers(n_articles, size=n))
    if task.kind == "multi":
        gold, p = rng.random(shape) < 0.25, rng.random(shape)
        return TaskAnswers(task, gold, p >= 0.6, p, article, n_articles)
    p = rng.dirichlet(np.ones(shape[1]), size=n)
    gold = np.eye(shape[1], dtype=bool)[rng.integers(shape[1], size=n)]
    return TaskAnswers(task, gold, np.eye(shape[1], dtype=bool)[p.argmax(axis=1)], p, article, n_articles)


@pytest.fixture
def make_set():
    return random_set


@pytest.fixture
def make_predictions():
    return random_predictions


@pytest.fixture
def make_answers():
    return random_answers
