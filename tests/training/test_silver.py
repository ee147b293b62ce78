"""Articles labelled by another model, read back from what `stance label` writes."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core import codebook
from pipeline.core.errors import InvalidInputError
from pipeline.training import silver

BOOK = codebook.load()
COLUMNS = [f"p_{task}_{label}" for task, label in BOOK.columns()]
LINES = (("headline", "Ice"), ("furniture", "Subscribe!"), ("body", "Moscow lied."), ("body", "It may rain."))


def rows(article, *, p=0.25):
    for n, (role, text) in enumerate(LINES):
        given = dict.fromkeys(COLUMNS, p + n / 100 if role == "body" else None)
        yield {"article": article, "text_sha256": f"hash of {article}", "n": n, "text": text, "role": role, **given}


@pytest.fixture
def folder(tmp_path):
    table = pa.Table.from_pylist([*rows("a"), *rows("b", p=0.5)])
    (tmp_path / "teacher").mkdir()
    pq.write_table(table, tmp_path / "teacher" / silver.SENTENCES)
    return tmp_path / "teacher"


def test_headlines_are_context_and_body_has_the_probabilities(folder):
    found = silver.load(str(folder), BOOK)
    assert [row.article for row in found.rows] == ["teacher/a", "teacher/b"]
    text = found.rows[0].text
    assert [text.text[s.start : s.end] for s in text.sentences] == ["Ice", "Moscow lied.", "It may rain."]
    assert [s.is_judged for s in text.sentences] == [False, True, True]
    np.testing.assert_allclose(found.rows[1].targets, np.repeat([[0.52], [0.53]], 20, axis=1), atol=1e-6)
    assert (found.name, found.n_body) == ("teacher", 4)


def test_the_version_is_that_of_the_probabilities(folder):
    before = silver.load(str(folder), BOOK).sha256
    assert silver.load(str(folder / silver.SENTENCES), BOOK).sha256 == before
    pq.write_table(pa.Table.from_pylist([*rows("a"), *rows("b", p=0.6)]), folder / silver.SENTENCES)
    assert silver.load(str(folder), BOOK).sha256 != before


def test_numbered_tables_of_a_large_run_are_read_in_order(folder):
    (folder / silver.SENTENCES).unlink()
    for number, article in enumerate(("a", "b", "c"), 1):
        pq.write_table(pa.Table.from_pylist([*rows(article)]), folder / f"sentences-{number:05d}.parquet")
    assert [row.article for row in silver.load(str(folder), BOOK).rows] == ["teacher/a", "teacher/b", "teacher/c"]


def test_what_is_labelled_by_hand_and_its_near_duplicates_are_not_learned_from_another_model(folder):
    long = "\n".join(
        f"The {place} was closed again by order of the admiral." for place in ("harbour", "strait", "bank")
    )
    said = [
        {**row, "text": line}
        for article in "ab"
        for row, line in zip(rows(article), ("Ice", "", *long.split("\n")[:2]), strict=True)
    ]
    other = [{**row, "text": f"{row['text']} {row['n']}"} for row in rows("c")]
    pq.write_table(pa.Table.from_pylist([*said, *other]), folder / silver.SENTENCES)
    left = silver.load(str(folder), BOOK).without([long + " Reprinted."])
    assert [row.article for row in left.rows] == ["teacher/c"]
    assert left.text_sha256 == ("hash of c",)


def test_what_the_labelling_model_learned_from_is_read_where_it_lies_beside(folder):
    assert silver.load(str(folder), BOOK).taught_by is None
    (folder / silver.TRAINED_ON).write_text('["aa", "bb"]')
    assert silver.load(str(folder), BOOK).taught_by == {"aa", "bb"}
    (folder / silver.TRAINED_ON).write_text("aa")
    with pytest.raises(InvalidInputError, match="no list of SHA-256"):
        silver.load(str(folder), BOOK)


def test_what_the_teacher_knows_less_is_unknown(folder):
    taught = silver.load(str(folder), BOOK).taught(BOOK, ("certainty",))
    is_known = ~np.isnan(taught.rows[0].targets)
    np.testing.assert_array_equal(is_known, np.tile((np.arange(20) >= 3) & (np.arange(20) < 6), (2, 1)))
    with pytest.raises(InvalidInputError, match=r"silver_tasks.*'stanse'.*stance"):
        taught.taught(BOOK, ("stanse",))


def test_another_codebooks_table_is_refused_with_a_remedy(folder):
    table = pq.read_table(folder / silver.SENTENCES).drop_columns(COLUMNS[:3])
    pq.write_table(table, folder / silver.SENTENCES)
    with pytest.raises(InvalidInputError, match=r"no table of labelled sentences.*--format parquet"):
        silver.load(str(folder), BOOK)


def test_a_table_without_a_labelled_sentence_is_refused(folder):
    table = pa.Table.from_pylist(
        [row for row in rows("a") if row["role"] != "body"], schema=pq.read_schema(folder / silver.SENTENCES)
    )
    pq.write_table(table, folder / silver.SENTENCES)
    with pytest.raises(InvalidInputError, match="no labelled body sentence"):
        silver.load(str(folder), BOOK)
