import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import baselines
from frozen_states import FrozenStates

from pipeline.core import codebook
from pipeline.corpus.labelled_set import LabelledSentence
from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.training.examples import Example

BOOK = codebook.load()
HAWKISH, NEUTRAL = "Moscow lied.", "The talks went on."


def article(name, *sentences):
    """Hawkish where they speak of a lie, else neutral; all certain, without a device."""
    spans, at = [], 0
    for sentence in sentences:
        spans.append((at, at + len(sentence)))
        at += len(sentence) + 1
    targets = np.zeros((len(sentences), len(BOOK.columns())), np.float32)
    targets[np.arange(len(sentences)), [0 if "lied" in sentence else 2 for sentence in sentences]] = 1
    targets[:, 3] = 1
    read = ArticleText(" ".join(sentences), tuple(SentenceSpan(a, z, True) for a, z in spans))
    labelled = [LabelledSentence(n, a, z, "body", True, "author", None, {}) for n, (a, z) in enumerate(spans)]
    return Example(name, read, tuple(labelled), targets)


LEARNED = [article(f"a{n}", f"{HAWKISH} {n}", f"{NEUTRAL} {n}", f"Again, {HAWKISH} {n}") for n in range(6)]
ASKED = [article("b", HAWKISH, NEUTRAL), article("c", NEUTRAL)]


class TwoOfThree:
    """A model that has met the first and the last label alone."""

    model_head = SimpleNamespace(classes_=np.array([0, 2]))

    def predict_proba(self, texts, **_):
        return np.array([[0.9, 0.1] if "lied" in text else [0.2, 0.8] for text in texts])


def test_what_setfit_never_met_has_no_probability_and_the_others_keep_their_columns(monkeypatch):
    monkeypatch.setattr(baselines, "_setfit_task", lambda *_, **__: TwoOfThree())
    found = baselines.predictor(baselines.SETFIT, LEARNED, BOOK, seed=0)(ASKED)
    assert set(found) == {"stance", "certainty"}
    assert found["stance"].p.tolist() == [[0.9, 0, 0.1], [0.2, 0, 0.8], [0.2, 0, 0.8]]
    assert found["stance"].chosen.argmax(axis=1).tolist() == [0, 2, 2]
    assert found["stance"].chosen.sum(axis=1).tolist() == [1, 1, 1]


def test_setfit_is_given_the_sentences_by_themselves_with_the_labels_of_its_task(monkeypatch):
    given = {}
    monkeypatch.setattr(baselines, "_setfit_task", lambda texts, task, **_: given.update({task.name: texts}))
    baselines.predictor(baselines.SETFIT, LEARNED, BOOK, seed=0)
    assert given["stance"].texts[:2] == (f"{HAWKISH} 0", f"{NEUTRAL} 0")
    assert given["stance"].labels["stance"][:2].tolist() == [[True, False, False], [False, False, True]]


def test_setfit_learns_from_so_many_sentences_of_a_label_and_all_others_from_all(monkeypatch):
    monkeypatch.setattr(baselines, "N_PER_LABEL", 8)
    assert baselines.n_learned(baselines.SETFIT, LEARNED, BOOK) == 8 + 6  # of 12 hawkish and 6 neutral sentences
    assert baselines.n_learned("majority", LEARNED, BOOK) == 18


class Encoder:
    """States of two numbers: whether the sentence speaks of a lie, and one that never varies."""

    def __init__(self):
        self.n_sentences = set()

    def states(self, articles):
        self.n_sentences |= {len(read.sentences) for read in articles}
        said = [[read.text[s.start : s.end] for s in read.sentences] for read in articles]
        return [np.array([[float("lied" in sentence), 7.0] for sentence in sentences]) for sentences in said]


@pytest.mark.parametrize(("name", "view"), baselines.FROZEN.items())
def test_a_frozen_baseline_learns_from_the_states_of_its_view(monkeypatch, tmp_path, name, view):
    encoder = Encoder()
    monkeypatch.setattr(baselines, "FrozenStates", lambda: FrozenStates(tmp_path, encoder))
    found = baselines.predictor(name, LEARNED, BOOK, seed=0)(ASKED)
    assert encoder.n_sentences == ({1} if view == "alone" else {1, 2, 3})
    assert found["stance"].chosen.argmax(axis=1).tolist() == [0, 2, 2]
    assert found["stance"].p[:, 1].tolist() == [0, 0, 0]  # no one taught it what conciliatory is
    assert found["certainty"].chosen[:, 0].all()
    assert not found["devices"].chosen.any()
