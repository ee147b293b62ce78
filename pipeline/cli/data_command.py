"""`stance data check | stats | attach`"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from pipeline.core.config import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    checked = actions.add_parser("check", help="schema, offsets, hashes, duplicates, leakage, counts")
    checked.add_argument("labelled", metavar="SET", help="a shipped labelled set, or a folder")
    checked.add_argument(
        "--apart-from", action="append", default=[], metavar="SET", help="a set that may share no text"
    )
    described = actions.add_parser("stats", help="counts, lengths, repetition, distance from another set")
    described.add_argument("labelled", metavar="SET", help="a labelled set with its texts")
    described.add_argument("--against", metavar="SET", help="measure how easily the two sets are told apart")
    attached = actions.add_parser("attach", help="join a set that ships without texts with the texts on this machine")
    attached.add_argument("labelled", metavar="SET", help="real-opeds, real-opeds-2, real-opeds-3 or silver-opeds")
    attached.add_argument(
        "--texts", required=True, metavar="DIR", help="their .txt, or .jsonl (.gz) with a column text; found by SHA-256"
    )
    attached.add_argument(
        "--out",
        metavar="DIR",
        help="where the whole set is written (default: data/attached/SET "
        "of a checkout, attached/SET of the working folder elsewhere)",
    )
    for leaf in (checked, described, attached):
        options.add_common(leaf)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    return {"check": _check, "stats": _stats, "attach": _attach}[args.action](args, config)


def _check(args: argparse.Namespace, config: Config) -> ExitCode:
    from pipeline.jobs.data import data_check
    from pipeline.scoring.plain import as_plain

    checked = data_check(args.labelled, config, others=args.apart_from)
    if args.json:
        print(json.dumps(as_plain(checked), default=str, ensure_ascii=False))
    else:
        for finding in checked.findings:
            print(f"{finding.severity}: {finding.where}: {finding.check}: {finding.detail}")
        print(f"{checked.name}: {'sound' if checked.is_sound else 'not fit for use'}  sha256 {checked.sha256 or '-'}")
    return ExitCode.DONE if checked.is_sound else ExitCode.INVALID_INPUT


def _stats(args: argparse.Namespace, config: Config) -> ExitCode:
    from pipeline.jobs.data import data_stats
    from pipeline.reports import corpus_tables, terminal
    from pipeline.scoring.plain import as_plain

    found = data_stats(args.labelled, config, against=args.against)
    if args.json:
        print(json.dumps(as_plain(found), default=str, ensure_ascii=False))
    else:
        corpus_tables.show_stats(terminal.console(), found)
    return ExitCode.DONE


def _attach(args: argparse.Namespace, config: Config) -> ExitCode:
    from pipeline.jobs.data import attached_folder, data_attach

    out = Path(args.out) if args.out else attached_folder(args.labelled)
    attached = data_attach(args.labelled, config, texts=Path(args.texts), out=out)
    for refusal in attached.refusals:
        print(f"stance: refused {refusal}", file=sys.stderr)
    if attached.missing:
        print(f"stance: no text for {len(attached.missing)}: {', '.join(attached.missing[:5])} ...", file=sys.stderr)
    told = f"{attached.n_articles} articles, {attached.n_sentences} sentences in {attached.folder}"
    options.tell(args, attached, told)
    return ExitCode.DONE_IN_PART if attached.missing or attached.refusals else ExitCode.DONE
