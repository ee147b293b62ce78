"""The card that travels with a model: what it is, how good it was on articles it never saw, what it is not for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.training.examples import without_test

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSet
    from pipeline.scoring.evaluation import EvaluationReport
    from pipeline.scoring.resampling import Estimate
    from pipeline.training.silver import SilverSet

FILE = "card.md"
SHOWN = ("macro_f1", "macro_f1_frequent", "micro_f1", "quadratic_kappa", "brier", "calibration_error")
LIMITS = """\
## What it is for, and what not

For description and comparison of op-eds on {target} in the language that it was trained on, with the intervals that
`stance` prints beside every figure. Not for judging a single sentence, not for judging persons, not for moderation.
"""
SHIPPED_SETS = frozenset({"opeds", "real-opeds", "real-opeds-2", "real-opeds-3"})
SHIPPED_LIMITS = """\
It was trained on English alone. Every label was made by language-model coders that follow the codebook, none by a
person; people would agree less with one another, and with this model, than the figures say.

Known failures: quiet, formal criticism is read as neutral; conciliatory sentences are found less often than hawkish
ones; irony is taken at its word; what is said of Ukraine or NATO alone may be taken for a stance toward Russia.
"""


def text(
    report: EvaluationReport,
    *,
    training: Mapping[str, Any],
    name: str,
    sets: Sequence[LabelledSet],
    silver: Sequence[SilverSet],
    book: Codebook,
) -> str:
    """The card as Markdown."""
    learned = ", ".join(
        [f"`{s.name}` ({len(s.articles)} articles, {s.n_body} body sentences)" for s in map(without_test, sets)]
        + [f"`{s.name}` ({len(s.rows)} articles, {s.n_body} sentences, {_labelled_by(s)})" for s in silver]
    )
    head = [
        f"# Model card: {name}",
        "",
        f"Trainer `{training['trainer']}`, seed {training['seed']}, codebook {report.codebook}, trained on {learned}.",
        "",
        "## On held-out articles",
        "",
        f"{report.n_articles} articles, {report.n_sentences} sentences that the scoring model never saw; "
        f"{report.level:.0%} intervals by bootstrap over articles. Calibration and thresholds were fitted on the "
        "same articles, which flatters rare labels a little. Baselines are cross-validated there too.",
        "",
    ]
    tables = [line for task in report.tasks.values() for line in _table(task)]
    limits = LIMITS.format(target=book.target)
    is_shipped = {labelled.name for labelled in sets} <= SHIPPED_SETS
    return "\n".join([*head, *tables, limits, *([SHIPPED_LIMITS] if is_shipped else [])])


def _labelled_by(other: SilverSet) -> str:
    return f"a public set, for {', '.join(other.public_labels)}" if other.public_labels else "labelled by another model"


def _table(task: Any) -> list[str]:
    names = [run.name for run in task.baselines]
    lines = [
        f"### {task.task}",
        "",
        f"| figure | model | {' | '.join(names)} |" if names else "| figure | model |",
        f"| --- | --- |{' --- |' * len(names)}",
    ]
    for figure in SHOWN:
        estimate = getattr(task.metrics, figure)
        if estimate is not None:
            beside = [_point(getattr(run.metrics, figure)) for run in task.baselines]
            lines.append("| " + " | ".join([figure, shown(estimate), *beside]) + " |")
    for at, label in enumerate(task.metrics.labels):
        beside = [_point(run.metrics.labels[at].f1) for run in task.baselines]
        lines.append("| " + " | ".join([f"F1 {label.label} (n = {label.n_gold})", shown(label.f1), *beside]) + " |")
    return [*lines, "", f"`{task.signature}`", ""]


def shown(estimate: Estimate) -> str:
    """A figure with its interval, as `.57 [.52, .61]`; a dash where there is none."""
    if estimate.value is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _point(estimate: Estimate | None) -> str:
    return "–" if estimate is None or estimate.value is None else f"{estimate.value:.3f}"
