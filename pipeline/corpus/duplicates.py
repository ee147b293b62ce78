"""Exact and near duplicates: candidates by MinHash, each one verified by the Jaccard index of its shingles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from pipeline.core.errors import StanceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

N_PERMUTATIONS = 128  # datasketch's default
SEED = 1
SENTENCE_SHINGLE = 3  # words
ARTICLE_SHINGLE = 5  # words
MIN_SENTENCE_WORDS = 8  # shorter sentences recur by nature ("That is all.")
SENTENCE_THRESHOLD = 0.6  # Jaccard
ARTICLE_THRESHOLD = 0.3  # Jaccard; a reprint with another opening still counts
MIN_SHARED_SENTENCES = 3  # near-duplicate sentences that make two articles one cluster: excerpts


@dataclass(frozen=True, slots=True)
class Passage:
    """`set_name` and `article` say whose it is; `n` is None for a whole article."""

    set_name: str
    article: str
    n: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    left: Passage
    right: Passage
    jaccard: float

    @property
    def is_exact(self) -> bool:
        return words(self.left.text) == words(self.right.text)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def shingles(text: str, size: int) -> frozenset[str]:
    found = words(text)
    return (
        frozenset(" ".join(found[i : i + size]) for i in range(max(1, len(found) - size + 1))) if found else frozenset()
    )


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right) if left | right else 0.0


def near_duplicates(passages: Sequence[Passage], *, size: int, threshold: float) -> tuple[Duplicate, ...]:
    """All pairs whose shingles' Jaccard index reaches the threshold, but for what MinHash misses (few)."""
    sets = [shingles(passage.text, size) for passage in passages]
    pairs = _candidates(sets, threshold)
    measured = ((i, j, jaccard(sets[i], sets[j])) for i, j in sorted(pairs))
    return tuple(Duplicate(passages[i], passages[j], value) for i, j, value in measured if value >= threshold)


def near_duplicate_sentences(sentences: Iterable[Passage]) -> tuple[Duplicate, ...]:
    """Among sentences of MIN_SENTENCE_WORDS or more."""
    long = [sentence for sentence in sentences if len(words(sentence.text)) >= MIN_SENTENCE_WORDS]
    return near_duplicates(long, size=SENTENCE_SHINGLE, threshold=SENTENCE_THRESHOLD)


def near_duplicate_articles(articles: Sequence[Passage]) -> tuple[Duplicate, ...]:
    return near_duplicates(articles, size=ARTICLE_SHINGLE, threshold=ARTICLE_THRESHOLD)


def _candidates(sets: Sequence[frozenset[str]], threshold: float) -> set[tuple[int, int]]:
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise StanceError(
            "the search for near duplicates needs datasketch", remedy="pip install 'datasketch>=1.6'"
        ) from error
    # favour recall: what is no duplicate after all is dropped by the exact index
    lsh = MinHashLSH(threshold=threshold, num_perm=N_PERMUTATIONS, weights=(0.1, 0.9))
    pairs: set[tuple[int, int]] = set()
    hashes = MinHash.bulk(([s.encode() for s in shingle] for shingle in sets), num_perm=N_PERMUTATIONS, seed=SEED)
    for i, minhash in enumerate(hashes):
        pairs |= {(j, i) for j in lsh.query(minhash) if sets[i]}
        lsh.insert(i, minhash)
    return pairs


def article_clusters(sentences: Mapping[str, Sequence[str]]) -> tuple[frozenset[str], ...]:
    """Articles that share their text, or several sentences, are one cluster; the others stand alone."""
    whole = [Passage("", name, None, " ".join(texts)) for name, texts in sentences.items()]
    parts = [Passage("", name, n, text) for name, texts in sentences.items() for n, text in enumerate(texts)]
    links = {(pair.left.article, pair.right.article) for pair in near_duplicate_articles(whole)}
    shared: dict[tuple[str, str], set[int]] = {}
    for pair in near_duplicate_sentences(parts):
        if pair.left.article != pair.right.article and pair.left.n is not None:
            shared.setdefault((pair.left.article, pair.right.article), set()).add(pair.left.n)
    links |= {key for key, numbers in shared.items() if len(numbers) >= MIN_SHARED_SENTENCES}
    return _components(tuple(sentences), links)


def _components(names: Sequence[str], links: Iterable[tuple[str, str]]) -> tuple[frozenset[str], ...]:
    cluster = {name: {name} for name in names}
    for left, right in links:
        if cluster[left] is not cluster[right]:
            cluster[left] |= cluster[right]
            for name in cluster[right]:
                cluster[name] = cluster[left]
    return tuple(sorted({frozenset(members) for members in cluster.values()}, key=sorted))


def linked(clusters: Iterable[frozenset[str]]) -> tuple[tuple[str, str], ...]:
    """The pairs of articles that must stay together."""
    return tuple(pair for members in clusters for pair in combinations(sorted(members), 2))
