"""`stance adapt PATH... --out FOLDER`"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import options
from pipeline.core.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from pipeline.jobs.adapt import Adapted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_paths(parser)
    parser.add_argument("--out", metavar="FOLDER", required=True, help="where the adapted encoder goes: a new folder")
    parser.add_argument("--seed", type=int, help="the seed of everything random")
    parser.add_argument("--no-mlflow", action="store_true", help="do not record the run")
    options.add_common(parser)
    parser.epilog = (
        "The texts need no labels; some hundred op-eds or more. Settings: --set adapt.encoder=minilm, adapt.epochs=3 "
        "and others, see `stance config show`. Then: stance train --set train.trainer.kind=finetune.v1 "
        "--set train.trainer.encoder=FOLDER (add --set 'train.sets=[my-set]' for labels of your own)."
    )


def run(args: argparse.Namespace) -> ExitCode:
    config = options.settings(args)
    from pipeline.jobs.adapt import adapt

    adapted = adapt(args.paths, config, out=Path(args.out), stdin=sys.stdin.buffer)
    _tell(adapted, args)
    return ExitCode.DONE_IN_PART if adapted.n_refused else ExitCode.DONE


def _tell(adapted: Adapted, args: argparse.Namespace) -> None:
    about = adapted.about
    start = about.loss_before if about.loss_head is None else about.loss_head
    if args.json:
        from dataclasses import asdict

        print(json.dumps({"folder": str(adapted.folder), **asdict(about)}, ensure_ascii=False))
    else:
        print(
            f"{about.source} has read {about.n_articles:,} articles ({about.n_tokens:,} tokens) {about.epochs} times: "
            f"loss on held-out words {start:.3f} before, {about.loss_after:.3f} after"
        )
    for refusal in adapted.refusals:
        print(f"stance: refused {refusal}", file=sys.stderr)
    if (n_more := adapted.n_refused - len(adapted.refusals)) > 0:
        print(f"stance: refused {n_more:,} more inputs", file=sys.stderr)
    if args.quiet:
        return
    print(f"wrote {adapted.folder}; train from it with --set train.trainer.encoder={adapted.folder}", file=sys.stderr)
    if adapted.run_id:
        print(f"MLflow run {adapted.run_id}", file=sys.stderr)
