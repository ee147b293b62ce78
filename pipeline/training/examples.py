"""Labelled sets as what trainers take: article texts with the targets of their judged sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.corpus.duplicates import Passage, near_duplicate_articles
from pipeline.labeling.scores import ArticleText, SentenceSpan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledArticle, LabelledSentence, LabelledSet

TEST = "test"
CONTEXT_ROLES = frozenset({"headline", "body"})


@dataclass(frozen=True, slots=True)
class Example:
    """One article. `sentences` are the judged ones, in the order of the rows of `targets`.

    `is_silver`: labelled by another model, or of a public set. Shapes: targets (n_judged, n_labels), 1 where a label
    was given and NaN where it is not known, in the order of the codebook's columns.
    """

    article: str
    text: ArticleText
    sentences: tuple[LabelledSentence, ...]
    targets: NDArray[np.float32]
    is_silver: bool = False


def examples(sets: Iterable[LabelledSet], codebook: Codebook) -> list[Example]:
    """The articles of the sets, those of a `test` split left out: they are for evaluation.

    Raises: InvalidInputError where one text or one set's name stands twice, or nothing is labelled.
    """
    sets = list(sets)
    seen = {a.text: f"{s.name}/{a.article}" for s in sets for a in s.articles if s.splits.get(a.article) == TEST}
    names: set[str] = set()
    found = []
    for labelled in sets:
        if labelled.name in names:
            raise InvalidInputError("two training sets have this name", where=labelled.name, remedy="rename one folder")
        names.add(labelled.name)
        for article in without_test(labelled).articles:
            place = f"{labelled.name}/{article.article}"
            if other := seen.get(article.text):
                raise InvalidInputError(f"the same text as {other}", where=place, remedy="leave one of the two out")
            seen[article.text] = place
            example = _example(article, place, codebook)
            if len(example.targets):
                found.append(example)
    if not found:
        raise InvalidInputError("no labelled body sentence in the training sets")
    return found


def without_test(labelled: LabelledSet) -> LabelledSet:
    """The part of a set that may be learned from."""
    kept = tuple(a for a in labelled.articles if labelled.splits.get(a.article) != TEST)
    return replace(labelled, articles=kept)


def judged_text(article: LabelledArticle, judged: Sequence[LabelledSentence]) -> ArticleText:
    """The article with the gold sentences: headlines and body to read, `judged` to judge."""
    wanted = {sentence.n for sentence in judged}
    spans = (SentenceSpan(s.start, s.end, s.n in wanted, s.voice) for s in article.sentences if s.role in CONTEXT_ROLES)
    return ArticleText(article.text, tuple(spans))


def _example(article: LabelledArticle, place: str, codebook: Codebook) -> Example:
    judged = tuple(s for s in article.sentences if s.is_body and s.is_well_cut)
    columns = codebook.columns()
    targets = np.array(
        [[label in sentence.values[task] for task, label in columns] for sentence in judged], np.float32
    ).reshape(len(judged), len(columns))
    return Example(place, judged_text(article, judged), judged, targets)


def folds(n: int, *, k: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A fold for each of n articles, sizes within one of each other. Shapes: (n,), values 0 to k - 1."""
    dealt = np.arange(n) % k
    rng.shuffle(dealt)
    return dealt


def article_folds(rows: Sequence[Example], *, k: int) -> NDArray[np.int64]:
    """A fold for each article, near duplicates together. A set is dealt in the order of its texts' hashes, one set
    after the other, so that sets which come later do not move the articles of an earlier one.

    Shapes: (n,), values 0 to k - 1.
    """
    by_set: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        by_set.setdefault(row.article.rpartition("/")[0], []).append(i)
    passages = [Passage("", str(i), None, row.text.text) for i, row in enumerate(rows)]
    alike: dict[int, set[int]] = {i: set() for i in range(len(rows))}
    for pair in near_duplicate_articles(passages):
        left, right = int(pair.left.article), int(pair.right.article)
        alike[left].add(right)
        alike[right].add(left)
    fold_of: dict[int, int] = {}
    n_dealt = 0
    for members in by_set.values():
        hashes = {i: sha256_text(rows[i].text.text) for i in members}
        for cluster in _clusters(hashes, alike):
            earlier = sorted({j for i in cluster for j in alike[i]} & fold_of.keys())
            fold = fold_of[earlier[0]] if earlier else n_dealt % k
            n_dealt += not earlier
            fold_of |= dict.fromkeys(cluster, fold)
    return np.array([fold_of[i] for i in range(len(rows))], np.int64)


def _clusters(hashes: Mapping[int, str], alike: Mapping[int, Collection[int]]) -> list[list[int]]:
    """Articles that share text, by index, in the order of the smallest hash in each cluster."""
    cluster = {i: [i] for i in hashes}
    for i in hashes:
        for j in alike[i]:
            if j in cluster and cluster[i] is not cluster[j]:
                joined = cluster[j]
                cluster[i] += joined
                cluster |= dict.fromkeys(joined, cluster[i])
    distinct = {id(members): members for members in cluster.values()}.values()
    return sorted(distinct, key=lambda members: min(hashes[i] for i in members))
