"""Labels that a model gave to texts that may not be shipped: by offset and hash, joined on a user's machine.

`python -m pipeline.corpus.silver TABLE SOURCES TO` makes the shipped form of a table that `stance label` wrote as
Parquet; SOURCES is a JSON Lines file that says of every article its collection and reference.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core import codebook as codebooks
from pipeline.core.errors import ExitCode, InvalidInputError, StanceError
from pipeline.core.fingerprints import sha256_text
from pipeline.core.places import shipped
from pipeline.corpus.files import write_jsonl
from pipeline.corpus.labelled_set import read_rows
from pipeline.corpus.real import SOURCE_KEYS, SOURCES, Attached, matched_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from pipeline.core.codebook import Codebook

LABELS = "labels.parquet"
SENTENCES = "sentences.parquet"  # the joined form, as `stance label` writes it
TRAINED_ON = "trained_on.json"  # SHA-256 of every text that a model learned from: with the model, and with its labels
STEPS = 255  # a probability is shipped as one byte
PLACE = ("article", "n", "start", "end", "role")


def find(reference: str) -> Path | None:
    """The folder of a set that a model labelled, given as a path or as a shipped name; None where it is none."""
    for folder in (Path(reference), shipped("data") / reference):
        if (folder / LABELS).is_file():
            return folder
    return None


def ship(table: Path, sources: Path, target: Path, codebook: Codebook) -> int:
    """Writes the form without texts; the number of articles. Raises: InvalidInputError for an article of no source."""
    import pyarrow.parquet as pq

    columns = _columns(codebook)
    found = pq.read_table(table, columns=[*PLACE, "text_sha256", *columns])
    hashes = dict(zip(found["article"].to_pylist(), found["text_sha256"].to_pylist(), strict=True))
    known = {row["article"]: row for _, row in read_rows(sources)}
    if unknown := hashes.keys() - known.keys():
        raise InvalidInputError(f"no source is named for {min(unknown)!r}", where=str(sources))
    listed = [
        {key: known[article].get(key) for key in SOURCE_KEYS if key in known[article]} | {"sha256": sha256}
        for article, sha256 in hashes.items()
    ]
    target.mkdir(parents=True, exist_ok=True)
    write_jsonl(target / SOURCES, listed)
    if (table.parent / TRAINED_ON).is_file():
        shutil.copyfile(table.parent / TRAINED_ON, target / TRAINED_ON)
    pq.write_table(_in_bytes(found, columns), target / LABELS, compression="zstd")
    return len(listed)


def attach(folder: Path, texts_dir: Path, out: Path, codebook: Codebook) -> Attached:
    """Joins labels and texts into a table of sentences; a text is recognised by its SHA-256.

    Raises: InvalidInputError where no text is found, or the labels are those of another codebook.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _columns(codebook)
    try:
        labels = pq.read_table(folder / LABELS, columns=[*PLACE, *columns])
    except (OSError, ValueError) as error:
        raise InvalidInputError("labels that cannot be read, or are not by this codebook", where=str(folder)) from error
    texts, missing, refusals = matched_texts(folder, texts_dir)
    rows = [_with_text(row, texts[row["article"]], columns) for row in labels.to_pylist() if row["article"] in texts]
    out.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), out / SENTENCES, compression="zstd")
    if (folder / TRAINED_ON).is_file():
        shutil.copyfile(folder / TRAINED_ON, out / TRAINED_ON)
    return Attached(out, len(texts), len(rows), tuple(missing), tuple(refusals))


def _columns(codebook: Codebook) -> list[str]:
    return [f"p_{task}_{label}" for task, label in codebook.columns()]


def _in_bytes(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    kept = table.select(PLACE)
    for name in columns:
        steps = pc.round(pc.multiply(table[name], float(STEPS)))
        kept = kept.append_column(name, steps.cast(pa.uint8()))
    return kept


def _with_text(row: dict[str, Any], text: str, columns: Sequence[str]) -> dict[str, Any]:
    p = {name: None if row[name] is None else row[name] / STEPS for name in columns}
    return {
        **{name: row[name] for name in PLACE},
        "text": text[row["start"] : row["end"]],
        "text_sha256": sha256_text(text),
        **p,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.corpus.silver", description=__doc__)
    parser.add_argument("table", type=Path, help="a table of sentences as `stance label --format parquet` writes it")
    parser.add_argument("sources", type=Path, help="JSON Lines: article, collection, reference, licence")
    parser.add_argument("target", type=Path, help="the shipped form, such as data/silver-opeds")
    options = parser.parse_args(arguments)
    try:
        n = ship(options.table, options.sources, options.target, codebooks.load())
    except StanceError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{n} articles in {options.target}, without their texts\n")
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main())
