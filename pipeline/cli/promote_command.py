"""`stance promote models:/NAME/3 --gold GOLD`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode, GateNotMetError

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("reference", metavar="models:/NAME/3", help="the version to promote, or models:/NAME@candidate")
    parser.add_argument(
        "--gold", required=True, metavar="GOLD", help="a labelled set that neither model was trained on"
    )
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.promote import promote

    verdict = promote(args.reference, args.gold, config)
    if args.json:
        print(json.dumps(verdict.as_dict()))
    if not verdict.is_promoted:
        raise GateNotMetError(verdict.text, remedy="the champion is unchanged; `stance models list` shows it")
    if not args.json:
        print(verdict.text)
    return ExitCode.DONE
