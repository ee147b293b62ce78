"""Years, quarters and months of dates as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Unit = Literal["year", "quarter", "month"]
UNITS: tuple[Unit, ...] = ("year", "quarter", "month")
PER_YEAR: dict[str, int] = {"year": 1, "quarter": 4, "month": 12}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LAST_MONTH = 12

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?=(?:[01]\d[0-3]\d)?(?!\d))")
_ISO = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?:([-/.]?)(0[1-9]|1[0-2])\2(?:[0-3]\d)|[-/.](0?[1-9]|1[0-2])(?![\d]))")
_QUARTER = re.compile(r"\bq([1-4])\b", re.I)
_WORD = re.compile(
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b",
    re.I,
)
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](?:1[5-9]\d\d|20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """`index` counts periods from year 0, so that neighbours differ by one and a gap shows."""

    index: int
    unit: Unit

    def __str__(self) -> str:
        year, part = divmod(self.index, PER_YEAR[self.unit])
        if self.unit == "year":
            return f"{year}"
        return f"{year}-Q{part + 1}" if self.unit == "quarter" else f"{year}-{part + 1:02d}"


def period(date: str | None, unit: Unit) -> Period | None:
    """The period that a date lies in; None where the date does not say.

    `2021-03-04`, `2021/3`, `20210304`, `4 March 2021`, `March 4, 2021`, `Q1 2021` and `31/3/2021` are read. `3/4/2021`
    names no month: half the world puts the day first.
    """
    found = _YEAR.search(date or "")
    if date is None or found is None:
        return None
    year = int(found.group(1))
    if unit == "year":
        return Period(year, unit)
    if unit == "quarter" and (quarter := _QUARTER.search(date)):
        return Period(4 * year + int(quarter.group(1)) - 1, unit)
    month = _month(date)
    if month is None:
        return None
    return Period(12 * year + month - 1, unit) if unit == "month" else Period(4 * year + (month - 1) // 3, unit)


def _month(date: str) -> int | None:
    if found := _ISO.search(date):
        return int(found.group(3) or found.group(4))
    if found := _WORD.search(date):
        return MONTHS.index(found.group(1)[:3].lower()) + 1
    if found := _NUMBERS.search(date):
        first, second = int(found.group(1)), int(found.group(2))
        months = {n for n in (first, second) if 1 <= n <= LAST_MONTH}
        return months.pop() if len(months) == 1 else None
    return None
