"""Which files the given paths mean: files, folders, globs, and `-` for standard input."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STDIN = "-"
FORMATS = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
KNOWN_SUFFIXES = ".txt, .md, .html, .jsonl, .csv or .parquet"
_GLOB = re.compile(r"[*?\[]")


def find_files(paths: Sequence[str]) -> Iterator[Path | Refusal | str]:
    """Files in a fixed order; `-` is passed on as it is; what cannot be read is refused."""
    for path in paths:
        if path == STDIN:
            yield STDIN
        elif os.path.lexists(path):
            yield from _found(Path(path))
        elif _GLOB.search(path):
            yield from _globbed(path)
        else:
            yield Refusal(path, "missing", "there is no such file or folder", "check the path")


def _globbed(pattern: str) -> Iterator[Path | Refusal]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
    if not matches:
        yield Refusal(pattern, "missing", "no file matches the pattern", "check the pattern, or quote it for the shell")
    for match in matches:
        if not (Path(match).is_dir() and "**" in pattern):  # `**` names the files below by itself
            yield from _found(Path(match))


def _found(path: Path) -> Iterator[Path | Refusal]:
    if path.is_dir():
        yield from _in_folder(path)
    elif not path.is_file():
        yield Refusal(str(path), "unreadable", "not a regular file", "give a file, a folder or a glob")
    elif path.suffix.lower() not in FORMATS:
        suffix = path.suffix or "no suffix"
        yield Refusal(str(path), "format", f"{suffix} is not read", f"convert it to {KNOWN_SUFFIXES}")
    else:
        yield path


def _in_folder(folder: Path) -> Iterator[Path | Refusal]:
    n_found = 0
    for where, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                n_found += 1
                yield from _found(Path(where) / name)
    if not n_found:
        yield Refusal(str(folder), "empty", "the folder holds no file", f"put files of {KNOWN_SUFFIXES} there")
