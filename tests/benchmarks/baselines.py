"""Simple baselines on the fold of the experiment table: what any trained model must beat.

    python tests/benchmarks/baselines.py [NAME ...] [--gold DIR]

Each learns from four fifths of `attached/real-opeds`, its thresholds included, and is scored on the last fifth, which
nothing of it has seen, and on GOLD. Intervals are over articles.
"""

import argparse
import json
import time

import numpy as np
from frozen_states import FrozenStates, held_out_split, rows_of
from machine import RESULTS, record
from samples import LEVEL, RESAMPLES, show, shown

from pipeline.core import codebook as codebooks
from pipeline.scoring.baselines import BASELINES, LabelledTexts
from pipeline.scoring.classification import label_counts, macro_f1
from pipeline.scoring.linear import fit_tasks
from pipeline.scoring.plain import as_plain
from pipeline.scoring.resampling import ArticleResamples

MIN_POSITIVES = 12  # of a device, for its F1 to count
TEXTUAL = {baseline.name: baseline for baseline in BASELINES}
FROZEN = {"frozen MiniLM, sentence alone": "alone", "frozen MiniLM, in windows": "windows"}
NAME = "baselines"


def as_texts(rows, book):
    """Judged sentences of articles as the baselines take them."""
    targets = np.concatenate([row.targets for row in rows]) > 0
    texts = tuple(row.text.text[s.start : s.end] for row in rows for s in row.sentences)
    labels = {task: targets[:, columns] for task, columns in book.slices().items()}
    return LabelledTexts(texts, labels, np.repeat(np.arange(len(rows)), [len(row.targets) for row in rows]))


def predictor(name, learned, book, states):
    """A function from articles to answers by task."""
    texts = as_texts(learned, book)
    if name in TEXTUAL:
        predict = TEXTUAL[name].fit(texts, book)
        return lambda rows: predict(as_texts(rows, book).texts)
    views = [FROZEN[name]]
    features = states.matrix(learned, views)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scale = np.sqrt(features.shape[1])  # rows of length about one, which the baselines' penalty is made for
    models = fit_tasks((features - mean) / spread / scale, texts.labels, texts.article, book)
    return lambda rows: {
        task: fitted.answer((states.matrix(rows, views) - mean) / spread / scale) for task, fitted in models.items()
    }


def figures(answers, texts, book):
    """Macro-F1 by task; None for a task that the baseline cannot do."""
    n_articles = int(texts.article.max()) + 1
    resamples = ArticleResamples.draw(n_articles, n_resamples=RESAMPLES, level=LEVEL, rng=np.random.default_rng(0))
    found = {}
    for task in book.tasks:
        if task.name not in answers:
            continue
        gold, chosen = texts.labels[task.name], answers[task.name].chosen
        if task.kind == "multi":
            often = gold.sum(axis=0) >= MIN_POSITIVES
            gold, chosen = gold[:, often], chosen[:, often]
        found[task.name] = resamples.of_sums(label_counts(gold, chosen, texts.article, n_articles), macro_f1)
    return found


def kept_rows():
    path = RESULTS / f"{NAME}.json"
    return json.loads(path.read_text())["rows"] if path.is_file() else []


def main():
    names = [*TEXTUAL, *FROZEN]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=names, help=f"of {', '.join(names)}")
    parser.add_argument("--gold")
    options, book, states = parser.parse_args(), codebooks.load(), FrozenStates()
    learned, held = held_out_split(book)
    scored = {"held_out": held} | ({"gold": rows_of(options.gold, book)} if options.gold else {})
    for name in options.names:
        started = time.perf_counter()
        predict = predictor(name, learned, book, states)
        parts = {part: figures(predict(rows), as_texts(rows, book), book) for part, rows in scored.items()}
        row = {"baseline": name, "seconds": round(time.perf_counter() - started), **parts}
        record(NAME, {"rows": [*(r for r in kept_rows() if r["baseline"] != name), as_plain(row)]})
        cells = [[part, task, shown(e)] for part, found in parts.items() for task, e in found.items()]
        show(name, ["scored on", "task", "macro-F1"], cells)


if __name__ == "__main__":
    main()
