"""`stance evaluate GOLD`"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "gold", metavar="GOLD", help="a shipped labelled set, or a folder with labels.jsonl and articles/"
    )
    options.add_model(parser)
    parser.add_argument("--no-mlflow", action="store_true", help="do not record the run")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.evaluate import evaluate_model
    from pipeline.reports import terminal, terminal_tables

    done = evaluate_model(args.gold, config)
    if args.json:
        document = {"model": done.model, "labels": done.report.as_dict(), "reading": done.reading.as_dict()}
        print(json.dumps(document, ensure_ascii=False))
    else:
        terminal_tables.show_evaluation(terminal.console(), done.report, done.reading, model=done.model)
    if done.run_id and not args.quiet:
        print(f"MLflow run {done.run_id} in {done.store}", file=sys.stderr)
    return ExitCode.DONE
