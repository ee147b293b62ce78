"""How well the rules alone tell the labels of a labelled set: single rules, and all of them weighed.

    python tests/benchmarks/rule_quality.py SET [SET ...]

The first set is cross-validated by article; a further set is scored by the weights of the first.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from pipeline.core import codebook as codebooks
from pipeline.corpus import labelled_set
from pipeline.labeling.rules import FEATURES, hits, matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSet

N_FOLDS = 5
TEMPERING = {"single": 0.1, "ordinal": 0.3, "multi": 0.1}  # inverse strength of L2 by kind of task


@dataclass(frozen=True, slots=True)
class Sample:
    """Shapes: rows are body sentences that are well cut."""

    values: NDArray[np.float32]
    articles: NDArray[np.int64]
    labels: list[dict[str, tuple[str, ...]]]


def read(labelled: LabelledSet) -> Sample:
    rows, articles, labels = [], [], []
    for number, article in enumerate(labelled.articles):
        body = [s for s in article.sentences if s.is_body]
        values = matrix(hits(article.text, [(s.start, s.end) for s in body]))
        for sentence, row in zip(body, values, strict=True):
            if sentence.is_well_cut:
                rows.append(row)
                articles.append(number)
                labels.append(dict(sentence.values))
    return Sample(np.array(rows), np.array(articles), labels)


def model(kind: str) -> object:
    return make_pipeline(
        MaxAbsScaler(),
        LogisticRegression(C=TEMPERING[kind], max_iter=2000, class_weight="balanced" if kind == "multi" else None),
    )


def classes(sample: Sample, task: str, values: tuple[str, ...]) -> NDArray[np.int64]:
    return np.array([values.index(labels[task][0]) for labels in sample.labels])


def carries(sample: Sample, task: str, label: str) -> NDArray[np.bool_]:
    return np.array([label in labels[task] for labels in sample.labels])


def out_of_fold(sample: Sample, y: NDArray[np.int64], kind: str) -> NDArray[np.float64]:
    """Probabilities of articles that the weights never saw."""
    found = np.zeros((len(y), int(y.max()) + 1))
    for train, test in GroupKFold(N_FOLDS).split(sample.values, y, sample.articles):
        found[test] = model(kind).fit(sample.values[train], y[train]).predict_proba(sample.values[test])
    return found


def best_weights(probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.float64]:
    """Class weights that raise macro-F1, by coordinate search."""
    weights = np.ones(probabilities.shape[1])
    for _ in range(3):
        for label in range(len(weights)):
            scores = []
            for factor in np.geomspace(0.3, 6, 25):
                trial = weights.copy()
                trial[label] = factor
                scores.append((f1_score(y, (probabilities * trial).argmax(1), average="macro"), factor))
            weights[label] = max(scores)[1]
    return weights


def best_threshold(probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    grid = np.quantile(probabilities, np.linspace(0.5, 0.998, 80))
    return float(max(grid, key=lambda t: f1_score(y, probabilities >= t, zero_division=0)))


def nested_f1(sample: Sample, y: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Predictions with weights or thresholds chosen on the other folds."""
    predicted = np.zeros(len(y), dtype=int)
    for train, test in GroupKFold(N_FOLDS).split(y, y, sample.articles):
        if probabilities.ndim == 2:
            predicted[test] = (probabilities[test] * best_weights(probabilities[train], y[train])).argmax(1)
        else:
            predicted[test] = probabilities[test] >= best_threshold(probabilities[train], y[train])
    return predicted


def best_rule(sample: Sample, y: NDArray[np.bool_]) -> tuple[str, float, float, float]:
    fired = sample.values > 0
    tp = fired[y].sum(0)
    f1 = 2 * tp / np.maximum(1, fired.sum(0) + y.sum())
    at = int(f1.argmax())
    precision, recall, score, _ = precision_recall_fscore_support(y, fired[:, at], average="binary", zero_division=0)
    return FEATURES[at], precision, recall, score


def report(first: Sample, others: dict[str, Sample], codebook: Codebook) -> None:
    for task in codebook.tasks:
        if task.kind != "multi":
            y = classes(first, task.name, task.values)
            probabilities = out_of_fold(first, y, task.kind)
            predicted = nested_f1(first, y, probabilities)
            each = f1_score(y, predicted, average=None)
            print(
                f"\n{task.name}: macro-F1 {each.mean():.3f}  "
                + "  ".join(f"{v} {f:.3f}" for v, f in zip(task.values, each, strict=True))
            )
            for name, sample in others.items():
                fitted = model(task.kind).fit(first.values, y)
                known = classes(sample, task.name, task.values)
                weighed = fitted.predict_proba(sample.values) * best_weights(probabilities, y)
                print(f"  {name}: macro-F1 {f1_score(known, weighed.argmax(1), average='macro'):.3f}")
            for k, label in enumerate(task.values):
                rule, p, r, f = best_rule(first, y == k)
                print(f"  {label:14} n {int((y == k).sum()):5}  best rule {rule:34} P {p:.2f} R {r:.2f} F1 {f:.2f}")
            continue
        print(f"\n{task.name}")
        precisions, f1s = [], []
        for label in task.values:
            y = carries(first, task.name, label)
            probabilities = out_of_fold(first, y.astype(int), task.kind)[:, 1]
            precision = average_precision_score(y, probabilities)
            f1 = f1_score(y, nested_f1(first, y, probabilities), zero_division=0)
            rule, p, r, f = best_rule(first, y)
            precisions.append(precision)
            f1s.append(f1)
            mine = f"  {label:20} n {int(y.sum()):4}  AP {precision:.3f} F1 {f1:.3f}"
            print(f"{mine}   best rule {rule:36} P {p:.2f} R {r:.2f} F1 {f:.2f}")
        print(f"  mean AP {np.mean(precisions):.3f}  macro-F1 {np.mean(f1s):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+")
    codebook = codebooks.load()
    samples: dict[str, Sample] = {}
    for name in parser.parse_args().sets:
        labelled = labelled_set.load(name, codebook)
        start = time.process_time()
        samples[labelled.name] = read(labelled)
        seconds = time.process_time() - start
        n = labelled.n_body
        print(f"{labelled.name}: {n} sentences, {len(FEATURES)} features, {n / seconds:.0f} sentences/s")
    first, *others = samples
    report(samples[first], {name: samples[name] for name in others}, codebook)


if __name__ == "__main__":
    main()
