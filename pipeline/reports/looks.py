"""How labels look on a page: a letter and a tint for the poles, a line style for degrees. Never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.core.codebook import Codebook, Task
    from pipeline.profiles.figures import Figure

MINUS = "−"
N_LINES = 4  # line styles that the style sheet knows for degrees of an ordinal task


@dataclass(frozen=True, slots=True)
class Look:
    """`letter` tells the label apart within its task; `tint` and `line` are classes of the style sheet."""

    task: str
    value: str
    letter: str
    tint: str
    line: str

    @property
    def name(self) -> str:
        return plain(self.value)


@dataclass(frozen=True, slots=True)
class Looks:
    """The tasks that a page shows as tint (`stance`-like), as lines (ordinal) and as tags (all else)."""

    tinted: Task | None
    lined: Task | None
    by_label: dict[tuple[str, str], Look]

    def of(self, task: Task, value: str) -> Look:
        return self.by_label[task.name, value]

    def of_task(self, task: Task) -> tuple[Look, ...]:
        return tuple(self.of(task, value) for value in task.values)


def looks(codebook: Codebook) -> Looks:
    """The first task with poles is tinted, else the first of one label a sentence; the first ordinal one is lined."""
    single = [task for task in codebook.tasks if task.kind != "multi"]
    tinted = next((task for task in single if task.poles), next((t for t in single if t.kind == "single"), None))
    lined = next((task for task in single if task.kind == "ordinal" and task is not tinted), None)
    found = {}
    for task in codebook.tasks:
        letters = _letters(task.values)
        for i, value in enumerate(task.values):
            tint = _tint(task, i) if task.kind != "multi" else "tag"
            line = f"line{min(i, N_LINES - 1)}" if task is lined else ""
            found[task.name, value] = Look(task.name, value, letters[i], tint, line)
    return Looks(tinted, lined, found)


def _letters(values: Sequence[str]) -> list[str]:
    """First letters, as many as it takes to tell the labels apart."""
    for n in range(1, 4):
        letters = [value[:n].capitalize() for value in values]
        if len(set(letters)) == len(letters):
            return letters
    return [str(i + 1) for i in range(len(values))]


def _tint(task: Task, place: int) -> str:
    if task.poles is None:
        return f"step{min(place, N_LINES - 1)}"
    value = task.values[place]
    return "pos" if value == task.poles.positive else "neg" if value == task.poles.negative else "mid"


def plain(value: str) -> str:
    """A label or role as words."""
    return value.replace("_", " ")


def signed(value: float) -> str:
    """A net value or a difference, such as +0.23 or −0.10; a true minus is as wide as the plus."""
    rounded = round(value, 2) + 0.0  # no negative zero
    return f"{rounded:+.2f}".replace("-", MINUS) if rounded else "0.00"


def percent(share: float) -> str:
    return f"{100 * share:.0f}%"


@dataclass(frozen=True, slots=True)
class Best:
    """The corrected figure, or the one as counted where there is no corrected one."""

    value: float
    low: float | None
    high: float | None
    is_corrected: bool


def best(figure: Figure) -> Best | None:
    """None where there is no figure at all."""
    if figure.value is not None:
        return Best(figure.value, figure.low, figure.high, True)
    if figure.uncorrected is not None:
        return Best(figure.uncorrected, figure.uncorrected_low, figure.uncorrected_high, False)
    return None
