"""HYPO and HYPO-L: sentences that are hyperbolic or literal, as a table."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Literal

from pipeline.core.config import Section
from pipeline.core.errors import InvalidInputError, short
from pipeline.core.fingerprints import sha256_text
from pipeline.corpus.files import read_text
from pipeline.training.public.article import PublicArticle, files, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    Judged = tuple[str, str]  # sentence, label

HYPERBOLE, LITERAL = "hyperbole", "literal"
KINDS = {"hypo": HYPERBOLE, "paraphrase": LITERAL, "minimal": LITERAL}  # HYPO's columns, by how their names begin
SENTENCE, GIVEN = ("sentence", "text"), ("hyperbole", "label")  # HYPO-L's columns, by release
LABELS = {"1": HYPERBOLE, "0": LITERAL}
DELIMITERS = ",;\t"
PER_ARTICLE = 100  # sentences


class HypoReader:
    """A table or a folder of them. HYPO has a column for hyperboles and two for literal sentences; HYPO-L has one for
    the sentence and one that says 1 or 0.

    Its sentences stand alone and are gathered into articles, or each would be a window, and a step of the optimiser, of
    its own. So a sentence is read with its window's other ones, which tell nothing of it: noise, as random neighbours
    are. Random they are made, by their hashes: as the table has them, a hyperbole stands beside its own paraphrase, and
    its place in the row would give the label away.
    """

    class Options(Section):
        pass

    def __init__(self, labels: Collection[str]) -> None:
        self.labels = labels

    def articles(self, path: Path) -> Iterator[PublicArticle]:
        for file in files(path, ".csv", ".tsv"):
            alone = sorted(_judged(file), key=lambda judged: sha256_text(judged[0]))
            for n, start in enumerate(range(0, len(alone), PER_ARTICLE), 1):
                gathered = alone[start : start + PER_ARTICLE]
                yield joined(f"{file.stem}-{n}", ((sentence, frozenset({label})) for sentence, label in gathered))


def _judged(file: Path) -> Iterator[Judged]:
    text = read_text(file)
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL  # tabs part raw text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        place = _columns(header, where=f"{file}:1")
        for row in filter(any, reader):
            where = f"{file}:{reader.line_num}"
            if len(row) > len(header):
                raise InvalidInputError(f"expected {len(header)} cells, found {len(row)}", where=where)
            cells = dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=True))
            yield from _said(cells, place, where=where)
    except csv.Error as error:
        raise InvalidInputError(f"not CSV: {error}", where=f"{file}:{reader.line_num}") from error


def _columns(header: Sequence[str], *, where: str) -> tuple[str, str] | None:
    """Where sentence and label stand, None where each column is of one label. Raises: InvalidInputError."""
    given = next((name for name in GIVEN if name in header), None)
    others = [name for name in header if name != given]
    sentence = next((name for name in others if name in SENTENCE), others[0] if len(others) == 1 else None)
    if given is not None and sentence is not None:
        return sentence, given
    if any(map(_label_of, header)):
        return None
    raise InvalidInputError(
        "expected the columns HYPO, PARAPHRASES, MINIMAL UNITS CORPUS, or Sentence and Hyperbole, found "
        f"{short(', '.join(header)) or 'none'}",
        where=where,
        remedy="give the set's table as it was published",
    )


def _said(cells: Mapping[str, str], place: tuple[str, str] | None, *, where: str) -> list[Judged]:
    if place is None:
        return [(cell, label) for name, cell in cells.items() if (label := _label_of(name))]
    sentence, given = place
    said = cells[given].strip()
    if said not in LABELS:
        raise InvalidInputError(f"expected 1 or 0 under {given!r}, found {short(said)!r}", where=where)
    return [(cells[sentence], LABELS[said])]


def _label_of(column: str) -> str | None:
    return next((label for start, label in KINDS.items() if column.startswith(start)), None)
