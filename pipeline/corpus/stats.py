"""Figures of a labelled set: labels, sentence lengths, vocabulary, repetition, and how far it is from another set."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.corpus import card as cards
from pipeline.corpus import labelled_set
from pipeline.corpus.duplicates import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSet

NGRAM = 5  # words
TTR_WINDOW = 1_000  # words; a plain type-token ratio falls with the size of the text
FOLDS = 5
TOP_FEATURES = 15
WORDS_AND_MARKS = r"\w+|[^\w\s]"
MIN_DF = 3  # sentences


@dataclass(frozen=True, slots=True)
class Lengths:
    """Sentence lengths. Units: words."""

    mean: float
    sd: float
    minimum: int
    quartiles: tuple[float, float, float]
    maximum: int


@dataclass(frozen=True, slots=True)
class CrossTable:
    """How many articles have each pair of values, such as lean by register. Cramér's V: 0 unrelated, 1 determined."""

    rows: str
    columns: str
    counts: Mapping[tuple[str, str], int]
    cramers_v: float


@dataclass(frozen=True, slots=True)
class Distance:
    """How well a TF-IDF classifier tells the sentences of two sets, on articles it has not seen.

    Units: auc and accuracy 0 to 1, .5 for sets that cannot be told apart; both sets weigh the same.
    """

    other: str
    n_ours: int
    n_theirs: int
    auc: float
    accuracy: float
    ours: tuple[str, ...]  # features that speak most for ours
    theirs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """`type_token_ratio`: mean over windows of 1,000 words. `repeated_share`: of 5-grams that stand more than once."""

    name: str
    sha256: str
    counts: cards.Counts
    lengths: Lengths
    n_words: int
    type_token_ratio: float | None
    repeated_share: float
    commonest_ngrams: tuple[tuple[str, int], ...]  # those that stand in two articles or more
    splits: Mapping[str, int]
    tables: tuple[CrossTable, ...]
    distance: Distance | None


def stats(reference: str, codebook: Codebook, *, against: LabelledSet | None = None, seed: int = 0) -> Stats:
    loaded = labelled_set.load(reference, codebook)
    texts = body_texts(loaded)
    tokens = [words(text) for sentences in texts.values() for text in sentences]
    repeated_share, commonest = repetition(texts)
    return Stats(
        name=loaded.name,
        sha256=loaded.sha256,
        counts=cards.counts((article.sentences for article in loaded.articles), codebook),
        lengths=lengths(tokens),
        n_words=sum(map(len, tokens)),
        type_token_ratio=type_token_ratio([word for sentence in tokens for word in sentence]),
        repeated_share=repeated_share,
        commonest_ngrams=commonest,
        splits=Counter(loaded.splits.values()),
        tables=cross_tables(labelled_set.find(reference)),
        distance=distance(loaded, against, seed=seed) if against else None,
    )


def body_texts(loaded: LabelledSet) -> dict[str, list[str]]:
    """Well-cut body sentences by article, line ends inside them as spaces."""
    return {
        a.article: [re.sub(r"\s+", " ", a.sentence_text(s)) for s in a.sentences if s.is_body and s.is_well_cut]
        for a in loaded.articles
    }


def lengths(sentences: Sequence[Sequence[str]]) -> Lengths:
    counts = np.array([len(sentence) for sentence in sentences])
    first, median, third = (float(q) for q in np.quantile(counts, [0.25, 0.5, 0.75]))
    return Lengths(
        float(counts.mean()), float(counts.std()), int(counts.min()), (first, median, third), int(counts.max())
    )


def type_token_ratio(tokens: Sequence[str]) -> float | None:
    """Mean over windows of TTR_WINDOW words, None for a shorter text. Units: 0 to 1."""
    starts = range(0, len(tokens) - TTR_WINDOW + 1, TTR_WINDOW)
    ratios = [len(set(tokens[start : start + TTR_WINDOW])) / TTR_WINDOW for start in starts]
    return float(np.mean(ratios)) if ratios else None


def repetition(texts: Mapping[str, Iterable[str]]) -> tuple[float, tuple[tuple[str, int], ...]]:
    """The share of 5-grams that stand more than once in the set, and the commonest that two articles share."""
    counts: Counter[str] = Counter()
    articles: dict[str, set[str]] = {}
    for article, sentences in texts.items():
        for sentence in sentences:
            tokens = words(sentence)
            for i in range(len(tokens) - NGRAM + 1):
                ngram = " ".join(tokens[i : i + NGRAM])
                counts[ngram] += 1
                articles.setdefault(ngram, set()).add(article)
    total = counts.total()
    repeated = sum(n for n in counts.values() if n > 1)
    shared = [(ngram, n) for ngram, n in counts.most_common() if n > 1 and len(articles[ngram]) > 1]
    return (repeated / total if total else 0.0), tuple(shared[:TOP_FEATURES])


def cross_tables(folder: Path) -> tuple[CrossTable, ...]:
    """Lean by register, topic and decade, for sets that know them."""
    path = folder / "articles.jsonl"
    if not path.is_file():
        return ()
    rows = [row | {"decade": f"{row['date'][:3]}0s"} for _, row in labelled_set.read_rows(path)]
    return tuple(_cross_table(rows, "lean", column) for column in ("register", "topic", "decade"))


def _cross_table(rows: Sequence[Mapping[str, Any]], left: str, right: str) -> CrossTable:
    counts = Counter((row[left], row[right]) for row in rows)
    lefts, rights = ({name: i for i, name in enumerate(sorted({pair[at] for pair in counts}))} for at in (0, 1))
    table = np.zeros((len(lefts), len(rights)))
    for (one, other), n in counts.items():
        table[lefts[one], rights[other]] = n
    return CrossTable(left, right, dict(sorted(counts.items())), _cramers_v(table))


def _cramers_v(table: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """With the bias correction of Bergsma 2013: small tables look related by chance otherwise."""
    n, (n_rows, n_columns) = table.sum(), table.shape
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    chi2 = ((table - expected) ** 2 / expected).sum()
    phi2 = max(0.0, chi2 / n - (n_rows - 1) * (n_columns - 1) / (n - 1))
    smaller = min(n_rows - (n_rows - 1) ** 2 / (n - 1), n_columns - (n_columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi2 / smaller)) if smaller > 0 else 0.0


def distance(ours: LabelledSet, theirs: LabelledSet, *, seed: int) -> Distance:
    """By words, marks and pairs of them; quotation marks are made alike first, because collections straighten them."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score, roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    texts, groups, is_ours = _joined(ours, theirs)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=MIN_DF, sublinear_tf=True, token_pattern=WORDS_AND_MARKS),
        LogisticRegression(C=10, class_weight="balanced", solver="liblinear"),  # lbfgs takes ten times as long
    )
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    scores = cross_val_predict(model, texts, is_ours, groups=groups, cv=folds, method="predict_proba")[:, 1]
    ranked = _ranked_features(model.fit(texts, is_ours))
    return Distance(
        theirs.name,
        int(is_ours.sum()),
        int((~is_ours).sum()),
        float(roc_auc_score(is_ours, scores)),
        float(balanced_accuracy_score(is_ours, scores > 0.5)),
        ours=tuple(ranked[::-1][:TOP_FEATURES]),
        theirs=tuple(ranked[:TOP_FEATURES]),
    )


def _joined(ours: LabelledSet, theirs: LabelledSet) -> tuple[list[str], list[str], np.ndarray[Any, np.dtype[np.bool_]]]:
    texts, groups, is_ours = [], [], []
    for labelled, mark in ((ours, True), (theirs, False)):
        for article, sentences in body_texts(labelled).items():
            texts += [plain_marks(sentence) for sentence in sentences]
            groups += [f"{mark} {article}"] * len(sentences)
            is_ours += [mark] * len(sentences)
    return texts, groups, np.array(is_ours)


def plain_marks(text: str) -> str:
    """Quotation marks, apostrophes, dashes and spaces in one form."""
    text = re.sub("[\u2018\u2019`´]", "'", re.sub("[\u201c\u201d«»]|''", '"', text))
    return re.sub("\u00a0", " ", re.sub(r"\s*(--|[\u2013\u2014])\s*", " - ", text)).replace("\u2026", "...")


def _ranked_features(model: Any) -> list[str]:
    names = model[0].get_feature_names_out()
    return [str(names[i]) for i in np.argsort(model[1].coef_[0])]
