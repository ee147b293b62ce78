"""How the files of a run are called, in its work folder and among its results; moving them from one to the other.

One shard gives `sentences.jsonl`, more give `sentences-00001.jsonl` and so on; so do profiles.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from pipeline.jobs.outputs import sync_folder, whole_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.core.config import OutputFormat

SENTENCES = "sentences"
KINDS = (SENTENCES, "profiles")
TEXTS = "texts"
REFUSED = "refused.jsonl"
REFUSALS = {False: "unread.jsonl", True: "failed.jsonl"}  # of the reader, and of a stage after it
_RECORD = re.compile(r"\d{5,}\.json")


def stem(number: int) -> str:
    return f"{number:05d}"


def is_record(name: str) -> bool:
    return _RECORD.fullmatch(name) is not None


def result(out: Path, kind: str, format: OutputFormat, number: int, n_shards: int) -> Path:
    return out / (f"{kind}.{format}" if n_shards == 1 else f"{kind}-{stem(number)}.{format}")


def results(out: Path, format: str, kinds: Sequence[str] = KINDS) -> list[Path]:
    """The tables that lie there, of whatever run, in the order of their shards."""
    name = re.compile(rf"({'|'.join(kinds)})(-\d{{5,}})?\.{format}")
    return sorted(path for path in out.iterdir() if name.fullmatch(path.name))


def move(out: Path, work: Path, format: OutputFormat, n_shards: int) -> tuple[Path, ...]:
    """Gives every file its final name; can be done again where it was cut off. Returns the tables."""
    paths = []
    for number in range(1, n_shards + 1):
        for kind in KINDS:
            made, final = work / f"{stem(number)}.{kind}.{format}", result(out, kind, format, number, n_shards)
            if made.exists():
                made.replace(final)
            paths.append(final)
        _move_texts(work / f"{stem(number)}.{TEXTS}", out / TEXTS)
    move_refusals(out, work)
    _remove_others(out, format, paths)
    sync_folder(out)
    return tuple(paths)


def take_back(out: Path, work: Path, format: OutputFormat, n_shards: int) -> None:
    """Undoes `move` as far as it got, so that a run that was cut off in it goes on as any other."""
    for number in range(1, n_shards + 1):
        for kind in KINDS:
            made, final = work / f"{stem(number)}.{kind}.{format}", result(out, kind, format, number, n_shards)
            if final.exists() and not made.exists():
                final.replace(made)


def gather_refusals(work: Path, n_shards: int) -> None:
    """One file of all shards' refusals: the reader's first, so that the order does not depend on shards or batches."""
    with whole_file(work / REFUSED) as whole:
        for kind in REFUSALS.values():
            for number in range(1, n_shards + 1):
                part = work / f"{stem(number)}.{kind}"
                if part.exists():
                    with part.open("rb") as lines:
                        shutil.copyfileobj(lines, whole)


def move_refusals(out: Path, work: Path) -> None:
    """No file where nothing was refused."""
    gathered = work / REFUSED
    if not gathered.exists():
        return
    if gathered.stat().st_size:
        gathered.replace(out / REFUSED)
    else:
        (out / REFUSED).unlink(missing_ok=True)


def _move_texts(made: Path, final: Path) -> None:
    if not made.is_dir():
        return
    final.mkdir(exist_ok=True)
    for path in made.iterdir():
        path.replace(final / path.name)
    sync_folder(final)


def _remove_others(out: Path, format: OutputFormat, paths: list[Path]) -> None:
    """An earlier run's shards: beside those of this one they would be counted twice."""
    for path in set(results(out, format)) - set(paths):
        path.unlink()
