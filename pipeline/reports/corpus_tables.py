"""Labelled sets and coders' agreement as tables in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.reports.terminal_tables import table, told

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.corpus.stats import Stats
    from pipeline.jobs.agreement import AgreementReport


def show_stats(console: Console, stats: Stats) -> None:
    """Counts, lengths, repetition, cross tables and the distance from another set."""
    counts = stats.counts
    console.print(f"{stats.name}  sha256 {stats.sha256}", soft_wrap=True)
    console.print(f"{counts.articles} articles, {counts.sentences} sentences, {counts.body} of them body")
    labels = table("labels of body sentences", ["label", "sentences", "share"])
    for task, values in counts.labels.items():
        for label, n in values.items():
            labels.add_row(f"{task} {label}", str(n), f"{n / max(counts.body, 1):.3f}")
    console.print(labels)
    lengths = stats.lengths
    console.print(
        f"words a sentence: mean {lengths.mean:.1f}, sd {lengths.sd:.1f}, from {lengths.minimum} to {lengths.maximum}, "
        f"quartiles {', '.join(f'{q:.0f}' for q in lengths.quartiles)}"
    )
    if stats.type_token_ratio is not None:
        console.print(f"type-token ratio over windows of 1,000 words: {stats.type_token_ratio:.3f}")
    console.print(f"share of 5-grams that stand more than once: {stats.repeated_share:.4f}")
    for cross in stats.tables:
        console.print(f"{cross.rows} by {cross.columns}: Cramér's V {cross.cramers_v:.2f}")
    if stats.distance is not None:
        far = stats.distance
        console.print(
            f"told from {far.other} by TF-IDF: AUC {far.auc:.3f}, accuracy {far.accuracy:.3f} "
            f"({far.n_ours} sentences against {far.n_theirs}; .5 means not at all)"
        )


def show_agreement(console: Console, report: AgreementReport) -> None:
    """Krippendorff's alpha per task and label, with intervals over articles."""
    console.print(
        f"{', '.join(report.files)}: coders {', '.join(report.coders)}; {report.n_articles} articles, "
        f"{report.n_sentences} sentences judged by two or more; codebook {report.codebook}"
    )
    rows = table(
        "Krippendorff's alpha, and macro-F1 of coder against coder",
        ["question", "measured as", "positives", "alpha", "macro-F1"],
    )
    for task in report.tasks.values():
        if task.alpha is not None:
            rows.add_row(task.task, task.level_of_measurement, "", told(task.alpha), told(task.macro_f1))
        else:
            rows.add_row(task.task, task.level_of_measurement, "", "", told(task.macro_f1))
        for label in task.labels:
            rows.add_row(f"  {label.label}", "nominal", str(label.n_positives), told(label.alpha), "")
    console.print(rows)
