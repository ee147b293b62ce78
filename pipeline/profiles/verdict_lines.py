"""The verdicts of a comparison as lines to read: pairs that cannot be told for one cause share a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.profiles.verdict import Cause, erratic_words, remedy_words, width_words

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
        nets = [net for _, net in alike]
        told.append(_shared(who, cause, nets, is_group=comparison.by is not None))
    return tuple(told)


def _shared(who: str, cause: Cause, nets: Sequence[NetComparison], *, is_group: bool) -> VerdictLine:
    first, n_more = nets[0].verdict, [net.verdict.n_more for net in nets if net.verdict.n_more is not None]
    ends = [(net.difference.low, net.difference.high) for net in nets]
    widths = [(high - low) / 2 for low, high in ends if low is not None and high is not None]
    is_short = cause in (Cause.FEW_SENTENCES, Cause.FEW_ARTICLES)
    if cause is Cause.ERRATIC_MODEL:
        reason = width_words(_span(widths, ".2f"))
        text = erratic_words(reason)
    elif cause is Cause.TOO_LITTLE_TEXT:
        reason = width_words(_span(widths, ".2f"))
        text = remedy_words(_amount(n_more, "more article" if is_group else "more sentence"))
    elif is_short and len({net.verdict.text for net in nets}) > 1:
        lacking = _amount(n_more, "article" if cause is Cause.FEW_ARTICLES else "sentence")
        text, reason = f"cannot tell: too little text (a side lacks {lacking})", ""
    else:
        text, reason = first.text, first.reason
    return _line(who, text, reason, len(nets))


def _line(who: str, text: str, reason: str, n_pairs: int = 1) -> VerdictLine:
    return VerdictLine(who, text, "" if reason in text else reason, n_pairs)


def _amount(counts: Sequence[int], unit: str) -> str:
    return f"{_span(counts, ',')} {unit}" + ("" if max(counts) == 1 else "s")


def _span(values: Sequence[float], form: str) -> str:
    """Lowest to highest, as one figure where they look alike."""
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low}–{high}"
