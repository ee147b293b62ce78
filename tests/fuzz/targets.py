"""What is fuzzed: each target takes bytes and gives the kind of outcome; a broken promise raises.

A promise: an input is done or refused by a typed error, and offsets are true.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core import codebook as codebooks
from pipeline.core import config_files, schemas
from pipeline.core.config import Read
from pipeline.core.errors import InvalidInputError, Refusal, StanceError
from pipeline.corpus import exchange, intake, labelled_set
from pipeline.corpus.exchange import FORMATS
from pipeline.ingest.articles import Article, as_table
from pipeline.ingest.attribute import QuoteAttributor
from pipeline.ingest.clean import RulesCleaner
from pipeline.ingest.read import read_articles
from pipeline.ingest.segment import SentencexSegmenter, sentence_spans
from pipeline.jobs.gold import article_rows
from tests.fuzz import material

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

DONE = "done"
CLEAN, SEGMENT, ATTRIBUTE = (kind(kind.Options()) for kind in (RulesCleaner, SentencexSegmenter, QuoteAttributor))
SCRATCH = Path(tempfile.gettempdir())


@dataclass(frozen=True)
class Target:
    """`run` returns `done` or the kind of refusal."""

    name: str
    seeds: Callable[[], tuple[bytes, ...]]
    run: Callable[[bytes], str]


def read(content: bytes) -> str:
    """The first byte chooses the kind of file."""
    kinds = (".txt", ".md", ".html", ".jsonl", ".csv", ".parquet", "-")
    suffix, content = kinds[(content[0] if content else 0) % len(kinds)], content[1:]
    with tempfile.TemporaryDirectory(dir=_fast()) as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        if suffix == "-":
            with path.open("rb") as stream:
                return _items(["-"], stream)
        return _items([str(path)], None)


def _fast() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _items(paths: list[str], stdin: io.BufferedReader | None) -> str:
    found = list(read_articles(paths, Read(), stdin=stdin))
    assert found, "an input vanished"
    articles = [item for item in found if isinstance(item, Article)]
    for item in found:
        if isinstance(item, Refusal):
            assert item.reason and item.detail and item.remedy and str(item)
    for article in articles:
        assert article.text.strip() and Path(article.article).name == article.article
        article.text.encode()
        at = 0
        for block in article.blocks:
            assert at <= block.start < block.end <= len(article.text)
            assert 0 <= block.source_start < block.source_end
            at = block.end
    as_table(articles)
    return DONE if articles else f"refused: {found[0].reason}"


def read_seeds() -> tuple[bytes, ...]:
    kinds = (".txt", ".md", ".html", ".jsonl", ".csv", ".parquet", "-")
    return tuple(bytes([kinds.index(suffix)]) + content for suffix, content in material.documents())


def text_seeds() -> tuple[bytes, ...]:
    return tuple(text.encode() for text in material.texts())


def _table(content: bytes) -> pa.Table | None:
    text = content.decode("utf-8", "replace")
    return (
        pa.Table.from_pylist(article_rows(["a"], [text], source="m"), schema=schemas.ARTICLE) if text.strip() else None
    )


def clean(content: bytes) -> str:
    table = _table(content)
    if table is None:
        return "empty"
    row = CLEAN(table).to_pylist()[0]
    _ordered(row["text"], row["paragraphs"])
    for paragraph in row["paragraphs"]:
        assert paragraph["role"] in ("body", "headline", "furniture") and paragraph["rule"]
    return DONE


def segment(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    spans = sentence_spans(text)
    _ordered(text, [{"start": start, "end": end} for start, end in spans])
    for start, end in spans:
        assert text[start:end] == text[start:end].strip() != ""
    return DONE if spans else "empty"


def attribute(content: bytes) -> str:
    table = _table(content)
    if table is None:
        return "empty"
    row = ATTRIBUTE(SEGMENT(CLEAN(table))).to_pylist()[0]
    sentences, voices = row["sentences"], row["voices"]
    assert len(sentences) == len(voices) and [s["n"] for s in sentences] == list(range(len(sentences)))
    _ordered(row["text"], sentences)
    for sentence, voice in zip(sentences, voices, strict=True):
        if sentence["role"] != "body":
            assert voice == {"voice": None, "speaker": None}
        else:
            assert voice["voice"] in ("author", "quoted", "reported") and voice["speaker"] is not None
            assert voice["voice"] != "author" or voice["speaker"] == ""
    return DONE


def _ordered(text: str, spans: list[dict[str, Any]]) -> None:
    """In order, disjoint, inside the text, without outer space, and no character that is no space is left out."""
    at = 0
    for span in spans:
        assert at <= span["start"] < span["end"] <= len(text), f"span {span} after {at} of {len(text)}"
        assert not text[at : span["start"]].strip(), f"left out: {text[at : span['start']]!r}"
        at = span["end"]
    assert not text[at:].strip(), f"left out at the end: {text[at:]!r}"


def config(content: bytes) -> str:
    """As a file, and its first line as `--set`."""
    with tempfile.TemporaryDirectory(dir=_fast()) as folder:
        path = Path(folder) / "c.yaml"
        path.write_bytes(content)
        outcome = _typed(lambda: _round(config_files.load(str(path))))
    line = content.decode("utf-8", "replace").partition("\n")[0]
    _typed(lambda: config_files.load(None, [line, line.replace(": ", "=", 1)]))
    return outcome


def _round(loaded: Any) -> None:
    import yaml

    assert config_files.check(yaml.safe_load(config_files.as_yaml(loaded)), where="again") == loaded


def codebook(content: bytes) -> str:
    return _typed(lambda: codebooks.parse(content, where="codebook"))


def _typed(work: Callable[[], object]) -> str:
    try:
        work()
    except StanceError as error:
        assert len(str(error)) < 20_000, "a message without end"
        return f"refused: {type(error).__name__}"
    return DONE


LABELS = (*FORMATS, "set")


def labels(content: bytes) -> str:
    """The first byte chooses the tool; what is taken in is written as a set and read again."""
    format, content = LABELS[(content[0] if content else 0) % len(LABELS)], content[1:]
    book = codebooks.load()
    articles = material.shipped("data/opeds")
    with tempfile.TemporaryDirectory(dir=_fast()) as name:
        folder = Path(name)
        if format == "set":
            (folder / "labels.jsonl").write_bytes(content)
            (folder / "articles").symlink_to(articles / "articles")
            return _typed(lambda: _true(labelled_set.load(str(folder), book)))
        (folder / "export").write_bytes(content)
        try:
            found = exchange.read_items(folder / "export", book, format=format)
            for refusal in found.refusals:
                assert refusal.reason and refusal.detail and str(refusal)
            intake.take_in(found.items, articles, folder / "out", book)
            _true(labelled_set.load(str(folder / "out"), book))
        except InvalidInputError:
            return "refused: InvalidInputError"
        return DONE


def _true(labelled: labelled_set.LabelledSet) -> None:
    for article in labelled.articles:
        for sentence in article.sentences:
            assert article.sentence_text(sentence) and 0 <= sentence.start < sentence.end <= len(article.text)


def label_seeds() -> tuple[bytes, ...]:
    exported = [bytes([LABELS.index(format)]) + material.exports(format) for format in FORMATS]
    return (*exported, bytes([LABELS.index("set")]) + material.label_lines())


TARGETS = (
    Target("readers", read_seeds, read),
    Target("cleaner", text_seeds, clean),
    Target("segmenter", text_seeds, segment),
    Target("attribution", text_seeds, attribute),
    Target("config", material.configurations, config),
    Target("codebook", material.codebook_files, codebook),
    Target("labels", label_seeds, labels),
)


def by_name(name: str) -> Target:
    return next(target for target in TARGETS if target.name == name)


def frames(error: BaseException) -> Iterator[str]:
    """Where in our code an error rose, outermost first."""
    import traceback

    for frame in traceback.extract_tb(error.__traceback__):
        if "/pipeline/" in frame.filename or "/fuzz/targets" in frame.filename:
            yield f"{Path(frame.filename).name}:{frame.name}"
