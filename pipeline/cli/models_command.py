"""`stance models list | show | rollback | drift`"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from pipeline.core.config import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="registered versions, newest first")
    listed.add_argument("name", nargs="?", help="the registered name, such as stance")
    shown = actions.add_parser("show", help="one version with its metrics and tags")
    shown.add_argument("reference", metavar="models:/NAME/3")
    rolled = actions.add_parser("rollback", help="champion and previous change places")
    rolled.add_argument("name", help="the registered name, such as stance")
    drifted = actions.add_parser("drift", help="what a change of version does to the figures of an anchor set")
    drifted.add_argument("first", metavar="MODEL_A")
    drifted.add_argument("second", metavar="MODEL_B")
    drifted.add_argument(
        "--anchor", default="opeds", metavar="SET", help="a labelled set, or texts; the shipped op-eds if not given"
    )
    drifted.add_argument("--csv", metavar="FILE.csv", help="write the figures as a table")
    drifted.add_argument("--no-mlflow", action="store_true", help="do not record the run")
    for leaf in (listed, shown, rolled, drifted):
        options.add_common(leaf)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    return {"list": _list, "show": _show, "rollback": _rollback, "drift": _drift}[args.action](args, config)


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


def _drift(args: argparse.Namespace, config: Config) -> ExitCode:
    from pipeline.jobs import drift
    from pipeline.reports import terminal, terminal_series

    found = drift.model_drift(args.first, args.second, config, anchor=args.anchor)
    if args.csv:
        drift.write_csv(Path(args.csv), found)
    if args.json:
        print(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        console = terminal.console()
        terminal_series.show_drift(console, found.drift, first=found.first, second=found.second, anchor=found.anchor)
    for refusal in found.refusals:
        print(f"stance: left out {refusal}", file=sys.stderr)
    if found.run_id and not args.quiet:
        print(f"MLflow run {found.run_id} in {found.store}", file=sys.stderr)
    return ExitCode.DONE_IN_PART if found.refusals else ExitCode.DONE
