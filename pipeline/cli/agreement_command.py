"""`stance agreement FILE...`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="sets, long .jsonl files, or coders' .tsv files")
    parser.add_argument("--coder", action="append", default=[], metavar="NAME", help="only these coders; repeatable")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.agreement import agreement
    from pipeline.reports import corpus_tables, terminal
    from pipeline.scoring.plain import as_plain

    report = agreement(args.files, config, coders=args.coder)
    if args.json:
        print(json.dumps(as_plain(report), default=str, ensure_ascii=False))
    else:
        corpus_tables.show_agreement(terminal.console(), report)
    return ExitCode.DONE
