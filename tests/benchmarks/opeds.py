"""Generated op-eds in any number, and a model for them that costs little, so that the pipeline itself is measured."""

import json
import random

import numpy as np
from safetensors.numpy import save_file

from pipeline.core import codebook
from pipeline.labeling import model
from pipeline.labeling.calibration import TaskCalibration
from pipeline.labeling.tfidf import HEADS, VOCABULARY, vectorizer

SUBJECTS = ("Moscow", "The West", "Brussels", "The admiral", "A harbour pilot", "Nobody here", "Our minister", "Kyiv")
VERBS = ("lied about", "should close", "could perhaps spare us", "never understood", "may yet regret", "pays for")
OBJECTS = ("the cable", "the shadow fleet", "the next war", "these talks", "the ceasefire", "its own ports", "the bill")
ENDS = (".", ".", ".", "?", ", and then it did so again.", ", said Pavel Ost.", " this week.")
PARAGRAPH = 5  # sentences


def opeds(n, *, n_sentences, seed=0):
    """Texts with a headline and paragraphs, each another one."""
    rng = random.Random(seed)
    for i in range(n):
        lines = [f"{rng.choice(SUBJECTS)} and {rng.choice(OBJECTS)}, part {i}"]
        sentences = [
            f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}{rng.choice(ENDS)}"
            for _ in range(n_sentences)
        ]
        lines += [" ".join(sentences[at : at + PARAGRAPH]) for at in range(0, n_sentences, PARAGRAPH)]
        yield "\n\n".join(lines) + "\n"


def write_opeds(folder, n, *, n_sentences, per_folder=1_000):
    """One file each, in subfolders as an archive would have them."""
    for i, text in enumerate(opeds(n, n_sentences=n_sentences)):
        place = folder / f"{i // per_folder:04d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"oped{i:07d}.txt").write_text(text, encoding="utf-8")


def cheap_model(folder, *, seed=0):
    """A `tfidf.v1` model whose vocabulary is learned from generated op-eds; its weights are random."""
    rng, book = np.random.default_rng(seed), codebook.load()
    learned = vectorizer(max_features=2_000).fit(opeds(200, n_sentences=20, seed=seed + 1))
    terms = sorted(learned.vocabulary_, key=learned.vocabulary_.get)
    n_labels = sum(len(task.labels) for task in book.tasks)
    arrays = {
        "idf": learned.idf_, "weight": rng.normal(size=(n_labels, len(terms))), "bias": rng.normal(size=n_labels)
    }  # fmt: skip
    folder.mkdir(parents=True)
    save_file({name: np.asarray(value, np.float32) for name, value in arrays.items()}, folder / HEADS)
    (folder / VOCABULARY).write_text(json.dumps(terms, ensure_ascii=False) + "\n", encoding="utf-8")
    decisions = {task.name: TaskCalibration.neutral(task).as_json() for task in book.tasks}
    (folder / model.DECISIONS).write_text(json.dumps(decisions) + "\n", encoding="utf-8")
    model.seal(folder, name="cheap", version="1", labeller="tfidf.v1", codebook=book, training={})
    return folder
