"""Sets whose texts may not be shipped: labels by offset and hash, joined with the texts on a user's machine.

`python -m pipeline.corpus.real FROM TO` makes the shipped form of a labelled folder: `sources.jsonl` and
`labels.jsonl` without a word of the texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core import codebook as codebooks
from pipeline.core.errors import ExitCode, InvalidInputError, Refusal, StanceError
from pipeline.core.fingerprints import sha256_rows, sha256_text
from pipeline.corpus import card
from pipeline.corpus.files import write_jsonl
from pipeline.corpus.labelled_set import LabelledSentence, find, load, read_rows, sentence_from_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.core.codebook import Codebook

HASH_HEX = 16  # 64 bits: enough to tell a sentence from its altered form, at a quarter of the size
SOURCES = "sources.jsonl"
CORRECTIONS = "corrections.jsonl"  # in the shipped folder, written after an audit
MAX_TEXT_BYTES = 5_000_000
SOURCE_KEYS = ("article", "collection", "reference", "licence", "labelled_until", "coder")
LINE_FILES = ("*.jsonl", "*.jsonl.gz")  # with a column `text`
PRIVATE_KEYS = frozenset({"text", "speaker", "coders", "why"})  # a speaker's name is a piece of the text


@dataclass(frozen=True, slots=True)
class Attached:
    """What was joined into `folder`; `missing` are articles for which no text was found."""

    folder: Path
    n_articles: int
    n_sentences: int
    missing: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def ship(origin: Path, target: Path, codebook: Codebook) -> int:
    """Writes the form without texts; the number of articles."""
    texts = {path.stem: _text(path) for path in sorted((origin / "articles").glob("*.txt"))}
    sources = [row for _, row in read_rows(origin / SOURCES)]
    target.mkdir(parents=True, exist_ok=True)
    rows = _corrected([row for _, row in read_rows(origin / "labels.jsonl")], target / CORRECTIONS)
    listed = [
        {key: source.get(key) for key in SOURCE_KEYS} | {"sha256": sha256_text(texts[source["article"]])}
        for source in sources
    ]
    hashed = [_without_text(row, texts[row["article"]]) for row in rows]
    write_jsonl(target / SOURCES, listed)
    write_jsonl(target / "labels.jsonl", hashed)
    _write_card(target, rows, sha256_rows([*listed, *hashed]), codebook)
    return len(listed)


def _corrected(rows: list[dict[str, Any]], path: Path) -> list[dict[str, Any]]:
    """What an audit has settled: a line per sentence with article, n and the columns that change."""
    changes = {(row["article"], row["n"]): row for _, row in read_rows(path)} if path.is_file() else {}
    if unknown := changes.keys() - {(row["article"], row["n"]) for row in rows}:
        article, n = min(unknown)
        raise InvalidInputError(
            f"a correction speaks of sentence {n} of {article!r}, which has no label", where=str(path)
        )
    return [row | changes.get((row["article"], row["n"]), {}) for row in rows]


def _without_text(row: dict[str, Any], text: str) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in PRIVATE_KEYS}
    return kept | {"sha256": sentence_hash(text[row["start"] : row["end"]])}


def sentence_hash(sentence: str) -> str:
    return sha256_text(sentence)[:HASH_HEX]


def _write_card(target: Path, rows: Sequence[dict[str, Any]], version: str, codebook: Codebook) -> None:
    by_article: dict[str, list[LabelledSentence]] = {}
    for line, row in enumerate(rows, 1):
        sentence = sentence_from_row(row, codebook, f"{target / 'labels.jsonl'}:{line}")
        by_article.setdefault(row["article"], []).append(sentence)
    counts = card.counts(by_article.values(), codebook).model_dump()
    card.write(target, card.renewed(target, codebook, counts=counts, sha256=version))


def version(folder: Path) -> str:
    """The SHA-256 of a set in the form without texts."""
    sources = [row for _, row in read_rows(folder / SOURCES)]
    return sha256_rows([*sources, *(row for _, row in read_rows(folder / "labels.jsonl"))])


def attach(name: str, texts_dir: Path, out: Path, codebook: Codebook) -> Attached:
    """Joins labels and texts; a text is recognised by its SHA-256, whatever its file is called.

    Raises: InvalidInputError where no text of the set is found.
    """
    folder = find(name)
    if not (folder / SOURCES).is_file():
        raise InvalidInputError("this set has no list of sources: its texts are with it", where=str(folder))
    texts, missing, refusals = matched_texts(folder, texts_dir)
    n_sentences = _write_joined(folder, texts, out, refusals)
    _write_joined_card(folder, out, codebook)
    return Attached(out, len(texts), n_sentences, tuple(missing), tuple(refusals))


def matched_texts(folder: Path, texts_dir: Path) -> tuple[dict[str, str], list[str], list[Refusal]]:
    """The texts of `folder`'s sources by article, the articles that have none, and the texts that were altered.

    Raises: InvalidInputError where no text of the set is found.
    """
    if not texts_dir.is_dir():
        raise InvalidInputError("no such folder of texts", where=str(texts_dir))
    by_hash, by_name = _index(texts_dir)
    texts, missing, refusals = {}, [], []
    for line, source in read_rows(folder / SOURCES):
        article, sha256 = source.get("article"), source.get("sha256")
        if not isinstance(article, str) or not isinstance(sha256, str) or Path(article).name != article:
            raise InvalidInputError(
                "expected an article's name without folders, and a SHA-256", where=f"{folder / SOURCES}:{line}"
            )
        if sha256 in by_hash:
            texts[article] = by_hash[sha256]
        elif article in by_name:
            refusals.append(_altered(by_name[article], sha256))
        else:
            missing.append(article)
    if not texts:
        raise InvalidInputError(
            f"none of the set's {len(missing) + len(refusals)} texts is there",
            where=str(texts_dir),
            remedy=f"get the texts named in {folder / SOURCES}, unchanged: a .txt file each, or a .jsonl (.gz) "
            "with a column text",
        )
    return texts, missing, refusals


def _index(texts_dir: Path) -> tuple[dict[str, str], dict[str, Path]]:
    by_hash, by_name = {}, {}
    for path in sorted(texts_dir.rglob("*.txt")):
        if path.stat().st_size > MAX_TEXT_BYTES:
            continue
        by_name[path.stem] = path
        try:
            text = _text(path)
        except UnicodeDecodeError:
            continue
        by_hash[sha256_text(text)] = text
    for path in sorted(p for pattern in LINE_FILES for p in texts_dir.rglob(pattern)):
        by_hash |= {sha256_text(text): text for text in _texts_of_lines(path)}
    return by_hash, by_name


def _texts_of_lines(path: Path) -> Iterator[str]:
    """The texts of a JSON Lines file with a column `text`. Raises: InvalidInputError with the line that is none."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        for number, line in enumerate(_lines(file, path), 1):
            try:
                text = json.loads(line).get("text") if line.strip() else None
            except (ValueError, AttributeError) as error:
                raise InvalidInputError("a line that is no JSON object", where=f"{path}:{number}") from error
            if isinstance(text, str):
                yield text


def _lines(file: Iterable[bytes], path: Path) -> Iterator[bytes]:
    try:
        yield from file
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInputError(f"cannot be read: {error}", where=str(path), remedy="get the file again") from error


def _altered(path: Path, expected: str) -> Refusal:
    return Refusal(
        str(path),
        "text altered",
        f"its SHA-256 is not {expected}",
        "take the text as the collection has it: bytes unchanged, no newline translation",
    )


def _write_joined(folder: Path, texts: dict[str, str], out: Path, refusals: list[Refusal]) -> int:
    rows = []
    for line, row in read_rows(folder / "labels.jsonl"):
        text = texts.get(row["article"])
        if text is None:
            continue
        sentence = text[row["start"] : row["end"]]
        if sentence_hash(sentence) != row["sha256"]:
            place = folder / "labels.jsonl"
            detail = f"sentence {row['n']} of {row['article']} is not the one that was labelled"
            refusals.append(Refusal(str(place), "hash differs", detail, "report it: the set is damaged", line))
            continue
        rows.append({**{key: value for key, value in row.items() if key != "sha256"}, "text": sentence})
    (out / "articles").mkdir(parents=True, exist_ok=True)
    for article, text in texts.items():
        (out / "articles" / f"{article}.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    write_jsonl(out / "labels.jsonl", rows)
    return len(rows)


def _write_joined_card(folder: Path, out: Path, codebook: Codebook) -> None:
    """The joined set has a version of its own: that of its texts and labels."""
    joined = load(str(out), codebook)
    counts = card.counts((article.sentences for article in joined.articles), codebook)
    shipped = card.read(folder) or card.renewed(folder, codebook)
    card.write(out, shipped.model_copy(update={"counts": counts, "sha256": joined.sha256}))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.corpus.real", description=__doc__)
    parser.add_argument("origin", type=Path, help="a labelled folder with articles/, labels.jsonl, sources.jsonl")
    parser.add_argument("target", type=Path, help="the shipped form, such as data/real-opeds")
    options = parser.parse_args(arguments)
    try:
        n = ship(options.origin, options.target, codebooks.load())
    except StanceError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{n} articles in {options.target}, without their texts\n")
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main())
