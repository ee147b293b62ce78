"""Results of earlier runs as input: their sentence tables are compared as they stand, or labelled anew.

Figures of two model versions differ by what the versions differ in, not by the texts alone. So results are compared
only where one version made them all; else they are refused, or their sentences are labelled again by one version.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core import schemas
from pipeline.core.errors import InvalidInputError
from pipeline.jobs import naming
from pipeline.jobs.gold import article_rows
from pipeline.jobs.stored_rows import PLACE, stored_rows
from pipeline.labeling.rows import sentence_rows
from pipeline.labeling.stage import LabelStage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.jobs.opening import OpenModel

SUFFIXES = (".jsonl", ".parquet", ".csv")
SHORT_SHA = 12
ALIKE = {"config_sha256": "settings", "package_version": "versions of stance-pipeline"}  # in whatever is compared
NEEDED = ("article", *PLACE, "text", "role", "text_sha256", "model", "model_version", "model_sha256")
METADATA = ("title", "author", "outlet", "date")
Row = dict[str, Any]


def result_files(paths: Sequence[str]) -> tuple[Path, ...]:
    """The sentence tables among the paths: files, or in folders that `stance label --out` wrote; none for texts.

    Raises: InvalidInputError where texts and results are mixed.
    """
    found = {path: _result_files(Path(path)) for path in paths}
    files = tuple(dict.fromkeys(file for own in found.values() for file in own))
    texts = [path for path, own in found.items() if not own]
    if files and texts:
        raise InvalidInputError(
            f"results of an earlier run and texts cannot be compared at once: {files[0]} has results, {texts[0]} none",
            remedy="label the texts with --out first, or name the texts of both",
        )
    return files


def _result_files(path: Path) -> list[Path]:
    """One file, or all shards of a run. Raises: InvalidInputError where a folder has tables of two formats."""
    if not path.is_dir():
        return [path] if path.suffix in SUFFIXES and path.is_file() and _has_marks(path) else []
    tables = [naming.results(path, suffix[1:], (naming.SENTENCES,)) for suffix in SUFFIXES]
    found = [files for files in tables if any(map(_has_marks, files))]  # a shard may have no row
    if len(found) > 1:  # a run replaces the tables of its own format alone, so one of them may be out of date
        raise InvalidInputError(
            f"this folder has results in two formats, {found[0][0].name} and {found[1][0].name}",
            where=str(path),
            remedy="name the files that you mean, or remove those of the earlier run",
        )
    return found[0] if found else []


def _has_marks(file: Path) -> bool:
    """By the first row alone."""
    if file.suffix == ".parquet":
        import pyarrow.parquet as pq

        try:
            return set(pq.read_schema(file).names) >= schemas.RESULT_MARKS
        except (pa.ArrowException, OSError):
            return False
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline(1_000_000)
        names = json.loads(first) if file.suffix == ".jsonl" else next(csv.reader([first]), [])
    except (OSError, ValueError, csv.Error):
        return False
    return isinstance(names, dict | list) and set(names) >= schemas.RESULT_MARKS


def stored(files: Sequence[Path], opened: OpenModel, config: Config, *, is_rescored: bool) -> pa.Table:
    """One sentence table of all files. An article that several files hold alike is taken once.

    Raises: InvalidInputError where another version than the opened model's made them, or different settings did,
    unless they are rescored.
    """
    book = opened.model.codebook
    rows = [(file, row) for file in files for row in _rows(file, book)]
    if not is_rescored:
        _check_versions(rows, opened)
    kept = _once(rows)
    if is_rescored:
        return rescored([row for _, row in kept], opened, config)
    try:
        return pa.Table.from_pylist([row for _, row in kept], schema=schemas.sentence_table(book))
    except (pa.ArrowException, TypeError) as error:
        raise InvalidInputError(f"the results cannot be read: {error}", where=str(files[0])) from error


def _rows(file: Path, codebook: Codebook) -> Iterator[Row]:
    """Raises: InvalidInputError with file and row where it is not as `stance label` writes it."""
    number = 0
    try:
        for number, row in enumerate(stored_rows(file, codebook), 1):  # noqa: B007 - for what a broken row raises
            if lacking := next((name for name in NEEDED if row.get(name) is None), None):
                raise ValueError(f"no value for {lacking}")
            if wrong := next((name for name in PLACE if not isinstance(row[name], int)), None):
                raise ValueError(f"{wrong}: expected a number, found {str(row[wrong])[:60]!r}")
            yield row
    except (ValueError, TypeError, AttributeError, OSError, csv.Error, pa.ArrowException) as error:
        raise InvalidInputError(
            f"row {number} or the one after it cannot be read: {error}",
            where=str(file),
            remedy="take the file as `stance label --out` wrote it",
        ) from error


def _once(rows: Sequence[tuple[Path, Row]]) -> list[tuple[Path, Row]]:
    """Each article from the first file that holds it. Raises: InvalidInputError for two texts of one name."""
    first: dict[str, tuple[Path, str]] = {}
    kept = []
    for file, row in rows:
        article, text_sha256 = row["article"], row["text_sha256"]
        at, sha256 = first.setdefault(article, (file, text_sha256))
        if sha256 != text_sha256:
            raise InvalidInputError(
                f"article {article!r} is one text in {at} and another in {file}",
                remedy="give every article an id of its own",
            )
        if at == file:
            kept.append((file, row))
    return kept


def _check_versions(rows: Sequence[tuple[Path, Row]], opened: OpenModel) -> None:
    made_by: dict[str, tuple[Path, Row]] = {}
    for file, row in rows:
        made_by.setdefault(row["model_sha256"], (file, row))
    told = "; ".join(f"{file} by {_version(row)}" for file, row in made_by.values())
    if len(made_by) > 1:
        raise InvalidInputError(
            f"these results come from {len(made_by)} model versions, whose difference would be taken for the texts': "
            f"{told}",
            remedy="let one version label them all with --rescore, or see what the change of version alone does with "
            "`stance models drift`",
        )
    now = opened.identity
    if made_by and now.model_sha256 not in made_by:
        raise InvalidInputError(
            f"these results are not of {now.model} {now.model_version} ({now.model_sha256[:SHORT_SHA]}), whose record "
            f"of errors would be used: {told}",
            remedy="name the model that made them with --model, or label them anew with --rescore",
        )
    for column, kind in ALIKE.items():
        _check_alike(rows, column, kind)


def _check_alike(rows: Sequence[tuple[Path, Row]], column: str, kind: str) -> None:
    made_under: dict[str, Path] = {}
    for file, row in rows:
        made_under.setdefault(str(row.get(column)), file)
    if len(made_under) > 1:
        told = "; ".join(f"{file} has {column} {value[:SHORT_SHA]}" for value, file in made_under.items())
        raise InvalidInputError(
            f"these results were made under {len(made_under)} {kind}, whose difference would be taken for the texts': "
            f"{told}",
            remedy="let one version label them all with --rescore, which keeps their sentences and speakers, or label "
            "the texts again under the same",
        )


def _version(row: Row) -> str:
    return f"{row['model']} {row['model_version']} ({str(row['model_sha256'])[:SHORT_SHA]})"


def rescored(rows: Sequence[Row], opened: OpenModel, config: Config) -> pa.Table:
    """The stored sentences, cut and attributed as they are, labelled by the opened model."""
    by_article: dict[str, list[Row]] = {}
    for row in rows:
        by_article.setdefault(row["article"], []).append(row)
    stage, articles = LabelStage(opened.model, abstain=config.label.abstain), list(by_article.values())
    size, tables = config.label.batch_articles, []
    for start in range(0, len(articles), size):
        batch = pa.Table.from_pylist(list(map(_article, articles[start : start + size])), schema=schemas.ATTRIBUTED)
        tables.append(sentence_rows(stage(batch), opened.model.codebook, opened.identity))
    return pa.concat_tables(tables)


def _article(rows: Sequence[Row]) -> Row:
    """A row of `schemas.ATTRIBUTED`: the sentences at their offsets, blanks between them."""
    rows = sorted(rows, key=lambda row: row["n"])
    letters = [" "] * max(row["end"] for row in rows)
    for row in rows:
        letters[row["start"] : row["end"]] = row["text"]
    (article,) = article_rows([rows[0]["article"]], ["".join(letters)], source=rows[0]["source"] or "")
    return {
        **article,
        "text_sha256": rows[0]["text_sha256"],  # of the whole text, which the stored sentences leave gaps in
        **{name: rows[0].get(name) for name in METADATA},
        "paragraphs": [],
        "sentences": [{name: row[name] for name in ("n", "start", "end", "role", "rule")} for row in rows],
        "voices": [_voice(row) for row in rows],
    }


def _voice(row: Row) -> Row:
    return {"voice": row["voice"], "speaker": None if row["voice"] is None else row["speaker"] or ""}
