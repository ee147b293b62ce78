"""Simple ways of `experiments.py`: what any trained model must beat, and a SetFit model, which a user would pick.

Each learns from sentences by themselves and answers for others; their decisions are fitted on what they learned from.
"""

import tempfile

import numpy as np
from frozen_states import FrozenStates
from ways import minilm

from pipeline.scoring.baselines import BASELINES, LabelledTexts
from pipeline.scoring.linear import Answers, fit_tasks, one_hot

TEXTUAL = dict(zip(("majority", "length", "cue lexicon", "TF-IDF + logistic regression"), BASELINES, strict=True))
FROZEN = {"frozen + logistic regression, sentence alone": "alone", "frozen + logistic regression": "windows"}
SETFIT = "SetFit"
NAMES = (*TEXTUAL, *FROZEN, SETFIT)
SETFIT_TASKS = ("stance", "certainty")  # one after the other, each with an encoder of its own
N_PER_LABEL = 200  # sentences
PAIRS_PER_SENTENCE = 1  # alike, and as many unlike


def as_texts(rows, book):
    """Judged sentences of articles as the baselines take them."""
    targets = np.concatenate([row.targets for row in rows]) > 0
    texts = tuple(row.text.text[s.start : s.end] for row in rows for s in row.sentences)
    labels = {task: targets[:, columns] for task, columns in book.slices().items()}
    return LabelledTexts(texts, labels, np.repeat(np.arange(len(rows)), [len(row.targets) for row in rows]))


def predictor(name, learned, book, *, seed):
    """A function from articles to answers by task; a task that the baseline cannot do is absent."""
    texts = as_texts(learned, book)
    if name in FROZEN:
        return _frozen(learned, texts, book, [FROZEN[name]])
    predict = _setfit(texts, book, seed=seed) if name == SETFIT else TEXTUAL[name].fit(texts, book)
    return lambda rows: predict(as_texts(rows, book).texts)


def n_learned(name, learned, book):
    """Sentences that the baseline learns from, for its first task."""
    counts = as_texts(learned, book).labels[book.tasks[0].name].sum(axis=0)
    return int(np.minimum(counts, N_PER_LABEL if name == SETFIT else counts).sum())


def _frozen(learned, texts, book, views):
    states = FrozenStates()
    features = states.matrix(learned, views)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scale = np.sqrt(features.shape[1])  # rows of length about one, which the baselines' penalty is made for
    models = fit_tasks((features - mean) / spread / scale, texts.labels, texts.article, book)
    return lambda rows: {
        task: fitted.answer((states.matrix(rows, views) - mean) / spread / scale) for task, fitted in models.items()
    }


def _setfit(texts, book, *, seed):
    models = {task.name: _setfit_task(texts, task, seed=seed) for task in book.tasks if task.name in SETFIT_TASKS}

    def predict(asked):
        found = {}
        for name, model in models.items():
            p = np.asarray(model.predict_proba(list(asked), as_numpy=True, show_progress_bar=False))
            whole = np.zeros((len(p), len(book.task(name).values)))
            whole[:, model.model_head.classes_] = p
            found[name] = Answers(whole, one_hot(whole))
        return found

    return predict


def _setfit_task(texts, task, *, seed):
    """Contrastive pairs of a few hundred sentences of each label, then a logistic regression."""
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer
    from setfit import SetFitModel, Trainer, TrainingArguments
    from sklearn.linear_model import LogisticRegression

    rng, gold = np.random.default_rng(seed), texts.labels[task.name]
    chosen = [rng.permutation(np.flatnonzero(column))[:N_PER_LABEL] for column in gold.T]
    given = {
        "text": [texts.texts[i] for rows in chosen for i in rows],
        "label": [label for label, rows in enumerate(chosen) for _ in rows],
    }
    body = SentenceTransformer(minilm(), device="cpu")
    model = SetFitModel(model_body=body, model_head=LogisticRegression(max_iter=1_000))
    with tempfile.TemporaryDirectory(prefix="stance-setfit-") as scratch:
        options = TrainingArguments(
            output_dir=scratch, num_epochs=1, num_iterations=PAIRS_PER_SENTENCE, seed=seed, report_to="none",
            save_strategy="no", show_progress_bar=False,
        )  # fmt: skip
        Trainer(model=model, args=options, train_dataset=Dataset.from_dict(given)).train()
    return model
