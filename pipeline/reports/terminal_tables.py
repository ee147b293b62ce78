"""Figures as tables in a terminal: evaluations and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from pipeline.reports.terminal import best, harmless, interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from pipeline.profiles.compare import Comparison
    from pipeline.profiles.verdict_lines import VerdictLine
    from pipeline.scoring.evaluation import EvaluationReport
    from pipeline.scoring.resampling import Estimate
    from pipeline.scoring.segmentation import SegmentationReport
    from pipeline.scoring.tables import FigureRow

NAMES = {
    "macro_f1": "macro-F1",
    "macro_f1_frequent": "macro-F1, frequent labels",
    "micro_f1": "micro-F1",
    "quadratic_kappa": "quadratic kappa",
    "brier": "Brier score (lower is better)",
    "calibration_error": "calibration error (lower is better)",
    "risk_coverage_area": "risk-coverage area (lower is better)",
    "net_counted_mean_absolute": "net per article, mean absolute error",
    "net_counted_bias": "net per article, bias",
    "net_counted_spearman": "net per article, rank correlation",
}
MAX_VERDICTS = 20  # printed singly; --json has them all


def show_evaluation(
    console: Console, report: EvaluationReport, reading: SegmentationReport | None, *, model: str
) -> None:
    """A table per task, then the reading stages' figures and each figure's signature."""
    console.print(
        Text(f"{model} on {report.gold}: {report.n_articles} articles, {report.n_sentences} sentences", style="bold")
    )
    console.print(
        f"{report.level:.0%} intervals by bootstrap over articles; baselines beside; ceiling: coder against coder"
    )
    rows = report.as_table()
    for task in report.tasks:
        console.print()
        console.print(_task_table(task, [row for row in rows if row.task == task]))
        console.print(Text(next(row.signature for row in rows if row.task == task), style="dim"), soft_wrap=True)
    if reading is not None:
        console.print()
        console.print(_reading_table(reading))


def _task_table(task: str, rows: Sequence[FigureRow]) -> Table:
    shown = [row for row in rows if (row.label and row.figure == "f1") or row.figure in NAMES]
    baselines = list(shown[0].baselines) if shown else []
    has_ceiling = any(row.ceiling is not None for row in shown)
    rows_table = table(task, ["figure", "n", "model", *(["ceiling"] if has_ceiling else []), *baselines])
    for row in shown:
        name = f"F1 {row.label}" if row.label else NAMES[row.figure]
        ceiling = [number(row.ceiling)] if has_ceiling else []
        beside = [number(row.baselines.get(baseline)) for baseline in baselines]
        rows_table.add_row(name, str(row.n), told(row.estimate), *ceiling, *beside)
    return rows_table


def _reading_table(reading: SegmentationReport) -> Table:
    rows_table = table("reading: the pipeline's own sentences, roles and voices", ["figure", "n", "pipeline"])
    rows_table.add_row("sentence span F1", str(reading.spans.n_gold), told(reading.spans.f1))
    rows_table.add_row("body sentence span F1", str(reading.body_spans.n_gold), told(reading.body_spans.f1))
    rows_table.add_row("role accuracy", str(reading.n_sentences), told(reading.role_accuracy))
    rows_table.add_row("voice macro-F1", str(reading.body_spans.n_gold), told(reading.voice_macro_f1))
    rows_table.add_row("speaker accuracy", str(reading.n_speakers), told(reading.speaker_accuracy))
    return rows_table


def show_comparison(console: Console, comparison: Comparison, verdicts: Sequence[VerdictLine]) -> None:
    """Profiles ordered by net value, then the verdicts."""
    first = comparison.profiles[0]
    tasks = list(first.nets)
    rows_table = table(
        "profiles", ["op-ed" if comparison.by is None else comparison.by, "sentences", *(f"net {t}" for t in tasks)]
    )
    order = sorted(comparison.profiles, key=lambda p: -(best(p.nets[tasks[0]]) or 0) if tasks else 0)
    for profile in order:
        nets = [interval(profile.nets[task], signed=True) for task in tasks]
        rows_table.add_row(harmless(profile.name), str(profile.n_sentences), *nets)
    console.print(rows_table)
    for task in tasks:
        poles = first.codebook.task(task).poles
        if poles:
            console.print(
                f"net {task}: +1 all {poles.positive}, -1 all {poles.negative}; {first.level:.0%} intervals",
                style="dim",
            )
    for profile in comparison.profiles:
        if profile.reason:
            console.print(f"* not corrected for the model's error: {profile.reason}", style="yellow")
            break
    console.print()
    single, shared = ([line for line in verdicts if (line.n_pairs > 1) is is_shared] for is_shared in (False, True))
    for line in (*single[:MAX_VERDICTS], *shared):
        words = Text.assemble(harmless(f"{line.who}: "), (harmless(line.text), "bold"))
        console.print(words + Text(f" ({line.reason})" if line.reason else "", style="dim"), soft_wrap=True)
    if len(single) > MAX_VERDICTS:
        console.print(f"... and {len(single) - MAX_VERDICTS} more verdicts; --json has them all", style="dim")


def table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right", no_wrap=True)
    return table


def told(estimate: Estimate) -> str:
    """A figure with its interval."""
    if estimate.low is None or estimate.high is None:
        return number(estimate.value)
    return f"{number(estimate.value)} [{number(estimate.low)}, {number(estimate.high)}]"


def number(value: float | None) -> str:
    """Two decimals without the leading zero, as `.57`; a dash where there is none. A narrow terminal must hold many."""
    if value is None:
        return "–"
    shown = f"{value:.2f}"
    return shown.replace("0.", ".", 1) if abs(value) < 1 else shown
