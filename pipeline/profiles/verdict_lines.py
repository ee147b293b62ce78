"""The verdicts of a comparison as lines to read: pairs that cannot be told for one cause share a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.profiles.verdict import Cause, amount_words, short_words, wide_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.profiles.compare import Comparison, NetComparison


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """`who`: the two sides, or how many pairs. `reason`: empty where `text` has it."""

    who: str
    text: str
    reason: str
    n_pairs: int = 1


def verdict_lines(comparison: Comparison) -> tuple[VerdictLine, ...]:
    """Verdicts singly in the order of the pairs, then what cannot be told, a line for each task and cause."""
    told: list[VerdictLine] = []
    untold: dict[tuple[str, Cause], list[tuple[str, NetComparison]]] = {}
    for pair in comparison.pairs:
        for net in pair.nets.values():
            who = f"{pair.a} | {pair.b}"
            if net.verdict.cause is None:
                told.append(_line(who, net.verdict.text, net.verdict.reason))
            else:
                untold.setdefault((net.task, net.verdict.cause), []).append((who, net))
    is_one_task = len({task for task, _ in untold}) == 1
    for (task, cause), alike in untold.items():
        who = alike[0][0] if len(alike) == 1 else f"{len(alike)} pairs" + ("" if is_one_task else f", net {task}")
        told.append(_shared(who, cause, [net for _, net in alike]))
    return tuple(told)


def _shared(who: str, cause: Cause, nets: Sequence[NetComparison]) -> VerdictLine:
    first, n_more = nets[0].verdict, [net.verdict.n_more for net in nets if net.verdict.n_more is not None]
    text, reason = first.text, first.reason
    if cause in (Cause.ERRATIC_MODEL, Cause.TOO_LITTLE_TEXT):
        ends = [(net.difference.low, net.difference.high) for net in nets]
        half_widths = [(high - low) / 2 for low, high in ends if low is not None and high is not None]
        text, reason = wide_words(half_widths, n_more, first.n_more_unit)
    elif first.n_more_unit is not None and len({net.verdict.text for net in nets}) > 1:
        text, reason = short_words(f"a side lacks {amount_words(n_more, first.n_more_unit)}"), ""
    return _line(who, text, reason, len(nets))


def _line(who: str, text: str, reason: str, n_pairs: int = 1) -> VerdictLine:
    return VerdictLine(who, text, "" if reason in text else reason, n_pairs)
