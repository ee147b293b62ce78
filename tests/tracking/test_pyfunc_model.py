import json
import sys
import types
import urllib.request
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pipeline.core import codebook, schemas
from pipeline.core.config import Config, Segmenter
from pipeline.core.errors import ConfigError
from pipeline.core.places import shipped
from pipeline.labeling.model import verify
from pipeline.tracking import flat, nested, registry
from pipeline.tracking.registry import Registration
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import as_current

TEXTS = ["The ministry must answer. It has not.", "Ships left the port at dawn."]


@pytest.fixture
def loaded(store, make_model):
    """A registered model, loaded as any MLflow user loads one."""
    import mlflow.pyfunc

    places = {"output": {"directory": "/home/ann/results"}, "cache": {"folder": "/home/ann/cache"}}
    config = Config(seed=5, ray={"address": "ray://ann:10001"}, **places)
    with job_run(store, job="train", config=config) as run:
        name = "loaded"
        version = registry.register(store, run, make_model("a"), Registration(name, config), verify=verify)
    with as_current(store):
        return mlflow.pyfunc.load_model(f"models:/{name}/{version}")


@pytest.fixture
def label_job(monkeypatch):
    """Stands in for pipeline.jobs.label and keeps what it was asked."""
    asked = {}

    def label_texts(texts, ids, *, folder, config):
        asked.update(texts=texts, ids=ids, folder=folder, config=config)
        rows = [
            {**blank(), "article": article, "n": n, "start": n, "end": n + 1, "text": text, "role": "body"}
            for article, text in zip(ids, texts, strict=True)
            for n in range(2)
        ]
        rows[0] |= {"stance": "hawkish", "p_stance_hawkish": 0.75, "devices": ["irony", "tricolon"], "voice": "author"}
        rows[1] |= {"devices": []}
        return pa.Table.from_pylist(rows, schema=schemas.sentence_table(codebook.load()))

    module = types.ModuleType("pipeline.jobs.label")
    module.label_texts = label_texts
    monkeypatch.setitem(sys.modules, "pipeline.jobs.label", module)
    return asked


def blank():
    identity = dict.fromkeys(schemas.IDENTITY.names, "")
    return {**identity, "rule": "", "abstained": [], **{f"evidence_{t.name}": [] for t in codebook.load().tasks}}


def test_texts_come_back_as_flat_rows_one_a_sentence(loaded, label_job):
    rows = loaded.predict(pd.DataFrame({"text": TEXTS, "article": ["op1", "op2"]}))
    assert list(rows.columns) == list(flat.columns(codebook.load()))
    assert rows["article"].to_list() == ["op1", "op1", "op2", "op2"]
    assert rows["n"].to_list() == [0, 1, 0, 1]
    first = rows.iloc[0]
    assert (first["stance"], first["p_stance_hawkish"], first["devices"]) == ("hawkish", 0.75, "irony|tricolon")
    assert rows["devices"].to_list()[1:] == ["", None, None]  # none found; not asked
    assert label_job["texts"] == TEXTS


def test_the_article_column_may_be_left_out_or_empty(loaded, label_job):
    loaded.predict(pd.DataFrame({"text": TEXTS}))
    assert label_job["ids"] == ["text-1", "text-2"]
    loaded.predict(pd.DataFrame({"text": TEXTS, "article": [None, "op2"]}))
    assert label_job["ids"] == ["text-1", "op2"]


def test_an_absent_text_is_an_empty_one_and_not_the_word_none(loaded, label_job):
    loaded.predict(pd.DataFrame({"text": ["Moscow lied.", None]}))
    assert label_job["texts"] == ["Moscow lied.", ""]


def test_a_text_column_is_asked_for(loaded, label_job):
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException, match=r"Model is missing inputs \['text'\]"):
        loaded.predict(pd.DataFrame({"body": TEXTS}))


def test_the_model_brings_its_settings_and_its_codebook_but_no_place_of_the_machine(loaded, label_job):
    loaded.predict(pd.DataFrame({"text": TEXTS}))
    config, folder = label_job["config"], label_job["folder"]
    assert verify(folder)["name"] == "small"
    assert config.seed == 5
    assert config.segment == Segmenter()
    assert Path(config.codebook) == folder / "codebook.yaml"
    assert (config.output.directory, config.tracking.is_on) == (None, False)
    assert (config.cache.folder, config.ray.address) == (None, None)


def test_on_demand_there_is_one_row_a_text_with_its_sentences_nested(loaded, label_job):
    given = pd.DataFrame({"text": [*TEXTS, None], "article": ["same", "same", "same"]})
    (first, second, third) = loaded.predict(given, params={"shape": "nested"})["sentences"]
    assert label_job["texts"] == [*TEXTS, ""]
    assert [[s["n"] for s in found] for found in (first, second, third)] == [[0, 1]] * 3
    assert (first[0]["stance"], first[0]["p_stance_hawkish"], first[0]["devices"]) == (
        "hawkish",
        0.75,
        ["irony", "tricolon"],
    )
    assert (first[1]["devices"], second[0]["devices"], second[0]["stance"]) == ([], None, None)
    assert list(first[0]) == [name for name in flat.columns(codebook.load()) if name != "article"]
    told = loaded.predict(given, params={"shape": "json"})["json"]
    assert [json.loads(text) for text in told] == [first, second, third]


def test_a_text_without_sentences_keeps_its_row():
    table = pa.Table.from_pylist([], schema=schemas.sentence_table(codebook.load()))
    assert nested.nest(table, codebook.load(), ["0", "1"], as_json=True)["json"].to_list() == ["[]", "[]"]


def test_an_unknown_shape_names_the_near_one(loaded, label_job):
    with pytest.raises(ConfigError, match="unknown shape 'nestet' at params; .*did you mean 'nested'"):
        loaded.predict(pd.DataFrame({"text": TEXTS}), params={"shape": "nestet"})


def test_the_models_metadata_say_what_spark_needs(loaded):
    told = loaded.metadata.metadata["spark_result_type"]
    assert told == nested.spark_type(codebook.load())
    assert told.startswith("sentences array<struct<`n`: int, `start`: int, `end`: int, `text`: string, `role`: string")
    assert "`devices`: array<string>" in told and "`p_stance_hawkish`: float" in told


def test_the_signature_has_flat_types_alone():
    signature = flat.signature(codebook.load())
    assert {str(column.type) for column in signature.outputs} == {
        "DataType.string",
        "DataType.integer",
        "DataType.float",
    }
    assert signature.outputs.input_names() == list(flat.columns(codebook.load()))
    assert signature.inputs.required_input_names() == ["text"]


@pytest.mark.slow
def test_a_registered_model_answers_over_http_with_the_labels_of_the_job(store, serve, tmp_path, monkeypatch):
    default = shipped("models/default")
    if not (default / "manifest.json").is_file():
        pytest.skip("no shipped model")
    from pipeline.jobs.label import label_texts

    with job_run(store, job="train", config=Config()) as run:
        version = registry.register(store, run, default, Registration("over-http", Config()), verify=verify)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    port = free_port()
    command = [
        *(sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local", "--host", "127.0.0.1"),
        *("--port", str(port), "--model-uri", f"models:/over-http/{version}"),
    ]
    with serve(command, f"http://127.0.0.1:{port}/health", tmp_path):
        answer = ask(port, {"dataframe_records": [{"article": f"op{n}", "text": t} for n, t in enumerate(TEXTS)]})
    table = label_texts(TEXTS, ["op0", "op1"], folder=default, config=Config())
    expected = flat.flatten(table, codebook.load())
    assert [row["text"] for row in answer] == expected["text"].to_list()
    for column in ("article", "role", "voice", *(task.name for task in codebook.load().tasks)):
        assert [row[column] for row in answer] == expected[column].to_list()
    assert [row["p_stance_hawkish"] for row in answer] == pytest.approx(
        expected["p_stance_hawkish"].to_list(), abs=1e-5
    )


def ask(port, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)["predictions"]


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
