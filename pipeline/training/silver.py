"""Articles that are learned from beside the labelled sets: results of `stance label` whose probabilities stand in for
a coder's labels. Public sets take the same form."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError, unknown_name
from pipeline.core.fingerprints import sha256_rows, sha256_text
from pipeline.core.places import shipped
from pipeline.corpus.duplicates import Passage, near_duplicate_articles
from pipeline.corpus.silver import SENTENCES, TRAINED_ON
from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.training.examples import CONTEXT_ROLES, Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook

log = logging.getLogger(__name__)

TABLES = "sentences*.parquet"
SETTINGS = ("article", "text_sha256", "n", "text", "role")


@dataclass(frozen=True, slots=True)
class SilverSet:
    """`sha256` is the version: sentences and probabilities. `text_sha256` are the articles' own.

    `taught_by`: SHA-256 of the texts that the labelling model had learned from, None where that is not known.
    `public_labels`: what a public set knows, empty for one that a model labelled.
    """

    name: str
    rows: tuple[Example, ...]
    text_sha256: tuple[str, ...]
    sha256: str
    taught_by: frozenset[str] | None = None
    public_labels: tuple[str, ...] = ()

    @property
    def n_body(self) -> int:
        return sum(len(row.targets) for row in self.rows)

    def taught(self, codebook: Codebook, tasks: Sequence[str] | None) -> SilverSet:
        """The set with what it says of other tasks unknown. Raises: InvalidInputError for a task that is none."""
        if tasks is None:
            return self
        slices = codebook.slices()
        if unknown := next((task for task in tasks if task not in slices), None):
            raise InvalidInputError(unknown_name("task", unknown, slices), where="train.silver_tasks")
        is_taught = np.zeros(len(codebook.columns()), bool)
        for task in tasks:
            is_taught[slices[task]] = True
        rows = tuple(replace(r, targets=np.where(is_taught, r.targets, np.float32(np.nan))) for r in self.rows)
        return replace(self, rows=rows)

    def without(self, texts: Sequence[str]) -> SilverSet:
        """The set less these texts and their near duplicates: what is labelled by hand has better labels."""
        by_hand = [Passage("hand", str(i), None, text) for i, text in enumerate(texts)]
        own = [Passage("", str(i), None, row.text.text) for i, row in enumerate(self.rows)]
        near = near_duplicate_articles([*by_hand, *own])
        twins = {int(pair.right.article) for pair in near if (pair.left.set_name, pair.right.set_name) == ("hand", "")}
        hashes = {sha256_text(text) for text in texts}
        kept = [i for i, text in enumerate(self.text_sha256) if text not in hashes and i not in twins]
        if len(kept) < len(self.rows):
            log.info("%s: %d articles left out, they are labelled by hand", self.name, len(self.rows) - len(kept))
        return replace(
            self, rows=tuple(self.rows[i] for i in kept), text_sha256=tuple(self.text_sha256[i] for i in kept)
        )


def load(reference: str, codebook: Codebook) -> SilverSet:
    """Reads a table of sentences, or the folder that holds one. Raises: InvalidInputError."""
    import pyarrow.parquet as pq

    folder, files = _tables(reference)
    columns = [f"p_{task}_{label}" for task, label in codebook.columns()]
    try:
        read = [pq.read_table(path, columns=[*SETTINGS, *columns]) for path in files]
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"no table of labelled sentences: {str(error).splitlines()[0]}",
            where=reference,
            remedy="give what `stance label --format parquet --out DIR` wrote, labelled by the same codebook",
        ) from error
    sentences = [row for table in read for row in table.to_pylist()]
    rows, hashes = [], []
    for (article, text_sha256), found in groupby(sentences, key=lambda s: (s["article"], s["text_sha256"])):
        row = _example(f"{folder.name}/{article}", list(found), columns)
        if len(row.targets):
            rows.append(row)
            hashes.append(text_sha256)
    if not rows:
        raise InvalidInputError("no labelled body sentence in the table", where=reference)
    version = sha256_rows([[s["text_sha256"], s["n"], *(s[c] for c in columns)] for s in sentences])
    return SilverSet(folder.name, tuple(rows), tuple(hashes), version, _taught_by(folder / TRAINED_ON))


def _taught_by(path: Path) -> frozenset[str] | None:
    if not path.is_file():
        return None
    try:
        return frozenset(map(str, json.loads(path.read_bytes())))
    except (ValueError, TypeError) as error:
        raise InvalidInputError("no list of SHA-256", where=str(path)) from error


def _tables(reference: str) -> tuple[Path, list[Path]]:
    """The folder of results and its tables in order: one, or numbered ones of a large run."""
    given = Path(reference)
    if given.suffix == ".parquet":
        return given.parent, [given]
    folder = next((place for place in (given, shipped("data") / reference) if any(place.glob(TABLES))), given)
    return folder, sorted(folder.glob(TABLES)) or [folder / SENTENCES]


def _example(article: str, sentences: Sequence[dict[str, Any]], columns: Sequence[str]) -> Example:
    """The article as its headlines and body, one after the other: what a labeller reads of it."""
    read = [s for s in sentences if s["role"] in CONTEXT_ROLES]
    spans, at = [], 0
    for sentence in read:
        is_judged = sentence[columns[0]] is not None
        spans.append(SentenceSpan(at, at + len(sentence["text"]), is_judged))
        at += len(sentence["text"]) + 1
    targets = _probabilities([s for s in read if s[columns[0]] is not None], columns)
    return Example(article, ArticleText("\n".join(s["text"] for s in read), tuple(spans)), (), targets, is_silver=True)


def _probabilities(sentences: Sequence[dict[str, Any]], columns: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[s[c] for c in columns] for s in sentences], np.float32).reshape(len(sentences), len(columns))
