"""`stance train [CONFIG]`"""

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
    parser.add_argument("config_file", nargs="?", metavar="CONFIG", help="a YAML file, or the name of a shipped one")
    parser.add_argument("--model-out", metavar="DIR", help="also keep the model's folder there")
    parser.add_argument("--seed", type=int, help="the seed of everything random")
    parser.add_argument("--no-mlflow", action="store_true", help="do not record the run nor register the model")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    args.config = args.config_file or args.config
    config = options.settings(args)
    from pipeline.jobs.train import train
    from pipeline.reports import terminal, terminal_tables

    out = Path(args.model_out) if args.model_out else None
    trained = train(config, out=out)
    if args.json:
        figures = trained.report.as_metrics()
        print(
            json.dumps(
                {"name": trained.name, "version": trained.version, "sha256": trained.sha256, "held_out": figures}
            )
        )
    else:
        terminal_tables.show_evaluation(
            terminal.console(), trained.report, None, model=f"{trained.name}, held-out articles"
        )
    if not args.quiet:
        told = f"models:/{trained.name}/{trained.version}" if trained.version else "not registered"
        print(f"{told}  sha256 {trained.sha256[:12]}", file=sys.stderr)
    return ExitCode.DONE
