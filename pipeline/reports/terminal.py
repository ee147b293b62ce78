"""The labelled article as people read it in a terminal: colour and letters for stance, evidence underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.core.errors import harmless as without_controls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Codebook, Task
    from pipeline.profiles.build import Profile
    from pipeline.profiles.figures import Figure

POSITIVE, NEGATIVE, OTHER = "red", "blue", "green"
SPACES = {9: " ", 10: " ", 13: " "}
MARKS = {"hedged": "~", "uncertain": "?"}  # certainty that is worth a mark; a certain sentence has none


class ArticleView:
    """Prints one labelled article. Stance is told by a letter as well as by colour."""

    def __init__(self, console: Console, codebook: Codebook) -> None:
        self.console, self.codebook = console, codebook
        self._poled = next((task for task in codebook.tasks if task.poles), None)
        self._others = [task for task in codebook.tasks if task is not self._poled]

    def show(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """`rows`: the sentences of one article, as in the sentence table."""
        self.console.print(Text(harmless(rows[0]["title"] or rows[0]["article"]), style="bold"))
        grid = Table.grid(padding=(0, 1))
        grid.add_column(justify="right", width=3)
        grid.add_column(width=2)
        grid.add_column(overflow="fold")
        for row in rows:
            grid.add_row(*self._line(row))
        self.console.print(grid)
        self.console.print()

    def profile(self, profile: Profile) -> None:
        """Net value, shares and devices of one article, each with its interval."""
        counted = f"{profile.n_sentences} sentences, {' + '.join(profile.voices)} voice"
        self.console.print(Text(f"{harmless(profile.name)}: {counted}", style="bold"))
        for task, figure in profile.nets.items():
            poles = profile.codebook.task(task).poles
            ends = f"   (+1 all {poles.positive}, -1 all {poles.negative})" if poles else ""
            self.console.print(f"  net {task:<11} {interval(figure, signed=True)}{ends}")
        for task, shares in profile.shares.items():
            told = "   ".join(f"{label} {interval(figure)}" for label, figure in shares.items())
            self.console.print(f"  {task:<15} {told}", soft_wrap=True)
        for task, rates in profile.per_100.items():
            found = sorted(((best(f) or 0, label) for label, f in rates.items()), reverse=True)
            told = ", ".join(f"{label} {value:.0f}" for value, label in found if value >= 0.5)
            self.console.print(f"  {task:<15} per 100 sentences: {told or 'none'}", soft_wrap=True)
        if profile.reason:
            self.console.print(f"  not corrected for the model's error: {profile.reason}", style="yellow")
        self.console.print()

    def _line(self, row: Mapping[str, Any]) -> tuple[Text, Text, Text]:
        """Number, badge, and the sentence with its tags."""
        text = Text(harmless(row["text"]))  # a character each, so that offsets hold
        number = Text(str(row["n"]), style="dim")
        if row["voice"] is None:
            text.stylize("dim")
            return number, Text(""), text + Text(f"  ‹{row['role']}›", style="italic dim")
        self._underline(text, row)
        return number, self._badge(row), text + self._tags(row)

    def _badge(self, row: Mapping[str, Any]) -> Text:
        """First letter of the label, a `!` where the model abstains."""
        if self._poled is None:
            return Text("  ")
        value = row[self._poled.name]
        unsure = "!" if row["abstained"] else " "
        return Text(value[0].upper() + unsure, style=f"bold {self.colour(self._poled, value)}")

    def colour(self, task: Task, value: str) -> str:
        if task.poles and value == task.poles.positive:
            return POSITIVE
        if task.poles and value == task.poles.negative:
            return NEGATIVE
        return OTHER if task.poles else "default"

    def _underline(self, text: Text, row: Mapping[str, Any]) -> None:
        if self._poled is None:
            return
        value = row[self._poled.name]
        poles = self._poled.poles
        if poles and value not in (poles.positive, poles.negative):
            return
        for span in row[f"evidence_{self._poled.name}"]:
            style = f"underline {self.colour(self._poled, value)}"
            text.stylize(style, span["start"] - row["start"], span["end"] - row["start"])

    def _tags(self, row: Mapping[str, Any]) -> Text:
        tags = Text()
        if row["voice"] != "author":
            speaker = f": {harmless(row['speaker'])}" if row["speaker"] else ""
            tags.append(f"  ‹{row['voice']}{speaker}›", style="italic dim")
        for task in self._others:
            values = row[task.name] if task.kind == "multi" else [row[task.name]]
            shown = [MARKS.get(v, "") + v for v in values if task.kind == "multi" or v != task.values[0]]
            if shown:
                tags.append("  [" + ", ".join(shown) + "]", style="yellow" if task.kind == "multi" else "magenta")
        return tags


def best(figure: Figure) -> float | None:
    """The corrected value where there is one."""
    return figure.value if figure.value is not None else figure.uncorrected


def interval(figure: Figure, *, signed: bool = False) -> str:
    """A figure with its interval, the uncorrected one marked `*`, a dash where there is none."""
    sign = "+" if signed else ""
    value, low, high, mark = figure.value, figure.low, figure.high, ""
    if value is None:
        value, low, high, mark = figure.uncorrected, figure.uncorrected_low, figure.uncorrected_high, "*"
    if value is None:
        return "–"
    ends = f" [{low:{sign}.2f}, {high:{sign}.2f}]" if low is not None and high is not None else ""
    return f"{value:{sign}.2f}{mark}{ends}"


def harmless(text: str) -> str:
    """The text without characters that drive a terminal, each replaced by one."""
    return without_controls(text.translate(SPACES))


def console() -> Console:
    """Colour only where the stream is a terminal; rich reads NO_COLOR and FORCE_COLOR.

    Names of files and groups are shown as they are: `[final]` is no markup and `:ice:` no picture.
    """
    return Console(highlight=False, markup=False, emoji=False)
