"""`stance sample SET --n 400 --out FILE`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse

FORMATS = ("csv", "jsonl", "label-studio", "doccano", "prodigy")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("labelled", metavar="SET", help="a labelled set")
    parser.add_argument("--n", type=int, required=True, help="how many sentences")
    parser.add_argument("--task", default="stance", help="draw evenly over this task's labels")
    parser.add_argument("--as", dest="tool", choices=FORMATS, default="csv", help="the tool that will read it")
    parser.add_argument("--with-labels", action="store_true", help="keep the labels; without, the second look is blind")
    parser.add_argument("--seed", type=int, help="the seed of the draw")
    parser.add_argument("--to", required=True, metavar="FILE", help="the file to write")
    options.add_common(parser)


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.data import sample

    done = sample(
        args.labelled,
        config,
        n=args.n,
        out=Path(args.to),
        task=args.task,
        format=args.tool,
        has_labels=args.with_labels,
    )
    options.tell(args, done, f"{done.n_sentences} sentences in {done.path}")
    return ExitCode.DONE
