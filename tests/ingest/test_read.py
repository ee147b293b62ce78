"""Reading yields articles or refusals, lazily; nothing vanishes and nothing stops the rest."""

from __future__ import annotations

import io
import json
import tracemalloc
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.config import Read
from pipeline.core.errors import Refusal
from pipeline.core.schemas import ARTICLE
from pipeline.ingest.read import Article, read_articles, tables

BODY = "The harbour froze early this year, and with it went the last of the grain. Nobody in the town was surprised."


def read(
    *paths: Path | str, limits: Read | None = None, stdin: bytes | None = None
) -> tuple[list[Article], list[Refusal]]:
    stream = io.BytesIO(stdin) if stdin is not None else None
    items = list(read_articles([str(path) for path in paths], limits or Read(), stdin=stream))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Refusal)]


def reasons(refusals: list[Refusal]) -> list[tuple[str, int | None]]:
    return [(refusal.reason, refusal.line) for refusal in refusals]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_text_file_is_an_article_named_by_its_stem(tmp_path: Path) -> None:
    (article,), refusals = read(write(tmp_path / "grain.txt", BODY + "\r\n"))
    assert (article.article, article.text, article.format, article.line) == ("grain", BODY + "\r\n", "txt", None)
    assert refusals == []


def test_folders_are_read_recursively_and_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/c.txt", ".hidden.txt", ".git/d.txt"):
        write(tmp_path / name, BODY)
    articles, refusals = read(tmp_path)
    assert [a.article for a in articles] == ["a", "b", "c"]
    assert refusals == []


def test_globs_match_and_an_empty_match_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "one.txt", BODY)
    write(tmp_path / "two.txt", BODY)
    articles, refusals = read(str(tmp_path / "*.txt"), str(tmp_path / "*.html"))
    assert [a.article for a in articles] == ["one", "two"]
    assert reasons(refusals) == [("missing", None)]


def test_each_bad_input_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = [
        tmp_path / "absent.txt",
        write(tmp_path / "scan.pdf", "%PDF-"),
        write(tmp_path / "empty.txt", ""),
        write(tmp_path / "blank.txt", " \n\xa0\n"),
        write(tmp_path / "marks.txt", "...!?"),
        write(tmp_path / "image.txt", b"\x89PNG\r\n\x1a\n\x00"),
    ]
    articles, refusals = read(*bad, write(tmp_path / "good.txt", BODY))
    assert [a.article for a in articles] == ["good"]
    assert [r.reason for r in refusals] == ["missing", "format", "empty", "empty", "empty", "binary"]
    assert all(r.remedy and r.detail for r in refusals)


def test_a_second_article_of_the_same_id_is_refused_and_names_the_first(tmp_path: Path) -> None:
    first = write(tmp_path / "a/x.txt", BODY)
    _, (refusal,) = read(first, write(tmp_path / "b/x.txt", BODY))
    assert refusal.reason == "duplicate" and str(first) in refusal.detail


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    limits = Read(max_file_mb=0.01, max_article_mb=0.001, max_line_chars=600)
    paths = [
        write(tmp_path / "file.txt", "word " * 4_000),
        write(tmp_path / "article.txt", "word word\n" * 150),
        write(tmp_path / "line.txt", "word " * 150),
    ]
    _, refusals = read(*paths, limits=limits)
    assert [r.reason for r in refusals] == ["too-large", "too-large", "line-too-long"]


def test_jsonl_rows_carry_metadata_and_bad_rows_name_their_line(tmp_path: Path) -> None:
    rows = [
        json.dumps(
            {"id": "one", "text": BODY, "Byline": "Ada Moor", "source": "The Quay", "published": "2020-01-02", "n": 3}
        ),
        "",
        "{not json",
        "[1, 2]",
        json.dumps({"id": "two"}),
        json.dumps({"id": "three", "text": None}),
        json.dumps({"id": "four", "text": 5}),
        json.dumps({"id": "five", "text": "  "}),
        json.dumps({"text": BODY, "headline": "Ice"}),
        json.dumps({"text": "\ud800" + BODY}),
    ]
    (one, second), refusals = read(write(tmp_path / "rows.jsonl", "\n".join(rows) + "\n"))
    assert (one.article, one.line, one.author, one.outlet, one.date) == ("one", 1, "Ada Moor", "The Quay", "2020-01-02")
    assert one.metadata == (("n", "3"),)
    assert (second.article, second.line, second.title) == ("rows-9", 9, "Ice")
    assert reasons(refusals) == [
        ("malformed", 3), ("malformed", 4), ("no-text-column", 5), ("empty", 6), ("no-text", 7), ("empty", 8),
        ("encoding", 10),
    ]  # fmt: skip


def test_a_json_file_cut_inside_a_line_says_so(tmp_path: Path) -> None:
    row = json.dumps({"id": "one", "text": BODY})
    articles, refusals = read(write(tmp_path / "cut.jsonl", row + "\n" + row[:40]))
    assert len(articles) == 1 and reasons(refusals) == [("truncated", 2)]


def test_rows_in_windows_1252_are_read_as_such(tmp_path: Path) -> None:
    row = json.dumps({"id": "one", "text": "The café closed. " + BODY}, ensure_ascii=False).encode("cp1252")
    (article,), _ = read(write(tmp_path / "rows.jsonl", row + b"\n"))
    assert (article.text[:15], article.encoding) == ("The café closed", "cp1252")


def test_csv_keeps_line_breaks_in_cells_and_refuses_ragged_rows(tmp_path: Path) -> None:
    content = f'id;Text;Author\r\na;"{BODY}\r\n\r\nMore of it.";Ada\r\nb;only two\r\nc;"{BODY}";Bea\r\n'
    (a, c), refusals = read(write(tmp_path / "t.csv", content))
    assert a.text == BODY + "\r\n\r\nMore of it." and (a.line, a.author) == (2, "Ada")
    assert (c.article, c.line) == ("c", 6)
    assert reasons(refusals) == [("ragged", 5)]


def test_a_csv_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    _, refusals = read(write(tmp_path / "t.csv", f'id,text\na,"{BODY}\n'))
    assert reasons(refusals) == [("truncated", 2)]


def test_a_table_without_the_text_column_is_one_refusal(tmp_path: Path) -> None:
    _, refusals = read(write(tmp_path / "t.csv", "id,body\n" + f'a,"{BODY}"\n' * 3))
    (refusal,) = refusals
    assert refusal.reason == "no-text-column" and "id, body" in refusal.detail


def test_the_text_column_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", f'key,body\na,"{BODY}"\n')
    (article,), _ = read(path, limits=Read(text_column="body", id_column="key"))
    assert article.article == "a"


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    header = ",".join(["text", *(f"c{i}" for i in range(20))])
    wide = json.dumps({"text": BODY, **{f"c{i}": 1 for i in range(20)}})
    paths = write(tmp_path / "a.csv", header + "\n"), write(tmp_path / "b.jsonl", wide)
    _, refusals = read(*paths, limits=Read(max_columns=10))
    assert [r.reason for r in refusals] == ["too-many-columns"] * 2


def test_parquet_rows_are_articles(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": ["a", "b", None], "text": [BODY, None, BODY], "tags": [["x"], [], None]}), path)
    (a, third), refusals = read(path)
    assert (a.article, a.line, a.metadata, third.article) == ("a", None, (("tags", '["x"]'),), "t-3")
    assert reasons(refusals) == [("empty", 2)]


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    _, refusals = read(write(tmp_path / "t.parquet", b"PAR1 and nothing more"))
    assert reasons(refusals) == [("malformed", None)]


@pytest.mark.parametrize(
    ("stdin", "format", "name"),
    [
        (BODY.encode(), "txt", "stdin"),
        (f"<!DOCTYPE html><html><body><p>{BODY}</p></body></html>".encode(), "html", "stdin"),
        (json.dumps({"id": "j", "text": BODY}).encode(), "txt", "j"),
    ],
)
def test_standard_input_is_sniffed(stdin: bytes, format: str, name: str) -> None:
    (article,), _ = read("-", stdin=stdin)
    assert (article.source, article.format, article.article) == ("-", format, name)


def test_ids_that_cannot_name_a_file_are_made_safe_and_told(tmp_path: Path) -> None:
    rows = [json.dumps({"id": name, "text": BODY}) for name in ("../../etc/x", "https://a.b/c?d", "\x07", "v" * 300)]
    (first, second), refusals = read(write(tmp_path / "r.jsonl", "\n".join(rows)))
    assert (first.article, second.article) == ("_.._etc_x", "https_a.b_c_d")
    assert "is written as" in first.warnings[0]
    assert [r.reason for r in refusals] == ["bad-id", "bad-id"]


def test_another_language_is_warned_of_and_read_all_the_same(tmp_path: Path) -> None:
    german = (
        "Der Hafen ist in diesem Jahr früh zugefroren, und mit ihm verschwand das letzte Getreide aus der Stadt. " * 3
    )
    (article,), _ = read(write(tmp_path / "de.txt", german))
    assert article.warnings[0].startswith("language: de")
    assert read(write(tmp_path / "en.txt", BODY * 3))[0][0].warnings == ()


def test_a_line_of_many_megabytes_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        for _ in range(40):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + json.dumps({"id": "good", "text": BODY}).encode() + b"\n")
    tracemalloc.start()
    articles, refusals = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [a.article for a in articles] == ["good"]
    assert reasons(refusals) == [("line-too-long", 1)]
    assert peak < 8_000_000


def test_reading_is_lazy(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps({"text": BODY}) for _ in range(5))
    path = write(tmp_path / "r.jsonl", rows + "\n" + "{broken\n" * 1_000)
    assert len(list(islice(read_articles([str(path)], Read()), 5))) == 5


def test_tables_hold_every_article_and_every_refusal_once(tmp_path: Path) -> None:
    rows = [json.dumps({"id": f"r{i}", "text": BODY}) if i % 3 else "{" for i in range(10)]
    items = read_articles([str(write(tmp_path / "r.jsonl", "\n".join(rows)))], Read())
    batches = list(tables(items, batch=4))
    assert [table.num_rows for table, _ in batches] == [4, 2]
    assert all(table.schema.equals(ARTICLE) for table, _ in batches)
    assert sum(len(refusals) for _, refusals in batches) == 4


def test_a_table_of_any_size_is_read_row_by_row(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"id": f"r{n}", "text": BODY}) + "\n" for n in range(40))
    articles, refusals = read(write(tmp_path / "big.jsonl", rows), limits=Read(max_file_mb=0.001))
    assert (len(articles), refusals) == (40, [])
