"""A registered model as a column function of a local Spark: the labels of the job, one row an article."""

import json
import os
import shutil
import sys

import pytest

from pipeline.core import codebook
from pipeline.core.config import Config, Tracking
from pipeline.core.places import shipped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

TEXTS = [
    "Keep the lights on\n\nMoscow lied about the cable. Who still believes the admirals?\n\n“Nobody here wants a war,” "
    "said Pavel Ost.\n",
    "Talks with Russia could perhaps spare us the next war. The West should close its ports.",
    None,
    "Officials in Brussels say the repair will cost 12 million euros.",
    "",
]


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        pytest.skip("no Java")
    folder = tmp_path_factory.mktemp("spark")
    given = pytest.MonkeyPatch()
    given.setenv("PYSPARK_PYTHON", sys.executable)
    given.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "512m")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()
    given.undo()


@pytest.fixture(scope="module")
def uri(tmp_path_factory):
    """A registered copy of the shipped model."""
    from pipeline.labeling.model import verify
    from pipeline.tracking import registry
    from pipeline.tracking.registry import Registration
    from pipeline.tracking.runs import job_run
    from pipeline.tracking.store import as_current, open_store

    store = open_store(Tracking(), folder=tmp_path_factory.mktemp("store"))
    with job_run(store, job="train", config=Config()) as run:
        registration = Registration("for-spark", Config())
        version = registry.register(store, run, shipped("models/default"), registration, verify=verify)
    with as_current(store):
        yield f"models:/for-spark/{version}"


@pytest.fixture(scope="module")
def expected():
    """What the job says of each text: its flat rows without the article."""
    from pipeline.jobs.label import label_texts
    from pipeline.tracking import nested

    ids = [str(i) for i in range(len(TEXTS))]
    texts = [text or "" for text in TEXTS]
    table = label_texts(texts, ids, folder=shipped("models/default"), config=Config())
    return nested.nest(table, codebook.load(), ids, as_json=False)["sentences"].to_list()


@pytest.fixture(scope="module")
def articles(spark):
    rows = list(enumerate(TEXTS))
    return spark.createDataFrame(rows, "id int, text string").repartition(2)


def labelled(spark, articles, uri, **options):
    import mlflow.pyfunc
    from pyspark.sql.functions import struct

    label = mlflow.pyfunc.spark_udf(spark, uri, env_manager="local", **options)
    rows = articles.select("id", label(struct("text")).alias("labelled")).collect()
    return [row["labelled"] for row in sorted(rows, key=lambda row: row["id"])]


def test_sentences_with_labels_and_probabilities_are_those_of_the_job(spark, articles, uri, expected):
    import mlflow.models

    kind = mlflow.models.get_model_info(uri).metadata["spark_result_type"]
    found = labelled(spark, articles, uri, result_type=kind, params={"shape": "nested"})
    assert [len(row["sentences"]) for row in found] == [len(rows) for rows in expected]
    assert sum(map(len, expected)) > len(TEXTS)
    for row, rows in zip(found, expected, strict=True):
        for sentence, wanted in zip(row["sentences"], rows, strict=True):
            assert sentence.asDict() == wanted


def test_the_same_comes_as_json(spark, articles, uri, expected):
    found = labelled(spark, articles, uri, result_type="string", params={"shape": "json"})
    assert [json.loads(text) for text in found] == expected
