"""Figures of an evaluation as matplotlib draws them: they go to MLflow, which shows them beside the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from pipeline.scoring.evaluation import EvaluationReport, TaskReport

SIZE = (4.5, 4.0)  # inches


def figures(report: EvaluationReport) -> Iterator[tuple[str, Figure]]:
    """(name, figure): reliability of every task, and the confusion matrix of those with one label a sentence."""
    for name, task in report.tasks.items():
        yield f"reliability_{name}", _reliability(task)
        if task.metrics.confusion is not None:
            yield f"confusion_{name}", _confusion(task)


def _axes(title: str, x: str, y: str) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")  # without pyplot: no global state, no window
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    return figure, axes


def _confusion(task: TaskReport) -> Figure:
    figure, axes = _axes(f"{task.task}: gold in rows", "model", "gold")
    matrix = task.metrics.confusion or ()
    shares = [[n / max(sum(row), 1) for n in row] for row in matrix]
    names = [label.label for label in task.metrics.labels]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    for i, row in enumerate(matrix):
        for j, n in enumerate(row):
            axes.text(j, i, str(n), ha="center", va="center", color="white" if shares[i][j] > 0.5 else "black")
    return figure


def _reliability(task: TaskReport) -> Figure:
    figure, axes = _axes(f"{task.task}: calibration", "probability said", "share that is so")
    bins = [b for b in task.metrics.reliability if b.mean_probability is not None]
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    axes.plot([b.mean_probability for b in bins], [b.true_share for b in bins], marker="o", color="tab:blue")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return figure
