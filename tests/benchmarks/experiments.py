"""The experiment table: what each way of training reaches on the real op-eds that the shipped recipe holds out.

    python tests/benchmarks/experiments.py NAME... [--gold DIR] [--adapted DIR] [--tracking URI] [--set a.b=c]...

A recipe is `stance train` by `configs/model.yaml` with a few settings on top, of one epoch unless named otherwise, and
`stance evaluate` on GOLD; a baseline learns from the same labelled articles. Only the first fold is fitted: all are
judged on the same articles, but for `real-opeds alone`, whose fold has those of its own set. A recipe's mixing layer
and thresholds are fitted on them, cross-fitted where `stance train` does it; GOLD has no part in anything. Each row is
an MLflow run of the experiment `experiments`, with the tag `experiment.recipe`; --help lists the names. A row
with other settings stands beside the plain one; a repeated one takes the older one's place, see `experiment_rows.py`.
"""

import argparse
import json
import re
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import baselines
import experiment_rows
from frozen_states import CACHE, ENCODER, raw_labeller

from pipeline.core import codebook as codebooks
from pipeline.core import config_files
from pipeline.core.fingerprints import sha256_text
from pipeline.jobs import held_out
from pipeline.jobs import train as training
from pipeline.jobs.evaluate import evaluate_model
from pipeline.jobs.gold import gold_set
from pipeline.jobs.training_sets import TrainingSets
from pipeline.labeling import calibration
from pipeline.labeling import model as models
from pipeline.scoring.plain import as_plain
from pipeline.scoring.predictions import Predictions
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store, preload
from pipeline.training.examples import examples

SHIPPED = "model"  # the configuration that all recipes start from
NAME = "experiments"
REAL, MORE, COMPOSED, HARD = "attached/real-opeds", "attached/real-opeds-2", "opeds", "attached/real-opeds-3"
ONE = "train.trainer.epochs=1"
ONLY_LABELS = "train.silver=[]"
REAL_ALONE = (f"train.sets=[{REAL}]", f"train.judged_on=[{REAL}]", ONLY_LABELS)
RECIPES = {
    "tfidf": ["train.trainer.kind=tfidf.v1", ONLY_LABELS],
    "frozen": ["train.trainer.kind=frozen.v1", ONLY_LABELS],
    "finetuned": [ONE],
    "seed 1": [ONE, "seed=1"],
    "seed 2": [ONE, "seed=2"],
    "window of 380": [ONE, "train.trainer.window=380"],
    "window of 64, no overlap": [ONE, "train.trainer.window=64", "train.trainer.overlap=0"],
    "without silver": [ONE, ONLY_LABELS],
    "without composed op-eds": [ONE, f"train.sets=[{REAL}, {MORE}, {HARD}]"],
    "two real sets alone": [ONE, f"train.sets=[{REAL}, {MORE}]", ONLY_LABELS],
    "real-opeds alone": [ONE, *REAL_ALONE],
    "without rules": [ONE, "train.trainer.uses_rules=false"],
    "layer-wise rates": [ONE, "train.trainer.layer_decay=0.9"],
    "balance 0": [ONE, "train.trainer.balance=0"],
    "balance 1": [ONE, "train.trainer.balance=1"],
    "adapted encoder": [ONE],
    "word vectors trained": [ONE, "train.trainer.trains_embeddings=true"],
    "full": [],
}
NAMES = (*baselines.NAMES, *RECIPES)
RECIPE_TAG, TRAINED_TAG = "experiment.recipe", "experiment.trained_by"  # the second on runs of `stance evaluate`


@dataclass(frozen=True)
class Fold:
    """What `stance train` learns from with these settings, and the articles that judge it."""

    book: object
    sets: list
    learned: tuple
    n_silver: int  # sentences
    judged: list

    @classmethod
    def of(cls, config):
        book = codebooks.load(config.codebook)
        given = TrainingSets.load(config, book)
        learned, left_out = given.folds()[0]
        judged = list(filter(given.judging(), left_out))
        return cls(book, given.sets, learned, sum(other.n_body for other in given.silver), judged)


@dataclass(frozen=True)
class Answered:
    """Answers of a baseline in the form that `held_out.report` takes."""

    articles: list
    answers: dict

    def predictions(self, book):
        keys = [(row.article, sentence.n) for row in self.articles for sentence in row.sentences]
        return Predictions(
            tuple(article for article, _ in keys),
            tuple(n for _, n in keys),
            {task.name: self.answers[task.name].p for task in book.tasks},
            {task.name: self.answers[task.name].chosen for task in book.tasks},
        )


@dataclass(frozen=True)
class Outcome:
    """`tasks` are those that the way can do.

    `processor_s`: from reading the labelled sets to the figures of the held-out articles; GOLD is not in it.
    """

    run_id: str | None
    reports: dict
    tasks: tuple
    n_learned: int
    n_silver: int
    processor_s: float


def config_of(name, settings=(), *, adapted=None, tracking=None):
    """The settings of a row; `settings` come last."""
    given = {
        "train.holds_out": True,
        "train.is_parallel": False,
        "train.model_name": "experiment-" + re.sub(r"\W+", "-", name).strip("-"),
        "evaluate.has_baselines": False,
        "tracking.experiment": NAME,
    }
    if tracking:
        given["tracking.uri"] = tracking
    own = list(RECIPES.get(name, [ONLY_LABELS]))
    if name == "frozen":
        own.append(f"train.trainer.model={raw_model()}")
    if name == "adapted encoder":
        own.append(f"train.trainer.encoder={adapted}")
    return config_files.load(SHIPPED, [*own, *settings], given=given)


def raw_model(folder=CACHE / f"{ENCODER}-model"):
    """The pretrained encoder as a model folder, as `frozen.v1` wants it: the shipped one has seen all articles."""
    if not (folder / models.MANIFEST).is_file():
        raw_labeller()
        shutil.copytree(CACHE / ENCODER, folder, dirs_exist_ok=True)
        book = codebooks.load()
        neutral = {name: decision.as_json() for name, decision in calibration.neutral(book).items()}
        (folder / models.DECISIONS).write_text(json.dumps(neutral), encoding="utf-8")
        models.seal(folder, name=ENCODER, version="0", labeller="encoder.v1", codebook=book, training={})
    return folder


def by_recipe(name, config, gold):
    """The outcome of a recipe."""
    fold, started = Fold.of(config), time.process_time()
    with tempfile.TemporaryDirectory(prefix="stance-experiment-") as scratch:
        folder = Path(scratch) / "model"
        done = training.train(config, out=folder)
        processor_s = time.process_time() - started
        reports = {"held_out": done.report}
        if gold:
            label = config.label.model_copy(update={"model": str(folder)})
            evaluated = evaluate_model(gold, config.model_copy(update={"label": label}))
            reports["gold"] = evaluated.report
            tags = {"mlflow.runName": f"{name} on gold", TRAINED_TAG: done.run_id or ""}
            tell(config, evaluated.run_id, tags)
    tasks = tuple(task.name for task in fold.book.tasks)
    n_learned = sum(len(row.targets) for row in fold.learned)
    return Outcome(done.run_id, reports, tasks, n_learned, fold.n_silver, processor_s)


def by_baseline(name, config, gold):
    """The outcome of a baseline, on the articles that judge the recipes."""
    started = time.process_time()
    with job_run(preload(config.tracking), job="baseline", config=config) as run:
        fold = Fold.of(config)
        ways = [baselines.predictor(n, fold.learned, fold.book, seed=config.seed) for n in (name, baselines.NAMES[0])]
        report, tasks = reported(ways, fold.judged, fold.sets, fold.book, config)
        reports, processor_s = {"held_out": report}, time.process_time() - started
        if gold:
            seen = {sha256_text(row.text.text) for row in fold.learned}
            chosen = gold_set(gold, fold.book, split=config.evaluate.split, trained_on=seen)
            rows = examples([replace(chosen, splits={})], fold.book)
            reports["gold"], _ = reported(ways, rows, [chosen], fold.book, config)
        n_learned = baselines.n_learned(name, fold.learned, fold.book)
        run.params({"baseline": name, "n_learned": n_learned})
        for part, report in reports.items():
            told = {f"{part}/{figure}": value for figure, value in report.as_metrics().items()}
            run.metrics({key: value for key, value in told.items() if key.split("/")[1] in tasks})
    return Outcome(run.id, reports, tasks, n_learned, 0, processor_s)


def reported(ways, rows, sets, book, config):
    """A report of all tasks, as it must be, and the tasks that the first way did; the second filled in the others."""
    answers, filling = (predict(rows) for predict in ways)
    return held_out.report(Answered(rows, filling | answers), sets, book, config), tuple(answers)


def figures(report, tasks):
    """Macro-F1 of the tasks, of devices over those with sentences enough, and the error of an article's net value."""
    found = {"articles": report.n_articles}
    for task in (report.tasks[name] for name in tasks):
        metrics = task.metrics
        found[task.task] = metrics.macro_f1 if metrics.macro_f1_frequent is None else metrics.macro_f1_frequent
        if task.profile_error:
            found[f"net {task.task} error"] = task.profile_error.counted.mean_absolute
    return found


def tell(config, run_id, tags, metrics=None):
    """Writes to a run that a job has closed; nothing where MLflow did not take it."""
    if run_id is None:
        return
    client = open_store(config.tracking).client
    for key, value in tags.items():
        client.set_tag(run_id, key, value)
    for key, value in (metrics or {}).items():
        client.log_metric(run_id, key, value)


def run(name, config, gold=None, *, settings=()):
    """The row of one name, which is an MLflow run as well; `settings` are those that `config_of` was given."""
    outcome = by_baseline(name, config, gold) if name in baselines.NAMES else by_recipe(name, config, gold)
    parts = {part: figures(report, outcome.tasks) for part, report in outcome.reports.items()}
    shown = {
        f"{part}/{figure.replace(' ', '_')}": estimate.value
        for part, found in parts.items()
        for figure, estimate in found.items()
        if figure != "articles" and estimate.value is not None
    }
    tell(config, outcome.run_id, {"mlflow.runName": " ".join((name, *settings)), RECIPE_TAG: name}, shown)
    return {
        "recipe": name,
        "settings": "; ".join(settings),
        "seed": config.seed,
        "config_sha256": config.sha256,
        "run_id": outcome.run_id,
        "sentences learned": outcome.n_learned,
        "silver": outcome.n_silver,
        "processor seconds": round(outcome.processor_s),
        **as_plain(parts),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=NAMES, metavar="NAME", help="of: " + "; ".join(NAMES))
    parser.add_argument("--gold", help="a labelled set that nothing has learned from")
    parser.add_argument("--adapted", help="the folder that `stance adapt` wrote, for `adapted encoder`")
    parser.add_argument("--tracking", metavar="URI", help="of the MLflow store, in place of the configured one")
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="a.b=c")
    options = parser.parse_args()
    if "adapted encoder" in options.names and not options.adapted:
        parser.error("`adapted encoder` needs --adapted DIR")
    experiment_rows.kept(NAME)  # what cannot be read is told before hours go into a row
    for name in options.names:
        config = config_of(name, options.settings, adapted=options.adapted, tracking=options.tracking)
        row = run(name, config, options.gold, settings=options.settings)
        print(json.dumps(row))
        experiment_rows.keep(NAME, row, NAMES)


if __name__ == "__main__":
    main()
