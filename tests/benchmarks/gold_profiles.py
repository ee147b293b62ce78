"""Profiles of predicted labels against profiles of a set's own labels: what a profile's reader would be wrong by.

    python tests/benchmarks/gold_profiles.py SET [--model default] [--split test] [--out FILE.json]

The set's sentences are labelled by the model (`--reading pipeline` cuts and attributes them anew, from the bare text).
Per article: the net value of each task with poles in the writer's voice, as counted, as corrected with its interval,
and from the labels; devices per 100 sentences. Over articles: mean absolute error and bias with and without correction,
coverage of the intervals, rank correlation. Articles that the model was trained on are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from machine import machine
from scipy import stats

from pipeline.core import config_files
from pipeline.corpus import labelled_set
from pipeline.engines import local
from pipeline.jobs import flow
from pipeline.jobs.gold import gold_batches, raw_table
from pipeline.jobs.opening import open_model
from pipeline.labeling.rows import sentence_rows
from pipeline.labeling.stage import LabelStage
from pipeline.profiles.build import build_profiles
from pipeline.profiles.questions import poled
from pipeline.tracking.store import preload


def gold_of(reference, split, opened):
    """The part of the set that the model has not seen, and how many articles were left out."""
    from pipeline.core.fingerprints import sha256_text

    gold = labelled_set.load(reference, opened.model.codebook)
    kept = [a for a in gold.articles if not gold.splits or split is None or gold.splits.get(a.article) == split]
    new = tuple(a for a in kept if sha256_text(a.text) not in opened.trained_on)
    return replace(gold, articles=new), len(kept) - len(new)


def predicted_sentences(gold, opened, config, reading):
    """The sentence table by the model, of the set's own sentences or of those that the pipeline cuts."""
    if reading == "gold":
        batches = list(gold_batches(gold, batch=config.label.batch_articles))
    else:
        batches = list(local.run([(raw_table(gold), [])], flow.reading_stages(config), local.Ledger()))
    stage = LabelStage(opened.model)
    return pa.concat_tables(sentence_rows(stage(b), opened.model.codebook, opened.identity) for b in batches)


def labelled_figures(article, book, voices):
    """Net values and devices per 100 sentences from the set's labels; None without a counted sentence."""
    counted = [s for s in article.sentences if s.is_body and s.voice in voices]
    if not counted:
        return None
    figures = {}
    for task in poled(book):
        labels = [s.values[task.name][0] for s in counted]
        net = labels.count(task.poles.positive) - labels.count(task.poles.negative)
        figures[f"net_{task.name}"] = net / len(counted)
    for task in (task for task in book.tasks if task.kind == "multi"):
        for value in task.values:
            figures[f"per_100_{value}"] = 100 * sum(value in s.values[task.name] for s in counted) / len(counted)
    return figures


def article_rows(gold, profiles, book, voices):
    """A row per article and figure, with what was predicted beside what the labels say."""
    by_name, rows = {p.name: p for p in profiles}, []
    for article in gold.articles:
        truth, profile = labelled_figures(article, book, voices), by_name.get(article.article)
        if truth is None or profile is None or not profile.n_sentences:
            continue
        found = {f"net_{task}": figure for task, figure in profile.nets.items()}
        found |= {f"per_100_{label}": f for rates in profile.per_100.values() for label, f in rates.items()}
        for name, value in truth.items():
            f = found[name]
            row = {"article": article.article, "n_sentences": profile.n_sentences, "figure": name, "gold": value}
            row |= {"counted": f.uncorrected, "corrected": f.value, "low": f.low, "high": f.high}
            row["is_covered"] = None if f.value is None else bool(f.low <= value <= f.high)
            rows.append(row)
    return rows


def summary(rows):
    """Per figure: error with and without correction, coverage, rank correlation."""
    found = {}
    for name in dict.fromkeys(row["figure"] for row in rows):
        part = [row for row in rows if row["figure"] == name]
        gold = np.array([row["gold"] for row in part])
        told = {"n_articles": len(part)}
        for kind in ("counted", "corrected"):
            kept = [i for i, row in enumerate(part) if row[kind] is not None]
            if not kept:
                continue
            values = np.array([part[i][kind] for i in kept])
            told[f"mae_{kind}"] = float(np.abs(values - gold[kept]).mean())
            told[f"bias_{kind}"] = float((values - gold[kept]).mean())
            if len(kept) > 2 and np.ptp(values) > 0 and np.ptp(gold[kept]) > 0:
                told[f"spearman_{kind}"] = float(stats.spearmanr(values, gold[kept]).statistic)
        covered = [row["is_covered"] for row in part if row["is_covered"] is not None]
        if covered:
            told["n_covered"], told["coverage"] = sum(covered), float(np.mean(covered))
            told["half_width"] = float(np.mean([(r["high"] - r["low"]) / 2 for r in part if r["low"] is not None]))
        found[name] = told
    return found


def show(rows, figures):
    for row in (row for row in rows if row["figure"].startswith("net_")):
        ends = "" if row["low"] is None else f"{row['corrected']:+.2f} [{row['low']:+.2f}, {row['high']:+.2f}]"
        print(f"{row['article'][:36]:<36} {row['n_sentences']:>4} gold {row['gold']:+.2f} counted", end=" ")
        print(f"{row['counted']:+.2f} corrected {ends} {'' if row['is_covered'] in (True, None) else 'missed'}")
    for name, told in figures.items():
        print(name, {key: round(value, 3) if isinstance(value, float) else value for key, value in told.items()})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set")
    parser.add_argument("--model", default="default")
    parser.add_argument("--split", default="test", help="of sets that have splits; all of others")
    parser.add_argument("--reading", choices=("gold", "pipeline"), default="gold")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if not Path(options.set).exists() and "/" in options.set:
        sys.exit(f"skipped: there is no set at {options.set}")
    config = config_files.load(None, [f"label.model={options.model}", "tracking.is_on=false"])
    opened = open_model(config, preload(config.tracking))
    book = opened.model.codebook
    gold, n_seen = gold_of(options.set, options.split, opened)
    table = predicted_sentences(gold, opened, config, options.reading)
    profiles = list(build_profiles(table, book, error=opened.error, settings=config.profile, seed=config.seed))
    rows = article_rows(gold, profiles, book, config.profile.voices)
    figures = summary(rows)
    show(rows, figures)
    result = {"set": gold.name, "sha256": gold.sha256, "split": options.split if gold.splits else None}
    result |= {"reading": options.reading, "model_sha256": opened.model.sha256, "n_trained_on": n_seen}
    result |= {"machine": machine(), "figures": figures, "articles": rows}
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
