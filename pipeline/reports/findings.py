"""What differs most between the texts of a comparison, each with sentences that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.reports.looks import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Codebook, Task
    from pipeline.profiles.compare import Comparison, Difference, Pair

N_FINDINGS = 6
N_EXAMPLES = 2
MIN_DIFFERENCE = 0.05  # of a share; less is nothing to write about

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contrast:
    """`more` has the larger share of `label`. `examples` are its most probable sentences of that label."""

    task: str
    label: str
    more: str
    less: str
    difference: float
    low: float | None
    high: float | None
    is_corrected: bool
    examples: tuple[Row, ...]

    @property
    def is_settled(self) -> bool:
        """The interval leaves out zero."""
        return self.low is not None and self.low > 0


def contrasts(comparison: Comparison, codebook: Codebook, rows_of: Mapping[str, Sequence[Row]]) -> tuple[Contrast, ...]:
    """The largest differences, each label once; those whose interval leaves out zero stand first.

    `rows_of`: the counted sentences of each text or group.
    """
    largest: dict[tuple[str, str], Contrast] = {}
    for pair in comparison.pairs:
        for question, labels in pair.differences.items():
            for value, difference in labels.items():
                task, label = question.split(".", 1) if "." in question else (question, value)
                if not _is_telling(codebook.task(task), label):
                    continue
                found = _contrast(pair, task, label, difference)
                if found and _rank(found) > _rank(largest.get((task, label))):
                    largest[task, label] = found
    ranked = sorted(largest.values(), key=_rank, reverse=True)[:N_FINDINGS]
    return tuple(_with_examples(found, codebook, rows_of) for found in ranked)


def _is_telling(task: Task, label: str) -> bool:
    """What is left over by the poles, and the highest degree, only mirror the rest."""
    if task.poles is not None:
        return label in (task.poles.positive, task.poles.negative)
    return task.kind != "ordinal" or label != task.values[0]


def _rank(found: Contrast | None) -> tuple[bool, float]:
    return (False, 0.0) if found is None else (found.is_settled, found.difference)


def _contrast(pair: Pair, task: str, label: str, found: Difference) -> Contrast | None:
    value = found.value if found.value is not None else found.uncorrected
    if value is None or abs(value) < MIN_DIFFERENCE:
        return None
    low, high = found.low, found.high
    more, less = pair.a, pair.b
    if value < 0:
        more, less, value = less, more, -value
        low, high = (None, None) if low is None or high is None else (-high, -low)
    return Contrast(task, label, more, less, value, low, high, found.value is not None, ())


def _with_examples(found: Contrast, codebook: Codebook, rows_of: Mapping[str, Sequence[Row]]) -> Contrast:
    is_multi = codebook.task(found.task).kind == "multi"

    def has(row: Row) -> bool:
        given = row[found.task] or ()
        return found.label in given if is_multi else given == found.label

    column = f"p_{found.task}_{found.label}"
    rows = sorted(filter(has, rows_of.get(found.more, ())), key=lambda row: -(row[column] or 0))
    return Contrast(
        found.task,
        plain(found.label),
        found.more,
        found.less,
        found.difference,
        found.low,
        found.high,
        found.is_corrected,
        tuple(rows[:N_EXAMPLES]),
    )
