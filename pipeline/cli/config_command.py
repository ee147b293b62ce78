"""`stance config show | check`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["show", "check"], help="print the resolved settings, or only check them")
    parser.add_argument("file", nargs="?", help="a YAML file, or the name of a shipped configuration")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    from pipeline.core import config_files

    config = config_files.load(args.file or args.config, args.set)
    if args.action == "check":
        print(f"ok  sha256 {config.sha256}")
    elif args.json:
        print(json.dumps({"sha256": config.sha256, "config": config.model_dump(mode="json")}, indent=1))
    else:
        print(f"# sha256: {config.sha256}")
        print(config_files.as_yaml(config), end="")
    return ExitCode.DONE
