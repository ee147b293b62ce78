"""`stance compare PATH...`"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_paths(parser)
    options.add_model(parser)
    parser.add_argument("--by", metavar="COLUMN", help="compare groups: outlet, author, year or another column")
    parser.add_argument("--report", metavar="FILE.html", help="write the comparison as a page")
    parser.add_argument("--no-mlflow", action="store_true", help="do not record the run")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.compare import compare_articles
    from pipeline.reports import terminal, terminal_tables

    report = Path(args.report) if args.report else None
    compared = compare_articles(args.paths, config, stdin=sys.stdin.buffer, report=report)
    if args.json:
        print(json.dumps(compared.comparison.as_dict(), ensure_ascii=False, default=str))
    else:
        terminal_tables.show_comparison(terminal.console(), compared.comparison)
    for refusal in compared.refusals:
        print(f"stance: refused {refusal}", file=sys.stderr)
    if report and not args.quiet:
        print(f"wrote {report}", file=sys.stderr)
    if compared.run_id and not args.quiet:
        print(f"MLflow run {compared.run_id} in {compared.store}", file=sys.stderr)
    return ExitCode.DONE_IN_PART if compared.refusals else ExitCode.DONE
