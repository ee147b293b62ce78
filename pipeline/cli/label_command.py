"""`stance label PATH...`"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.jobs.batches import Batch
    from pipeline.jobs.label import LabelReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_paths(parser)
    options.add_model(parser)
    parser.add_argument("--out", metavar="DIR", help="write sentences and profiles there instead of showing them")
    parser.add_argument("--format", choices=["jsonl", "csv", "parquet"], help="of the files under --out")
    parser.add_argument("--report", metavar="FILE.html", help="write the labelled articles as a page")
    parser.add_argument("--abstain", type=float, metavar="P", help="leave labels less probable than P to a person")
    parser.add_argument(
        "--engine", metavar="NAME", help="what runs the stages: local, or ray on many cores or machines"
    )
    parser.add_argument("--no-cache", action="store_true", help="judge every article again, and keep no judgements")
    parser.add_argument("--no-mlflow", action="store_true", help="do not record the run")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.label import label

    page = Path(args.report) if args.report else None
    with _progress(args) as told:
        show = _shower(args)

        def done(batch: Batch) -> None:
            show(batch)
            told(len(batch.articles), len(batch.sentences))

        kept = _print_rows if args.json else None
        report = label(args.paths, config, show=done, show_kept=kept, stdin=sys.stdin.buffer, page=page)
    _tell(report, is_quiet=args.quiet)
    return ExitCode.DONE_IN_PART if report.tally.n_refused else ExitCode.DONE


@contextmanager
def _progress(args: argparse.Namespace) -> Iterator[Callable[[int, int], None]]:
    """Counts on standard error where results go to files; nothing where it is no terminal, or `--quiet`."""
    if args.quiet or not args.out or not sys.stderr.isatty():
        yield lambda n_articles, n_sentences: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task, sums = progress.add_task("label", total=None, told="opening the model"), [0, 0]

        def told(n_articles: int, n_sentences: int) -> None:
            sums[0] += n_articles
            sums[1] += n_sentences
            progress.update(task, told=f"{sums[0]:,} op-eds, {sums[1]:,} sentences")

        yield told


def _shower(args: argparse.Namespace) -> Callable[[Batch], None]:
    """What to do with each batch: rows as JSON, the coloured view, or nothing where files are written."""
    if args.json:
        return lambda batch: _print_rows(batch.sentences.to_pylist())
    if args.out:
        return lambda batch: None
    from pipeline.reports import terminal

    console = terminal.console()

    def show(batch: Batch) -> None:
        view = terminal.ArticleView(console, batch.codebook)
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in batch.sentences.to_pylist():
            rows.setdefault(row["article"], []).append(row)
        for profile in batch.profiles:
            view.show(rows[profile.name])
            view.profile(profile)

    return show


def _print_rows(rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))


def _tell(report: LabelReport, *, is_quiet: bool) -> None:
    for refusal in report.refusals:
        print(f"stance: refused {refusal}", file=sys.stderr)
    tally = report.tally
    if (n_more := tally.n_refused - len(report.refusals)) > 0:
        print(f"stance: refused {n_more:,} more inputs; refused.jsonl under --out has them all", file=sys.stderr)
    if is_quiet:
        return
    kept = f" ({report.n_kept} by an earlier run)" if report.n_kept else ""
    print(
        f"{tally.n_articles} articles{kept}, {tally.n_judged} sentences judged of {tally.n_sentences}, "
        f"{tally.n_refused} inputs refused, in {report.duration_s:.1f} s",
        file=sys.stderr,
    )
    for path in report.files:
        print(f"wrote {path}", file=sys.stderr)
    if report.run_id:
        print(f"MLflow run {report.run_id} in {report.store}", file=sys.stderr)
