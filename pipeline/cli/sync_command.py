"""`stance sync`"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kept", metavar="DIR", help="where the runs were kept (default: runs/unlogged)")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.sync import sync

    synced = sync(config)
    for problem in synced.left:
        print(f"stance: not logged: {problem}", file=sys.stderr)
    n = len(synced.logged)
    told = f"{n} {'run' if n == 1 else 'runs'} logged in {synced.store}" if n else f"no run of {synced.folder} logged"
    options.tell(args, synced, told)
    return ExitCode.FAILED if synced.left else ExitCode.DONE
