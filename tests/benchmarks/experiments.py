"""The experiment table: what each way of training reaches on real articles that it never saw, on one fold for all.

    python tests/benchmarks/experiments.py RECIPE... [--gold DIR] [--seed 0]

Every recipe learns from the same four fifths of `attached/real-opeds` (and what it adds) and is scored on the last
fifth, and on GOLD; each is an MLflow run of the experiment `experiments`. The mixing layer is cross-fitted and the
thresholds are fitted on the held-out fifth, as in `stance train`; GOLD has no part in either.
"""

import argparse
import json
import time
from pathlib import Path

import mlflow
import numpy as np
from machine import RESULTS, machine
from sklearn.metrics import f1_score

from pipeline.core import codebook as codebooks
from pipeline.core import config, registry
from pipeline.core.config_files import options_of
from pipeline.corpus import labelled_set
from pipeline.labeling import calibration
from pipeline.training import decisions, mixing, silver
from pipeline.training.examples import article_folds, examples

REAL, MORE, COMPOSED, SILVER = "attached/real-opeds", "attached/real-opeds-2", "opeds", "attached/silver-opeds"
FINETUNE = {"kind": "finetune.v1", "encoder": "minilm", "epochs": 5, "threads": 1}
RECIPES = {
    "tfidf": {"trainer": {"kind": "tfidf.v1"}},
    "tfidf, all sets": {"trainer": {"kind": "tfidf.v1"}, "add": [MORE, COMPOSED]},
    "finetuned": {"trainer": FINETUNE},
    "finetuned, composed beside": {"trainer": FINETUNE, "add": [COMPOSED]},
    "finetuned, more real beside": {"trainer": FINETUNE, "add": [MORE]},
    "finetuned, all sets": {"trainer": FINETUNE, "add": [MORE, COMPOSED]},
    "finetuned, silver beside": {"trainer": FINETUNE | {"epochs": 3}, "silver": [SILVER]},
    "finetuned, all sets and silver": {
        "trainer": FINETUNE | {"epochs": 3},
        "add": [MORE, COMPOSED],
        "silver": [SILVER],
    },
    "finetuned, real sets and silver": {"trainer": FINETUNE | {"epochs": 3}, "add": [MORE], "silver": [SILVER]},
}
FOLDS = 5
RESAMPLES = 1_000
MIN_POSITIVES = 12  # of a device, for its F1 to count in the mean


class Scored:
    """Decided labels of some articles beside the coders'. Shapes: chosen and gold (n, n_labels) for each article."""

    def __init__(self, book, rows, logits, settings):
        self.book, self.rows = book, rows
        self.gold = [row.targets for row in rows]
        self.chosen = [self._decided(settings, z) for z in logits]

    def _decided(self, settings, logits):
        parts = []
        for task in self.book.tasks:
            p = calibration.probabilities(task, settings[task.name], logits[:, self.book.slices()[task.name]])
            found = np.asarray(calibration.decided(task, settings[task.name], p))
            parts.append(found if found.ndim == 2 else np.eye(p.shape[1])[found])
        return np.hstack(parts)

    def figures(self, of=None):
        """Macro-F1 by task, and the mean absolute error of the author's net stance; `of`: articles, repeats allowed."""
        at = range(len(self.rows)) if of is None else of
        gold, chosen = (np.concatenate([part[i] for i in at]) for part in (self.gold, self.chosen))
        found = {}
        for task in self.book.tasks:
            y, z = gold[:, self.book.slices()[task.name]], chosen[:, self.book.slices()[task.name]]
            if task.kind == "multi":
                often = y.sum(axis=0) >= MIN_POSITIVES
                found[task.name] = (
                    f1_score(y[:, often], z[:, often], average="macro", zero_division=0) if often.any() else np.nan
                )
            else:
                found[task.name] = f1_score(y.argmax(1), z.argmax(1), average="macro")
        found["net_mae"] = float(np.nanmean([self._net_error(i) for i in at]))
        return found

    def _net_error(self, i):
        own = np.array([sentence.voice == "author" for sentence in self.rows[i].sentences])
        if not own.any():
            return np.nan
        shares = [part[i][own][:, self.book.slices()["stance"]].mean(axis=0) for part in (self.gold, self.chosen)]
        return abs((shares[0][0] - shares[0][1]) - (shares[1][0] - shares[1][1]))

    def with_intervals(self, rng):
        drawn = [self.figures(rng.integers(0, len(self.rows), len(self.rows))) for _ in range(RESAMPLES)]
        return {
            name: {
                "value": round(float(value), 4),
                "interval": np.nanquantile([d[name] for d in drawn], [0.025, 0.975]).round(4).tolist(),
            }
            for name, value in self.figures().items()
        }


def run(name, gold_folder, *, seed):
    recipe, book = RECIPES[name], codebooks.load()
    real = examples([labelled_set.load(REAL, book)], book)
    fold_of = article_folds(real, k=FOLDS)
    held = [row for row, fold in zip(real, fold_of, strict=True) if fold == 0]
    learned = [row for row, fold in zip(real, fold_of, strict=True) if fold != 0]
    for other in recipe.get("add", ()):
        learned += examples([labelled_set.load(other, book)], book)
    beside = [row for other in recipe.get("silver", ()) for row in silver.load(other, book).rows]
    part = config.Trainer.model_validate(recipe["trainer"])
    trainer = registry.load(part.category, part.kind)(options_of(part, where=name), book, seed=seed)
    started = time.perf_counter()
    fitted = trainer.fit([*learned, *beside])
    duration = time.perf_counter() - started
    return summary(name, book, held, fitted.score(held), gold_folder, fitted.score, seed=seed) | {
        "seconds": round(duration),
        "n_learned": sum(len(r.targets) for r in learned),
        "n_silver": sum(len(r.targets) for r in beside),
    }


def summary(name, book, held, logits, gold_folder, score, *, seed):
    """The row of one recipe."""
    targets = [row.targets for row in held]
    mixed = mixing.cross_fitted(book, logits, targets, rng=np.random.default_rng(seed), seed=seed)
    layer = mixing.fit(book, np.concatenate(logits), np.concatenate(targets), seed=seed)
    settings = decisions.fit(book, np.concatenate(mixed), np.concatenate(targets))
    row = {
        "recipe": name,
        "seed": seed,
        "held_out": Scored(book, held, mixed, settings).with_intervals(np.random.default_rng(seed)),
    }
    if gold_folder:
        gold = examples([labelled_set.load(gold_folder, book)], book)
        row["gold"] = Scored(book, gold, [layer(z) for z in score(gold)], settings).with_intervals(
            np.random.default_rng(seed)
        )
    return row


def keep(row):
    """Into MLflow, and into the table in place of an older run of the same recipe."""
    mlflow.set_experiment("experiments")
    with mlflow.start_run(run_name=row["recipe"]):
        mlflow.log_params({"recipe": row["recipe"], "seed": row["seed"]})
        for part in ("held_out", "gold"):
            mlflow.log_metrics({f"{part}/{name}": found["value"] for name, found in row.get(part, {}).items()})
    path = RESULTS / "experiments.json"
    kept = json.loads(path.read_text())["rows"] if path.is_file() else []
    rows = [r for r in kept if (r["recipe"], r["seed"]) != (row["recipe"], row["seed"])] + [row]
    path.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="+", choices=RECIPES)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in options.recipes:
        row = run(name, str(options.gold) if options.gold else None, seed=options.seed)
        print(json.dumps(row))
        keep(row)


if __name__ == "__main__":
    main()
