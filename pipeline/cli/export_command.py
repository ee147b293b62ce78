"""`stance export SET --as label-studio --to FILE`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.cli.sample_command import FORMATS
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("labelled", metavar="SET", help="a labelled set")
    parser.add_argument("--as", dest="tool", choices=FORMATS, required=True, help="the tool that will read it")
    parser.add_argument("--to", required=True, metavar="FILE", help="the file to write")
    parser.add_argument("--without-labels", action="store_true", help="leave the labels out, to be coded afresh")
    parser.add_argument("--each-coder", action="store_true", help="every coder's labels instead of the agreed ones")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.data import export

    done = export(
        args.labelled,
        config,
        out=Path(args.to),
        format=args.tool,
        has_labels=not args.without_labels,
        each_coder=args.each_coder,
    )
    options.tell(args, done, f"{done.n_sentences} sentences, {done.n_items} items in {done.path}")
    return ExitCode.DONE
