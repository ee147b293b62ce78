"""Draws sentences for a second look: at random within strata of label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from pipeline.corpus.exchange.items import Item


def stratified(items: Sequence[Item], task: str, *, n: int, rng: np.random.Generator) -> tuple[Item, ...]:
    """`n` items, as evenly over the task's labels as their numbers allow, in the order of the set.

    An item of a multi-label task stands in the stratum of its rarest label. Raises: InvalidInputError.
    """
    if not 0 < n <= len(items):
        raise InvalidInputError(f"{n} sentences asked for, the set has {len(items)}")
    strata = _strata(items, task)
    order = {label: list(rng.permutation(members)) for label, members in sorted(strata.items())}
    chosen: list[int] = []
    while len(chosen) < n:  # one of each stratum in turn, so that rare labels are taken whole before others fill up
        for members in order.values():
            if members and len(chosen) < n:
                chosen.append(int(members.pop()))
    return tuple(items[at] for at in sorted(chosen))


def _strata(items: Sequence[Item], task: str) -> dict[str, list[int]]:
    labels = [(item.values or {}).get(task, ()) for item in items]
    counts: dict[str, int] = {}
    for given in labels:
        for label in given:
            counts[label] = counts.get(label, 0) + 1
    strata: dict[str, list[int]] = {}
    for at, given in enumerate(labels):
        stratum = min(given, key=lambda label: (counts[label], label)) if given else ""
        strata.setdefault(stratum, []).append(at)
    return strata
