"""What more labels bring: heads over a frozen, not fine-tuned encoder and the rules, learned from growing parts.

    python tests/benchmarks/learning_curve.py [--gold DIR] [--sets A B ...] [--shares .25 .5 .75 1] [--draws 1]

A is `opeds` (composed), B `attached/real-opeds` without the fold that is held out, C `attached/real-opeds-2`. Parts are
of articles, each in the next. Thresholds are fitted on the held-out fold, as in `experiments.py`, so that its figures
flatter all rows alike; GOLD has no part in anything. States are computed once (`frozen_states.py`), results are kept
row by row.
"""

import argparse
import json
from dataclasses import replace

import numpy as np
from frozen_states import MORE, FrozenStates, held_out_split, rows_of
from machine import RESULTS, record
from samples import COMPOSED, LEVEL, RESAMPLES, show

from pipeline.core import codebook as codebooks
from pipeline.labeling import calibration
from pipeline.scoring.classification import label_counts, macro_f1
from pipeline.scoring.resampling import ArticleResamples
from pipeline.training import decisions, linear

VIEWS = ("windows", "rules")
PARTS = {"A": "opeds", "B": "real-opeds", "C": "real-opeds-2"}
SHARES = (0.25, 0.5, 0.75, 1.0)
C, BALANCE = 1.0, 0.5  # those of `frozen.v1`
MIN_POSITIVES = 12  # of a device in the set that is scored, for its F1 to count
NAME = "learning_curve"


def narrowed(book, tasks):
    return replace(book, tasks=tuple(task for task in book.tasks if task.name in tasks))


def columns_of(book, narrow):
    """Where the columns of some tasks stand among those of all."""
    return [i for i, (task, _) in enumerate(book.columns()) if task in narrow.slices()]


def part_of(rows, share, *, seed):
    """The first articles of one random order, so that parts of one seed contain each other."""
    order = np.random.default_rng(seed).permutation(len(rows))
    return [rows[i] for i in order[: max(1, round(share * len(rows)))]]


def fitted(book, features, targets, *, seed):
    """Weights over features as they come. Shapes: weight (n_labels, width), bias (n_labels,)."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = (features - mean) / spread
    weight, bias = linear.fit_heads(book, scaled, targets, c=C / features.shape[1], balance=BALANCE, seed=seed)
    return weight / spread, bias - (weight / spread) @ mean


def figures(book, settings, logits, targets, article):
    """Macro-F1 by task with intervals over articles. Shapes: logits and targets (n, n_labels), article (n,)."""
    n_articles = int(article.max()) + 1
    resamples = ArticleResamples.draw(n_articles, n_resamples=RESAMPLES, level=LEVEL, rng=np.random.default_rng(0))
    found = {}
    for task in book.tasks:
        own = book.slices()[task.name]
        p = calibration.probabilities(task, settings[task.name], logits[:, own])
        chosen, gold = calibration.decided(task, settings[task.name], p), targets[:, own] > 0
        if task.kind == "multi":
            often = gold.sum(axis=0) >= MIN_POSITIVES
            chosen, gold = chosen[:, often], gold[:, often]
        found[task.name] = resamples.of_sums(label_counts(gold, chosen, article, n_articles), macro_f1)
    return found


class Scored:
    """Articles to score, with their features. Shapes: features (n, width), targets (n, n_labels), article (n,)."""

    def __init__(self, rows, states, columns):
        self.features = states.matrix(rows, VIEWS)
        self.targets = np.concatenate([row.targets for row in rows])[:, columns]
        self.article = np.repeat(np.arange(len(rows)), [len(row.targets) for row in rows])


def one_row(book, learned, held, gold, states, columns, *, seed):
    targets = np.concatenate([row.targets for row in learned])[:, columns]
    weight, bias = fitted(book, states.matrix(learned, VIEWS), targets, seed=seed)
    logits = held.features @ weight.T + bias
    settings = decisions.fit(book, logits, held.targets)
    row = {"articles": len(learned), "sentences": len(targets)}
    row["held_out"] = figures(book, settings, logits, held.targets, held.article)
    if gold is not None:
        row["gold"] = figures(book, settings, gold.features @ weight.T + bias, gold.targets, gold.article)
    return row


def plain(row):
    return {
        key: {task: {"value": e.value, "interval": [e.low, e.high]} for task, e in value.items()}
        if key in ("held_out", "gold")
        else value
        for key, value in row.items()
    }


def kept_rows():
    path = RESULTS / f"{NAME}.json"
    return json.loads(path.read_text())["rows"] if path.is_file() else []


def keep(row):
    key = ("sets", "share", "draw", "tasks")
    others = [old for old in kept_rows() if [old[k] for k in key] != [row[k] for k in key]]
    record(NAME, {"rows": sorted([*others, row], key=lambda r: [r[k] for k in key])})


def run(options):
    book = codebooks.load()
    narrow, states = narrowed(book, options.tasks), FrozenStates()
    columns = columns_of(book, narrow)
    real, held = held_out_split(book)
    sets = {"A": rows_of(COMPOSED, book), "B": real}
    if any("C" in name for name in options.sets):
        sets["C"] = rows_of(MORE, book)
    gold = Scored(rows_of(options.gold, book), states, columns) if options.gold else None
    held = Scored(held, states, columns)
    for share in options.shares:  # the small parts of all sets first: a run that is cut off is of use
        for name in options.sets:
            for draw in range(options.draws):
                learned = [row for part in name.split("+") for row in part_of(sets[part], share, seed=draw)]
                row = one_row(narrow, learned, held, gold, states, columns, seed=draw)
                keep(plain({"sets": name, "share": share, "draw": draw, "tasks": list(options.tasks)} | row))
                print(f"{name} {share:.0%} draw {draw}: done", flush=True)


def cell(found):
    low, high = found["interval"]
    return f"{found['value']:.3f} [{low:.2f}, {high:.2f}]"


def table(rows):
    tasks = [(part, task) for part in ("held_out", "gold") for task in rows[0].get(part, {})]
    return ["learned from", "share", "articles", "sentences", *(f"{part} {task}" for part, task in tasks)], [
        [r["sets"], f"{r['share']:.0%}", r["articles"], r["sentences"]]
        + [cell(r[part][task]) if part in r and task in r[part] else "-" for part, task in tasks]
        for r in rows
    ]


def picture(rows, *, part="held_out"):
    """Macro-F1 against the number of sentences, a line for each mix of sets."""
    from matplotlib.figure import Figure

    rows = [row for row in rows if part in row]
    tasks = sorted({task for row in rows for task in row[part]})
    figure = Figure(figsize=(4 * len(tasks), 3), layout="constrained")
    for axes, task in zip(np.atleast_1d(figure.subplots(1, len(tasks))), tasks, strict=True):
        for name in sorted({row["sets"] for row in rows}):
            own = sorted(
                (r["sentences"], r[part][task]["value"]) for r in rows if r["sets"] == name and task in r[part]
            )
            axes.plot(*zip(*own, strict=True), "o-", label=name)
        axes.set(title=task, xlabel="sentences learned from", ylabel="macro-F1")
        axes.legend()
    figure.savefig(RESULTS / f"{NAME}.svg")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold")
    parser.add_argument("--sets", nargs="+", default=["A", "B", "C", "A+B", "B+C", "A+B+C"])
    parser.add_argument("--shares", nargs="+", type=float, default=SHARES)
    parser.add_argument("--tasks", nargs="+", default=["stance", "certainty", "devices"])
    parser.add_argument("--draws", type=int, default=1)
    run(parser.parse_args())
    rows = kept_rows()
    show(", ".join(f"{key} = {value}" for key, value in PARTS.items()), *table(rows))
    picture(rows)


if __name__ == "__main__":
    main()
