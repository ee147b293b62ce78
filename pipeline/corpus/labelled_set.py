"""A hand-labelled set in memory, and its reading from a folder.

A set is a folder: `articles/<article>.txt`, `labels.jsonl` (a line per sentence: article, n, start, end, role,
sentence_ok, and for body sentences voice, speaker and each task's value), and optionally `card.yaml`,
`splits.json` and `coders.jsonl`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError, unknown_name
from pipeline.core.fingerprints import sha256_json
from pipeline.core.places import NAME, is_file, shipped
from pipeline.corpus.files import not_utf8, parse_json, read_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.core.codebook import Codebook

BODY = "body"


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence with its adjudicated labels; `values` is empty where the role is not body.

    `values[task]` is a tuple of labels: one for a single or ordinal task, any number for a multi-label task.
    """

    n: int
    start: int
    end: int
    role: str
    is_well_cut: bool  # False where the reference split itself is doubtful
    voice: str | None
    speaker: str | None
    values: Mapping[str, tuple[str, ...]]

    @property
    def is_body(self) -> bool:
        return self.role == BODY


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    article: str
    text: str
    sentences: tuple[LabelledSentence, ...]

    def sentence_text(self, sentence: LabelledSentence) -> str:
        return self.text[sentence.start : sentence.end]


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """`sha256` is the set's version: texts, labels, splits and codebook."""

    name: str
    articles: tuple[LabelledArticle, ...]
    splits: Mapping[str, str]  # article -> train, dev or test; empty where the set has none
    sha256: str

    @property
    def n_body(self) -> int:
        return sum(sentence.is_body for article in self.articles for sentence in article.sentences)


def find(reference: str) -> Path:
    """The folder of a shipped set (`opeds`) or of a path. Raises: InvalidInputError."""
    path = Path(reference)
    if is_file(path / "labels.jsonl"):
        return path if path.name else path.resolve()  # "." has no name of its own, and a set needs one
    data = shipped("data")
    if NAME.fullmatch(reference) and is_file(data / reference / "labels.jsonl"):
        return data / reference
    known = (p.parent.name for p in data.glob("*/labels.jsonl"))
    raise InvalidInputError(
        unknown_name("labelled set", reference, known),
        remedy="name a shipped set, or a folder that holds labels.jsonl and articles/",
    )


def load(reference: str, codebook: Codebook) -> LabelledSet:
    """Reads and checks a set. Raises: InvalidInputError with file and line of the first bad row."""
    folder = find(reference)
    rows: dict[str, list[LabelledSentence]] = {}
    for line, row in read_rows(folder / "labels.jsonl"):
        where = f"{folder / 'labels.jsonl'}:{line}"
        rows.setdefault(str(row.get("article", "")), []).append(sentence_from_row(row, codebook, where))
    articles = tuple(
        _article(folder, name, tuple(sorted(sentences, key=lambda s: s.n))) for name, sentences in rows.items()
    )
    splits = read_splits(folder / "splits.json")
    return LabelledSet(folder.name, articles, splits, _version(articles, splits, codebook))


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and rows of a JSON Lines file. Raises: InvalidInputError with file and line."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    with file:
        for line, content in enumerate(file, 1):
            where = f"{path}:{line}"
            try:
                text = content.decode("utf-8-sig" if line == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise not_utf8(error, where=where) from error
            if not text.strip():
                continue
            row = parse_json(text, where=where)
            if not isinstance(row, dict):
                raise InvalidInputError(f"expected an object, found {type(row).__name__}", where=where)
            yield line, row


def sentence_from_row(row: dict[str, Any], codebook: Codebook, where: str) -> LabelledSentence:
    """Raises: InvalidInputError that starts with `where`."""
    missing = [key for key in ("article", "n", "start", "end", "role") if row.get(key) is None]
    if missing:
        raise InvalidInputError(f"no value for {', '.join(missing)}", where=where)
    if row["role"] not in codebook.roles:
        raise InvalidInputError(unknown_name("role", str(row["role"]), codebook.roles), where=where)
    is_body = row["role"] == BODY
    if is_body and row.get("voice") not in codebook.voices:
        raise InvalidInputError(unknown_name("voice", str(row.get("voice")), codebook.voices), where=where)
    n, start, end = _place(row, where)
    return LabelledSentence(
        n=n,
        start=start,
        end=end,
        role=row["role"],
        is_well_cut=row.get("sentence_ok") is not False,
        voice=row.get("voice") if is_body else None,
        speaker=str(row.get("speaker") or "") if is_body else None,
        values=_values(row, codebook, where) if is_body else {},
    )


def _place(row: dict[str, Any], where: str) -> tuple[int, int, int]:
    try:
        return (whole_number(row["n"], "n"), whole_number(row["start"], "start"), whole_number(row["end"], "end"))
    except InvalidInputError as error:
        raise InvalidInputError(error.problem, where=where) from error


def _values(row: dict[str, Any], codebook: Codebook, where: str) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for task in codebook.tasks:
        found = row.get(task.name)
        given = found if task.kind == "multi" else [found]
        if not isinstance(given, list):
            raise InvalidInputError(f"{task.name}: expected a list of labels, found {found!r}", where=where)
        for label in given:
            if label not in task.values:
                raise InvalidInputError(unknown_name(f"{task.name} label", str(label), task.values), where=where)
        values[task.name] = tuple(given)
    return values


def _article(folder: Path, name: str, sentences: tuple[LabelledSentence, ...]) -> LabelledArticle:
    path = folder / "articles" / f"{name}.txt"
    if Path(name).name != name or not path.is_file():
        raise InvalidInputError(
            "labels speak of an article whose text is missing", where=str(path), remedy=_remedy(folder)
        )
    try:
        text = path.read_bytes().decode("utf-8")  # bytes: newline translation would move the offsets
    except UnicodeDecodeError as error:
        raise not_utf8(error, where=str(path)) from error
    for sentence in sentences:
        if not 0 <= sentence.start < sentence.end <= len(text):
            raise InvalidInputError(
                f"sentence {sentence.n} spans {sentence.start} to {sentence.end} of {len(text)} characters",
                where=str(path),
            )
    return LabelledArticle(name, text, sentences)


def _remedy(folder: Path) -> str | None:
    """Sets that may not ship their texts have a list of sources instead."""
    if not (folder / "sources.jsonl").is_file():
        return None
    return f"this set comes without texts: `stance data attach {folder.name} --texts DIR` joins them on your machine"


def read_splits(path: Path) -> dict[str, str]:
    """article -> split from the form of `splits.json`; empty where there is no file."""
    if not path.is_file():
        return {}
    splits = parse_json(read_text(path), where=str(path))
    if not isinstance(splits, dict) or not all(isinstance(articles, list) for articles in splits.values()):
        raise InvalidInputError("expected lists of articles by split", where=str(path))
    return {str(article): split for split, articles in splits.items() for article in articles}


def _version(articles: tuple[LabelledArticle, ...], splits: Mapping[str, str], codebook: Codebook) -> str:
    rows = [[a.article, a.text, [_identity(s) for s in a.sentences]] for a in articles]
    return sha256_json([rows, dict(splits), codebook.sha256])


def _identity(s: LabelledSentence) -> list[Any]:
    return [s.n, s.start, s.end, s.role, s.is_well_cut, s.voice, dict(s.values)]
