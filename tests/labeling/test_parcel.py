import json
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from pipeline.core import codebook
from pipeline.core.errors import ModelDamagedError
from pipeline.labeling import model as models
from pipeline.labeling.calibration import TaskCalibration
from pipeline.labeling.parcel import packed
from pipeline.labeling.scores import ArticleText, SentenceSpan

TEXT = "Moscow lied about the cable."
ARTICLE = ArticleText(TEXT, (SentenceSpan(0, len(TEXT), True, "author"),))


@pytest.fixture
def model(tmp_path):
    return models.load(made(tmp_path / "model", weight=1.0))


def made(folder, *, weight):
    """A `tfidf.v1` model of one word."""
    book = codebook.load()
    n_labels = sum(len(task.labels) for task in book.tasks)
    arrays = {"idf": np.ones(1), "weight": np.full((n_labels, 1), weight), "bias": np.zeros(n_labels)}
    folder.mkdir()
    save_file({name: value.astype(np.float32) for name, value in arrays.items()}, folder / "heads.safetensors")
    (folder / "vocabulary.json").write_text('["moscow"]', encoding="utf-8")
    decisions = {task.name: TaskCalibration.neutral(task).as_json() for task in book.tasks}
    (folder / models.DECISIONS).write_text(json.dumps(decisions), encoding="utf-8")
    models.seal(folder, name="small", version="1", labeller="tfidf.v1", codebook=book, training={})
    return folder


def logits(model):
    ((scores,),) = model.labeller.score([ARTICLE])
    return scores.logits


@pytest.mark.parametrize("where", ["there", "gone", "another"])
def test_the_model_that_arrives_is_the_one_that_was_sent(model, where):
    parcel = pickle.loads(pickle.dumps(packed(model)))
    expected = logits(model)
    if where != "there":
        shutil.rmtree(model.folder)
    if where == "another":
        made(model.folder, weight=2.0)
    arrived = parcel.open(threads=1)
    assert arrived.sha256 == model.sha256
    assert np.array_equal(logits(arrived), expected)
    assert (arrived.folder == model.folder) == (where == "there")
    assert arrived.folder.exists() == (where == "there"), "what was unpacked is gone again"


def test_a_parcel_whose_bytes_were_changed_is_not_opened(model):
    parcel = packed(model)
    shutil.rmtree(model.folder)
    damaged = replace(parcel, files={**parcel.files, "vocabulary.json": b'["minsk"]'})
    with pytest.raises(ModelDamagedError, match=r"vocabulary.json was changed"):
        damaged.open(threads=1)


def test_another_whole_model_than_the_one_sent_is_not_used(model):
    parcel = packed(model)
    shutil.rmtree(model.folder)
    with pytest.raises(ModelDamagedError, match="another model than the one that was sent"):
        replace(parcel, sha256="0" * 64).open(threads=1)
