"""`stance models list | show | rollback`"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from pipeline.core.config import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="registered versions, newest first")
    listed.add_argument("name", nargs="?")
    shown = actions.add_parser("show", help="one version with its metrics and tags")
    shown.add_argument("reference", metavar="models:/NAME/3")
    rolled = actions.add_parser("rollback", help="champion and previous change places")
    rolled.add_argument("name")
    for leaf in (listed, shown, rolled):
        options.add_common(leaf)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    return {"list": _list, "show": _show, "rollback": _rollback}[args.action](args, config)


def _list(args: argparse.Namespace, config: Config) -> ExitCode:
    from pipeline.jobs import registered

    versions = registered.versions(config, args.name)
    if args.json:
        print(json.dumps([asdict(version) for version in versions], default=dict))
        return ExitCode.DONE
    for version in versions:
        print(f"{version.uri:<28} {version.sha256[:12]}  {', '.join(version.aliases) or '-'}")
    if not versions:
        print("no model is registered yet: stance train makes one", file=sys.stderr)
    return ExitCode.DONE


def _show(args: argparse.Namespace, config: Config) -> ExitCode:
    from pipeline.jobs import registered

    print(json.dumps(asdict(registered.version(config, args.reference)), indent=1, default=dict))
    return ExitCode.DONE


def _rollback(args: argparse.Namespace, config: Config) -> ExitCode:
    from pipeline.jobs import registered

    champion = registered.rollback(config, args.name)
    options.tell(args, champion, f"champion is now {champion.uri}")
    return ExitCode.DONE
