"""`stance import FILE --as label-studio --texts DIR --to DIR`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.cli.sample_command import FORMATS
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what the annotation tool exported")
    parser.add_argument("--as", dest="tool", choices=FORMATS, required=True, help="the tool that wrote it")
    parser.add_argument("--texts", required=True, metavar="DIR", help="the articles as <article>.txt")
    parser.add_argument("--to", required=True, metavar="DIR", help="the labelled set to write")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.data import import_labels

    taken = import_labels(Path(args.file), config, format=args.tool, texts=Path(args.texts), out=Path(args.to))
    for refusal in taken.refusals:
        print(f"stance: refused {refusal}", file=sys.stderr)
    coders = ", ".join(taken.coders)
    told = f"{taken.n_articles} articles, {taken.n_sentences} sentences, coders {coders} in {taken.folder}"
    options.tell(args, taken, told)
    return ExitCode.DONE_IN_PART if taken.refusals else ExitCode.DONE
