"""`stance doctor`: what is installed, whether the model is whole, whether the store can be reached."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_model(parser)
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.doctor import examine

    findings = examine(config)
    if args.json:
        print(json.dumps([{"what": f.what, "is_well": f.is_well, "told": f.told} for f in findings]))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.is_well else 'FAIL'}  {finding.what:<22} {finding.told}")
    is_well = all(finding.is_well for finding in findings)
    if not is_well:
        print("stance: something above needs attention", file=sys.stderr)
    return ExitCode.DONE if is_well else ExitCode.FAILED
