"""The verdict of a comparison in words. The rules, in this order:

1. A side has fewer sentences than `profile.min_sentences`, or a group fewer than two articles: cannot tell.
2. The figures are not corrected for the classifier's error: cannot tell.
3. Holm's p is at most alpha and the interval of the difference leaves out zero: more (positive or negative label).
4. The interval is at most `RESOLUTION` to each side of the difference: not distinguishable.
5. Else: cannot tell, with the text that would bring the interval to `RESOLUTION`, or that no amount would.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.core.codebook import Poles

RESOLUTION = 0.4
"""Half-width of a difference of net values that still shows what matters: net stance of two of the 276 real op-eds
differs by .43 (root mean square)."""
MIN_GROUP_ARTICLES = 2
TOO_LITTLE = "cannot tell: too little text"
UNMEASURED = "the classifier's error is not measured"


class Kind(StrEnum):
    """Of two sides the first two, of a series the next three."""

    MORE = "more"
    NOT_DISTINGUISHABLE = "not_distinguishable"
    TREND = "trend"
    CHANGED = "changed"
    STEADY = "steady"
    CANNOT_TELL = "cannot_tell"


class Cause(StrEnum):
    """Why there is no verdict."""

    FEW_SENTENCES = "few_sentences"
    FEW_ARTICLES = "few_articles"
    UNMEASURED_ERROR = "unmeasured_error"
    TOO_LITTLE_TEXT = "too_little_text"
    ERRATIC_MODEL = "erratic_model"


class Unit(StrEnum):
    """What text is counted in."""

    SENTENCE = "sentence"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`n_more` of `n_more_unit` would settle it; both None if unknown or if none would.

    `cause`: None but for "cannot tell".
    """

    kind: Kind
    text: str
    reason: str
    n_more: int | None = None
    n_more_unit: Unit | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """What the rules need to know of a side."""

    name: str
    n_sentences: int
    n_articles: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Difference of net values, first side less second, with its interval; None where it is not corrected."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    n_more: int | None


def verdict(
    a: Side, b: Side, finding: Finding, *, poles: Poles, alpha: float, min_sentences: int, is_group: bool
) -> Verdict:
    """Applies the rules of this module."""
    for side in (a, b):
        if short := too_short(side, min_sentences=min_sentences, is_group=is_group):
            return short
    if finding.value is None or finding.low is None or finding.high is None or finding.p is None:
        return Verdict(Kind.CANNOT_TELL, f"cannot tell: {UNMEASURED}", UNMEASURED, cause=Cause.UNMEASURED_ERROR)
    if finding.p <= alpha and (finding.low > 0 or finding.high < 0):
        return _more(a.name, b.name, finding.value, finding.p, poles)
    if (finding.high - finding.low) / 2 <= RESOLUTION:
        reason = f"the difference is {finding.value:+.2f}, between {finding.low:+.2f} and {finding.high:+.2f}"
        return Verdict(Kind.NOT_DISTINGUISHABLE, f"{a.name} and {b.name} are not distinguishable", reason)
    unit = Unit.ARTICLE if is_group else Unit.SENTENCE
    return too_wide((finding.high - finding.low) / 2, finding.n_more, unit)


def too_short(side: Side, *, min_sentences: int, is_group: bool) -> Verdict | None:
    """The verdict of rule 1; None where the side is long enough."""
    if side.n_sentences < min_sentences:
        return _few(side.name, side.n_sentences, min_sentences, Unit.SENTENCE, Cause.FEW_SENTENCES)
    if is_group and side.n_articles < MIN_GROUP_ARTICLES:
        return _few(side.name, side.n_articles, MIN_GROUP_ARTICLES, Unit.ARTICLE, Cause.FEW_ARTICLES)
    return None


def _more(a: str, b: str, difference: float, p: float, poles: Poles) -> Verdict:
    first, second = (a, b) if difference > 0 else (b, a)
    label = poles.positive.replace("_", " ")
    reason = f"their net values differ by {abs(difference):.2f}, adjusted p = {p:.2g}"
    return Verdict(Kind.MORE, f"{first} is more {label} than {second}", reason)


def _few(name: str, n: int, needed: int, unit: Unit, cause: Cause) -> Verdict:
    reason = f"{name} has {amount_words([n], unit)}, {needed} needed"
    return Verdict(Kind.CANNOT_TELL, short_words(reason), reason, needed - n, unit, cause)


def too_wide(
    half_width: float, n_more: int | None, unit: Unit, *, what: str = "difference", where: str = "on each side"
) -> Verdict:
    """The verdict of rule 5."""
    text, reason = wide_words([half_width], [] if n_more is None else [n_more], unit, what=what, where=where)
    if n_more is None:
        return Verdict(Kind.CANNOT_TELL, text, reason, cause=Cause.ERRATIC_MODEL)
    return Verdict(Kind.CANNOT_TELL, text, reason, n_more, unit, Cause.TOO_LITTLE_TEXT)


def wide_words(
    half_widths: Sequence[float],
    n_more: Sequence[int],
    unit: Unit | None,
    *,
    what: str = "difference",
    where: str = "on each side",
) -> tuple[str, str]:
    """Text and reason of rule 5, of one pair or, as ranges, of several. `n_more` is empty where no text would do."""
    reason = f"the {what} is known to {_span(half_widths, '.2f')} only, {RESOLUTION:.2f} needed"
    if not n_more:
        remedy = "no more text would settle it, the classifier errs too differently from article to article"
        return f"cannot tell: {reason}; {remedy}", reason
    return f"{TOO_LITTLE}; about {amount_words(n_more, f'more {unit}')} {where} would settle it", reason


def short_words(why: str) -> str:
    return f"{TOO_LITTLE} ({why})"


def amount_words(counts: Sequence[int], unit: str) -> str:
    """From the lowest to the highest, with the unit."""
    return f"{_span(counts, ',')} {unit}" + ("" if max(counts) == 1 else "s")


def _span(values: Sequence[float], form: str) -> str:
    """Lowest to highest, as one figure where they look alike."""
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low}–{high}"
