"""What the fuzzer starts from: our own op-eds in the shapes that users have them in."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from functools import cache
from pathlib import Path

from pipeline.core import codebook as codebooks
from pipeline.core import config_files
from pipeline.core.config import Config
from pipeline.core.places import shipped
from pipeline.corpus import exchange, labelled_set
from pipeline.corpus.exchange import items as exchanged

ROOT = Path(__file__).resolve().parents[2]
MAX_CHARS = 2_500  # of a text: long enough for every rule, short enough for many inputs a second
N_TEXTS = 6
N_ITEMS = 4


@cache
def texts() -> tuple[str, ...]:
    """Op-eds, plain, hard-wrapped like a speech in the record, tight, in Markdown, and with Windows line ends."""
    paths = [*sorted((ROOT / "seeds").glob("*.txt")), *sorted(shipped("data/opeds/articles").glob("*.txt"))[:N_TEXTS]]
    plain = [path.read_text(encoding="utf-8")[:MAX_CHARS] for path in paths]
    wrapped = ["\n".join(textwrap.fill(p, 72, initial_indent="  ") for p in text.split("\n\n")) for text in plain[:3]]
    tight = [text.replace("\n\n", "\n") for text in plain[2:4]]
    marked = [f"# {text.replace(chr(10) * 2, chr(10) * 2 + '> ', 2)}\n\n* one\n* **two**\n" for text in plain[:2]]
    speech = (
        "Q. Did Moscow sign?\n\nA. It did, and then it did not. ``Ask them,'' he said. ''Why us?''\n\nMr. KANE. No.\n"
    )
    return (*plain, *wrapped, *tight, *marked, speech, plain[0].replace("\n", "\r\n"), plain[1].replace("\n", "\r"))


@cache
def documents() -> tuple[tuple[str, bytes], ...]:
    """(suffix, content) of files that the readers take."""
    pages = [*sorted((ROOT / "seeds").glob("*.html")), *sorted(shipped("data/opeds/pages").glob("*.html"))[:2]]
    html = [path.read_bytes()[: 3 * MAX_CHARS] for path in pages]  # cut: broken HTML
    small = b"<html><body><article><h1>Keep the port shut</h1><p class=byline>By Ann Oakes<p>Moscow lied about the "
    small += b"cable, and it will lie about the next one too.</p><p>Who still believes the admirals now?</article>"
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "cp1251", "koi8-r", "shift_jis")
    encoded = [text.encode(encoding, "replace") for encoding, text in zip(encodings, texts() * 2, strict=False)]
    return (
        *((".txt", content) for content in encoded),
        *((".md", text.encode()) for text in texts()[-5:]),
        *((".html", content) for content in (*html, small, small.decode().encode("utf-16"))),
        *((".jsonl", content) for content in _tables()[:2]),
        *((".csv", content) for content in _tables()[2:4]),
        (".parquet", _tables()[4]),
        ("-", texts()[0].encode()),
        ("-", small),
        ("-", _tables()[0]),
    )


@cache
def _tables() -> tuple[bytes, ...]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {"id": f"row {i}", "text": text[:600], "author": "Ann", "date": "2026-01-02", "note": str(i)}
        for i, text in enumerate(texts()[:3])
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    nested = (
        json.dumps({"id": 1, "text": texts()[0][:400], "tags": [1, {"a": None}], "byline": ["x"]}).encode() + b"\r\n"
    )
    sheet, other = io.StringIO(), io.StringIO()
    for file, dialect in ((sheet, {"delimiter": ","}), (other, {"delimiter": ";"})):
        writer = csv.DictWriter(file, list(rows[0]), **dialect)
        writer.writeheader()
        writer.writerows(rows)
    parquet = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), parquet)
    return lines, nested, sheet.getvalue().encode(), other.getvalue().encode("cp1252", "replace"), parquet.getvalue()


@cache
def configurations() -> tuple[bytes, ...]:
    files = [path.read_bytes() for path in sorted(shipped("configs").glob("*.yaml"))]
    odd = b"seed: 3\nextends: label\nlabel: &l {model: default, abstain: 0.5}\nprofile: {voices: [author, quoted]}\n"
    return (*files, config_files.as_yaml(Config()).encode(), odd)


@cache
def codebook_files() -> tuple[bytes, ...]:
    small = b"""format: 1
name: small
version: '1.0'
title: Small
target: Russia
roles: {values: [{value: body, definition: text}]}
voices: {values: [{value: author, definition: the writer}]}
tasks:
- {name: tone, kind: single, labels: [{value: warm, definition: w}, {value: cold, definition: c}],
   poles: {positive: warm, negative: cold}}
- {name: marks, kind: multi, labels: [{value: a, definition: b}]}
"""
    return (small, codebooks.load().source)


@cache
def exports(format: str) -> bytes:
    """Sentences of the shipped set, labelled by two coders, as an annotation tool gives them back."""
    from tempfile import TemporaryDirectory

    book = codebooks.load()
    items = exchanged.items_of(labelled_set.load("opeds", book))[:N_ITEMS]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        exchange.write_items([*items[:2], *items], path, book, format=format)
        content = path.read_bytes()
    if format != "label-studio":
        return content
    tasks = json.loads(content)
    for task in tasks:
        task["annotations"] = [
            {"completed_by": n, "was_cancelled": False, "result": task["predictions"][0]["result"]} for n in (1, 2)
        ]
    return json.dumps(tasks, indent=1).encode()


@cache
def label_lines() -> bytes:
    """The first lines of a set's `labels.jsonl`."""
    content = (shipped("data/opeds") / "labels.jsonl").read_bytes()
    return b"".join(content.splitlines(keepends=True)[:8])
