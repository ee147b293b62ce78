"""A labeller that costs nothing, so that many short runs of the whole job fit into a test."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from pipeline.core import codebook
from pipeline.labeling import model
from pipeline.labeling.calibration import TaskCalibration
from pipeline.labeling.tfidf import HEADS, VOCABULARY

WORDS = ["moscow", "west", "talks", "could", "perhaps", "sanctions", "war", "never", "harbour", "lied", "?", "“"]


@pytest.fixture(scope="session")
def cheap_model(tmp_path_factory):
    """A folder with a `tfidf.v1` model of random weights."""
    folder, book, rng = tmp_path_factory.mktemp("model"), codebook.load(), np.random.default_rng(0)
    n_labels = sum(len(task.labels) for task in book.tasks)
    arrays = {
        "idf": np.ones(len(WORDS)), "weight": rng.normal(size=(n_labels, len(WORDS))), "bias": rng.normal(size=n_labels)
    }  # fmt: skip
    save_file({name: value.astype(np.float32) for name, value in arrays.items()}, folder / HEADS)
    (folder / VOCABULARY).write_text(json.dumps(WORDS), encoding="utf-8")
    decisions = {task.name: TaskCalibration.neutral(task).as_json() for task in book.tasks}
    (folder / model.DECISIONS).write_text(json.dumps(decisions), encoding="utf-8")
    _seal(folder, version="1")
    return folder


@pytest.fixture
def seal():
    return _seal


def _seal(folder, *, version):
    model.seal(folder, name="cheap", version=version, labeller="tfidf.v1", codebook=codebook.load(), training={})
