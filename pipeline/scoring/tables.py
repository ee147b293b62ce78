"""An evaluation as rows for printing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.scoring.agreement import TaskAgreement
    from pipeline.scoring.evaluation import TaskReport
    from pipeline.scoring.metrics import TaskMetrics
    from pipeline.scoring.resampling import Estimate

HEADLINE_FIGURES = ("macro_f1", "macro_f1_frequent", "micro_f1", "quadratic_kappa", "brier", "calibration_error")
LABEL_FIGURES = ("precision", "recall", "f1", "average_precision")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure with what stands beside it. `label` is "" for a figure of the whole task.

    `n` is the label's gold sentences, or the task's sentences, or the profile's articles. `ceiling` is the same
    figure of one coder against another, where there is one.
    """

    task: str
    figure: str
    label: str
    n: int
    estimate: Estimate
    baselines: Mapping[str, float | None]
    ceiling: float | None
    signature: str


def figure_rows(report: TaskReport) -> Iterator[FigureRow]:
    """Figures of the task, then of its labels, then of its profiles."""
    signature = str(report.signature)
    for figure in (*HEADLINE_FIGURES, "risk_coverage_area"):
        estimate = getattr(report.metrics, figure)
        if estimate is not None:
            beside = {run.name: _value(run.metrics, figure) for run in report.baselines}
            ceiling = _ceiling(report.ceiling) if figure == "macro_f1" else None
            yield FigureRow(report.task, figure, "", report.metrics.n_sentences, estimate, beside, ceiling, signature)
    for at, label in enumerate(report.metrics.labels):
        for figure in LABEL_FIGURES:
            estimate = getattr(label, figure)
            if estimate is not None:
                beside = {run.name: getattr(run.metrics.labels[at], figure).value for run in report.baselines}
                yield FigureRow(report.task, figure, label.label, label.n_gold, estimate, beside, None, signature)
    yield from _profile_rows(report, signature)


def _profile_rows(report: TaskReport, signature: str) -> Iterator[FigureRow]:
    if report.profile_error is None:
        return
    n = len(report.profile_error.articles)
    for name, error in (("counted", report.profile_error.counted), ("expected", report.profile_error.expected)):
        for figure in ("mean_absolute", "bias", "pearson", "spearman"):
            estimate = getattr(error, figure)
            yield FigureRow(report.task, f"net_{name}_{figure}", "", n, estimate, {}, None, signature)


def _value(metrics: TaskMetrics, figure: str) -> float | None:
    estimate: Estimate | None = getattr(metrics, figure)
    return None if estimate is None else estimate.value


def _ceiling(agreement: TaskAgreement | None) -> float | None:
    return None if agreement is None else agreement.macro_f1.value
