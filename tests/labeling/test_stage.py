import pyarrow as pa
import pytest

from pipeline.core import schemas
from pipeline.labeling.rows import Identity, sentence_rows
from pipeline.labeling.stage import LabelStage

MADE_BY = Identity("m", "1", "a" * 64, "b" * 64, "russia 1.0", "c" * 64)


@pytest.fixture(scope="module")
def labelled(default_model, attributed):
    return LabelStage(default_model)(attributed)


def test_the_declared_schema_is_the_schema(labelled, default_model):
    assert labelled.schema.equals(schemas.labelled(default_model.codebook))


def test_furniture_is_a_row_without_judgement_and_body_has_one(labelled, default_model):
    rows = sentence_rows(labelled, default_model.codebook, MADE_BY).to_pylist()
    for row in rows:
        is_body = row["role"] == "body"
        assert (row["stance"] is not None) == is_body
        assert (row["devices"] is not None) == is_body
        assert row["evidence_stance"] == [] or is_body
    assert {row["role"] for row in rows} == {"body", "headline", "furniture"}


def test_text_and_evidence_are_slices_of_the_original(labelled, default_model):
    rows = sentence_rows(labelled, default_model.codebook, MADE_BY).to_pylist()
    original = dict(zip(labelled["article"].to_pylist(), labelled["text"].to_pylist(), strict=True))
    n_spans = 0
    for row in rows:
        assert original[row["article"]][row["start"] : row["end"]] == row["text"]
        for task in ("stance", "certainty", "devices"):
            for span in row[f"evidence_{task}"]:
                n_spans += 1
                assert row["start"] <= span["start"] < span["end"] <= row["end"]
                given = row[task] if isinstance(row[task], list) else [row[task]]
                assert span["label"] in given
    assert n_spans > 5


def test_abstaining_names_the_tasks_whose_decision_is_less_sure(default_model, attributed):
    everything = LabelStage(default_model, abstain=1.0)(attributed)["judgements"].to_pylist()
    nothing = LabelStage(default_model, abstain=0.0)(attributed)["judgements"].to_pylist()
    judged = [j for article in everything for j in article if j["stance"] is not None]
    assert all(j["abstained"] == ["stance", "certainty", "devices"] for j in judged)
    assert all(j["abstained"] == [] for article in nothing for j in article)


def test_an_article_is_judged_the_same_to_the_last_digit_whatever_is_beside_it(labelled, default_model, attributed):
    stage, table = LabelStage(default_model), attributed
    one_by_one = pa.concat_tables(stage(table.slice(i, 1)) for i in range(len(table)))
    assert one_by_one.equals(labelled)


def test_an_empty_table_keeps_the_schema(default_model):
    empty = LabelStage(default_model)(schemas.ATTRIBUTED.empty_table())
    assert empty.schema.equals(schemas.labelled(default_model.codebook)) and len(empty) == 0
    assert len(sentence_rows(empty, default_model.codebook, MADE_BY)) == 0
