"""Splits by article and near-duplicate cluster, stratified; an article once assigned stays where it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHARES = {"train": 0.70, "dev": 0.15, "test": 0.15}


def assign(
    strata: Mapping[str, str], clusters: Iterable[frozenset[str]], *, frozen: Mapping[str, str]
) -> dict[str, str]:
    """The split of every article of `strata` (article -> lean), those of `frozen` as they are.

    Raises: InvalidInputError where frozen splits cut a cluster.
    """
    splits = {article: split for article, split in frozen.items() if article in strata}
    known_members = (members & strata.keys() for members in clusters)
    clusters = [members for members in known_members if members]
    for members in sorted(clusters, key=lambda members: (-len(members), _shuffle_key(members))):
        known = {splits[article] for article in members if article in splits}
        if len(known) > 1:
            raise InvalidInputError(
                f"near duplicates stand in {' and '.join(sorted(known))}: {', '.join(sorted(members))}",
                remedy="withdraw all but one of them, or make a new version of the set",
            )
        target = known.pop() if known else _neediest(members, strata, splits)
        splits |= dict.fromkeys(members, target)
    return dict(sorted(splits.items()))


def _neediest(members: Iterable[str], strata: Mapping[str, str], splits: Mapping[str, str]) -> str:
    """The split that lacks most within the cluster's commonest stratum, counted with the cluster in it."""
    stratum = Counter(strata[article] for article in sorted(members)).most_common(1)[0][0]
    here = Counter(split for article, split in splits.items() if strata[article] == stratum)
    total = sum(strata[article] == stratum for article in strata)
    return max(SHARES, key=lambda split: SHARES[split] * total - here[split])


def _shuffle_key(members: frozenset[str]) -> str:
    return sha256_text(" ".join(sorted(members)))


def by_split(splits: Mapping[str, str]) -> dict[str, list[str]]:
    """The form of `splits.json`."""
    return {name: sorted(article for article, split in splits.items() if split == name) for name in SHARES}
