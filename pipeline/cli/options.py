"""Options that several verbs share, as overrides of the configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.core import config_files

if TYPE_CHECKING:
    import argparse

    from pipeline.core.config import Config

PATHS = "a .txt, .md, .html, .jsonl, .csv or .parquet file, a folder, a glob, or - for standard input"
OVERRIDES = {  # option -> setting
    "model": "label.model",
    "abstain": "label.abstain",
    "out": "output.directory",
    "format": "output.format",
    "by": "compare.by",
    "seed": "seed",
    "kept": "tracking.kept",
    "engine": "label.engine",
}


def add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=PATHS)


def add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="REF", help="default, a model folder, models:/NAME/3 or models:/NAME@champion"
    )


def add_common(parser: argparse.ArgumentParser) -> None:
    """What every verb takes."""
    group = parser.add_argument_group("common options")
    group.add_argument("--config", metavar="FILE", help="a YAML file, or a shipped one: model, teacher, tfidf, train")
    told = "change one setting; repeatable; quote brackets: 'train.sets=[a, b]'"
    group.add_argument("--set", metavar="a.b=c", action="append", default=[], help=told)
    group.add_argument("--json", action="store_true", help="print results as JSON")
    group.add_argument("--quiet", action="store_true", help="say nothing on standard error but errors")


def settings(args: argparse.Namespace) -> Config:
    """The configuration of `--config`, then the verb's own options, then `--set`."""
    given = {
        setting: getattr(args, option)
        for option, setting in OVERRIDES.items()
        if getattr(args, option, None) is not None
    }
    if getattr(args, "no_mlflow", False):
        given["tracking.is_on"] = False
    if getattr(args, "no_cache", False):
        given["cache.is_on"] = False
    return config_files.load(args.config, args.set, given=given)


def tell(args: argparse.Namespace, result: Any, text: str) -> None:
    """A result on standard output: as JSON where `--json` asks for it, else in words."""
    from pipeline.scoring.plain import as_plain

    print(json.dumps(as_plain(result), default=str, ensure_ascii=False) if args.json else text)
