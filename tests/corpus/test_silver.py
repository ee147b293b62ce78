"""Labels that a model gave, shipped without their texts and joined with them again."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.corpus import silver

from .conftest import write

TEXTS = {"a1": "Ice\nMoscow lied.\nIt may rain.\n", "a2": "Thaw\nEurope should listen.\n"}


@pytest.fixture
def shipped(tmp_path, codebook):
    columns = [f"p_{task}_{label}" for task, label in codebook.columns()]
    rows = []
    for article, text in TEXTS.items():
        at = 0
        for n, line in enumerate(text.split("\n")[:-1]):
            p = dict.fromkeys(columns, 0.1 * n if n else None)
            place = {
                "article": article,
                "n": n,
                "start": at,
                "end": at + len(line),
                "role": "body" if n else "headline",
            }
            rows.append({**place, "text": line, "text_sha256": sha256_text(text), **p})
            at += len(line) + 1
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "sentences.parquet")
    sources = [{"article": a, "collection": "c", "reference": f"r{a}", "private": "x"} for a in TEXTS]
    write(tmp_path / "sources.jsonl", "".join(json.dumps(row) + "\n" for row in sources))
    silver.ship(tmp_path / "sentences.parquet", tmp_path / "sources.jsonl", tmp_path / "shipped", codebook)
    return tmp_path / "shipped"


@pytest.fixture
def texts(tmp_path):
    write(tmp_path / "mine" / "all.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in TEXTS.values()))
    return tmp_path / "mine"


def test_no_word_of_the_texts_is_shipped(shipped):
    content = b"".join(path.read_bytes() for path in shipped.iterdir())
    assert not [w for w in ("Moscow", "Europe", "listen", "private") if w.encode() in content]
    assert "text" not in pq.read_schema(shipped / silver.LABELS).names


def test_what_is_attached_has_the_sentences_and_their_probabilities(shipped, texts, tmp_path, codebook):
    done = silver.attach(shipped, texts, tmp_path / "out", codebook)
    assert (done.n_articles, done.n_sentences, done.missing, done.refusals) == (2, 5, (), ())
    rows = pq.read_table(tmp_path / "out" / silver.SENTENCES).to_pylist()
    assert [row["text"] for row in rows] == ["Ice", "Moscow lied.", "It may rain.", "Thaw", "Europe should listen."]
    assert rows[0]["p_stance_hawkish"] is None
    assert rows[2]["p_stance_hawkish"] == pytest.approx(0.2, abs=0.5 / silver.STEPS)
    assert rows[2]["text_sha256"] == sha256_text(TEXTS["a1"])


def test_what_the_labelling_model_learned_from_travels_with_its_labels(tmp_path, texts, codebook, shipped):
    write(tmp_path / "trained_on.json", '["aa"]')
    silver.ship(tmp_path / "sentences.parquet", tmp_path / "sources.jsonl", tmp_path / "again", codebook)
    silver.attach(tmp_path / "again", texts, tmp_path / "out", codebook)
    assert (tmp_path / "out" / "trained_on.json").read_text() == '["aa"]'
    silver.attach(shipped, texts, tmp_path / "other", codebook)
    assert not (tmp_path / "other" / "trained_on.json").exists()


def test_what_has_no_text_is_named(shipped, texts, tmp_path, codebook):
    write(texts / "all.jsonl", json.dumps({"text": TEXTS["a2"]}) + "\n")
    done = silver.attach(shipped, texts, tmp_path / "out", codebook)
    assert (done.n_articles, done.n_sentences, done.missing) == (1, 2, ("a1",))


def test_an_article_of_no_source_is_refused(shipped, tmp_path, codebook):
    write(tmp_path / "few.jsonl", json.dumps({"article": "a1"}) + "\n")
    with pytest.raises(InvalidInputError, match="no source is named for 'a2'"):
        silver.ship(tmp_path / "sentences.parquet", tmp_path / "few.jsonl", tmp_path / "again", codebook)


def test_a_set_is_found_by_its_folder_and_nothing_else_is_one(shipped, tmp_path):
    assert silver.find(str(shipped)) == shipped
    assert silver.find(str(tmp_path)) is None


def test_the_command_says_how_many_articles_it_shipped_or_why_none(shipped, tmp_path, capsys):
    table, sources = str(tmp_path / "sentences.parquet"), tmp_path / "sources.jsonl"
    assert silver.main([table, str(sources), str(tmp_path / "again")]) == 0
    assert capsys.readouterr().out == f"2 articles in {tmp_path / 'again'}, without their texts\n"
    assert (tmp_path / "again" / silver.LABELS).read_bytes() == (shipped / silver.LABELS).read_bytes()
    write(sources, "")
    assert silver.main([table, str(sources), str(tmp_path / "none")]) == 3
    assert capsys.readouterr().err == f"{sources}: no source is named for 'a1'\n"
