"""`stance compare PATH...`"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode
from pipeline.core.periods import UNITS

if TYPE_CHECKING:
    import argparse

    from pipeline.jobs.compare import Compared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_paths(parser)
    options.add_model(parser)
    parser.add_argument("--by", metavar="COLUMN", help="compare groups: outlet, author, year, quarter, month")
    parser.add_argument("--over", choices=UNITS, help="change over time, of each group or of all articles together")
    parser.add_argument("--rescore", action="store_true", help="label results of earlier runs anew, by one model")
    parser.add_argument("--csv", metavar="FILE.csv", help="write the profiles, or with --over the series, as a table")
    parser.add_argument("--report", metavar="FILE.html", help="write the comparison as a page")
    parser.add_argument("--no-mlflow", action="store_true", help="do not record the run")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    if args.over:
        args.set.insert(0, f"compare.over={args.over}")  # first, so that --set has the last word
    config = options.settings(args)
    from pipeline.jobs.compare import as_dict, compare_articles, write_csv

    report = Path(args.report) if args.report else None
    compared = compare_articles(args.paths, config, stdin=sys.stdin.buffer, report=report, is_rescored=args.rescore)
    if args.csv:
        write_csv(Path(args.csv), compared)
    if args.json:
        print(json.dumps(as_dict(compared.comparison, compared.series), ensure_ascii=False, default=str))
    else:
        _show(compared)
    for refusal in compared.refusals:
        print(f"stance: refused {refusal}", file=sys.stderr)
    for path in (report, args.csv):
        if path and not args.quiet:
            print(f"wrote {path}", file=sys.stderr)
    if compared.run_id and not args.quiet:
        print(f"MLflow run {compared.run_id} in {compared.store}", file=sys.stderr)
    return ExitCode.DONE_IN_PART if compared.refusals else ExitCode.DONE


def _show(compared: Compared) -> None:
    from pipeline.profiles.verdict_lines import verdict_lines
    from pipeline.reports import terminal, terminal_series, terminal_tables

    console = terminal.console()
    if compared.series:
        terminal_series.show_series(console, compared.series)
        console.print()
    terminal_tables.show_comparison(console, compared.comparison, verdict_lines(compared.comparison))
