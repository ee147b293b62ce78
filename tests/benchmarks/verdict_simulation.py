"""Simulation study of verdicts: how often pairs and series are told apart that are, and that are not.

    python tests/benchmarks/verdict_simulation.py [--out tests/benchmarks/results/verdict_simulation.json] [--scale 1]

Pairs of op-eds and of groups whose true net values differ by 0 (the null) to 1. Series of writers whose truth stays
the same over years of unequal numbers of op-eds: any change that is told is false. Takes about six minutes of one
core at scale 1.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from math import ceil
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from simulated_opeds import (
    CODEBOOK,
    CONCENTRATION,
    GOLD_MEAN,
    N_GOLD,
    QUALITIES,
    Classifier,
    articles,
    classifier,
    held_out,
    show,
    texts,
    write,
)

from pipeline.core.config import Compare
from pipeline.core.config import Profile as Settings
from pipeline.profiles.compare import compare_groups
from pipeline.profiles.correction import Corrections
from pipeline.profiles.error import ClassifierError
from pipeline.profiles.sentences import Sentences
from pipeline.profiles.series import series
from pipeline.profiles.significance import holm
from pipeline.profiles.trends import Trend

KINDS = ("more", "wrong", "not_distinguishable", "cannot_tell")
TREND_KINDS = ("trend", "changed", "steady", "cannot_tell")
GROUP_MEAN = np.array([0.25, 0.2, 0.55])
PROFILE = Settings(resamples=200)
PERMUTATIONS = 400
PAIRS = (
    ("two op-eds", 1, (20, 20)),
    ("two op-eds", 1, (40, 40)),
    ("two op-eds", 1, (12, 60)),
    ("two op-eds", 1, (80, 80)),
    ("groups of 8", 8, (30, 30)),
    ("groups of 30", 30, (30, 30)),
)
YEARS = (("one writer", 1, (20, 5)), ("one writer", 1, (12, 12, 4)), ("one writer", 1, (4, 8, 16, 8)))
YEARS += (("three writers", 3, (4, 8, 16, 8)),)


def pairs(rng: np.random.Generator, *, n: int) -> list[dict]:
    """Rates of each verdict for pairs whose true net values differ by 0 (the null) to 1."""
    rows = []
    for quality in QUALITIES:
        model = classifier(*QUALITIES[quality], rng)
        corrections = Corrections.fit(held_out(model, N_GOLD, rng), CODEBOOK, seed=0)
        for plan, n_articles, lengths in PAIRS:
            for gap in (0.0, 0.25, 0.5, 1.0):
                n_pairs = n if gap else 3 * n  # the rate of false verdicts is the proof, power the picture
                kinds = [pair_verdict(model, corrections, gap, lengths, n_articles, rng) for _ in range(n_pairs)]
                rates = {kind: kinds.count(kind) / n_pairs for kind in KINDS}
                rows.append({"quality": quality, "kind": plan, "lengths": lengths, "gap": gap, "n": n_pairs} | rates)
    return rows


def pair_verdict(model: Classifier, corrections: Corrections, gap: float, lengths, n_articles: int, rng) -> str:
    """`more` is the right verdict of a true gap, and any such verdict where there is none."""
    middle = rng.dirichlet(GOLD_MEAN * CONCENTRATION) if n_articles == 1 else GROUP_MEAN
    result = compare_groups(
        pair(model, apart(middle, gap), lengths, n_articles, rng),
        CODEBOOK,
        corrections=corrections,
        profile=PROFILE,
        settings=Compare(permutations=PERMUTATIONS, by="outlet" if n_articles > 1 else None),
        seed=int(rng.integers(1 << 30)),
    )
    told = result.pairs[0].nets["view"]
    if told.verdict.kind != "more" or told.difference.value is None:
        return str(told.verdict.kind)
    return "more" if told.difference.value > 0 or gap == 0 else "wrong"


def apart(middle: NDArray[np.float64], gap: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two sets of shares whose net values differ by `gap`, as near to `middle` on both sides as shares allow."""
    if gap == 0:
        return middle, middle
    blend = 1 - gap / 2
    high, low = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    return blend * middle + (1 - blend) * high, blend * middle + (1 - blend) * low


def pair(model: Classifier, shares, lengths, n_articles: int, rng) -> dict[str, Sentences]:
    """Two texts with the given long-run shares; groups of articles around them where `n_articles` is over one."""
    sides = {}
    for name, mean, length in zip("ab", shares, lengths, strict=True):
        drawn = [mean] if n_articles == 1 else rng.dirichlet(np.maximum(mean, 0.01) * CONCENTRATION, n_articles)
        _, p, chosen = texts(np.array([shares / shares.sum() for shares in drawn]), length, model, rng)
        names = np.repeat([f"{name}{i:02d}" for i in range(n_articles)], length)
        table = sentence_table(names, p.reshape(-1, 3), chosen.reshape(-1, 3))
        sides[name] = Sentences.from_table(table, CODEBOOK)
    return sides


def sentence_table(names, p, chosen, **more) -> pa.Table:
    """As `stance label` gives it, with the columns that comparisons read."""
    labels = np.array(CODEBOOK.task("view").values)
    blank = {"role": "body", "voice": "author", "speaker": ""}
    columns = {column: np.full(len(names), value) for column, value in blank.items()}
    columns |= {"article": names, "n": np.arange(len(names)), "view": labels[chosen.argmax(axis=1)]}
    columns |= {f"p_view_{label}": p[:, k] for k, label in enumerate(labels)}
    return pa.table({name: pa.array(values.tolist()) for name, values in (columns | more).items()})


def unchanged(rng: np.random.Generator, *, n: int) -> list[dict]:
    """Rates of false verdicts on series. `false`: of runs with one or more, which `compare.alpha` bounds.

    `false_apart`: what it would be if trends and changes were two of Holm's families.
    """
    rows = []
    for quality in QUALITIES:
        model = classifier(*QUALITIES[quality], rng)
        error = held_out(model, N_GOLD, rng)
        for plan, n_writers, counts in YEARS:
            runs = [told_series(model, error, n_writers, counts, rng) for _ in range(n)]
            kinds = Counter(str(trend.verdict.kind) for run in runs for trend in run)
            rates = {kind: kinds[kind] / kinds.total() for kind in TREND_KINDS}
            rates["false"] = np.mean([any(t.verdict.kind in ("trend", "changed") for t in run) for run in runs])
            rates["false_apart"] = np.mean([is_told_apart(run) for run in runs])
            rates |= levels([trend for run in runs for trend in run])
            rows.append({"quality": quality, "kind": plan, "counts": counts, "n": n} | rates)
    return rows


def told_series(model: Classifier, error: ClassifierError, n_writers: int, counts, rng) -> list[Trend]:
    years = np.tile(np.repeat(2000 + np.arange(len(counts)), counts), n_writers)
    writers = np.repeat([f"writer {i}" for i in range(n_writers)], sum(counts))
    made = articles(rng.dirichlet(GROUP_MEAN * CONCENTRATION, len(years)), model, rng)
    of_sentences = {"date": years.astype(str).repeat(made.lengths), "author": writers.repeat(made.lengths)}
    told, _ = series(
        sentence_table(made.names, made.p, made.chosen, **of_sentences),
        CODEBOOK,
        error=error,
        profile=PROFILE,
        settings=Compare(permutations=PERMUTATIONS, by="author", over="year"),
        seed=int(rng.integers(1 << 30)),
    )
    return [one.trends["view"] for one in told]


def is_told_apart(run: list[Trend], alpha: float = 0.05) -> bool:
    trends = zip(run, holm([trend.p_trend for trend in run]), strict=True)
    is_trend = any(p <= alpha and (trend.low > 0 or trend.high < 0) for trend, p in trends)
    return is_trend or any(p is not None and p <= alpha for p in holm([trend.p_change for trend in run]))


def levels(run: list[Trend], alpha: float = 0.05) -> dict[str, float | None]:
    """How often the p of each test, not adjusted, is at most alpha; None for one that is not made."""
    found = {"p_trend": [t.p_trend for t in run], "p_change": [t.p_change for t in run if t.p_change is not None]}
    shares = {name: float(np.mean(np.array(p) <= alpha)) if p else None for name, p in found.items()}
    return shares | {"n_series": len(run)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0, help="times the pairs and series per cell; 0.1 for a look")
    parser.add_argument("--only", choices=("pairs", "series"))
    options = parser.parse_args()
    of_pairs, of_series = np.random.default_rng(options.seed).spawn(2)
    found = {} if options.only == "series" else {"pairs": pairs(of_pairs, n=ceil(50 * options.scale))}
    at = time.process_time()
    if options.only != "pairs":
        found["series"] = unchanged(of_series, n=ceil(300 * options.scale))
    columns = ("quality", "kind", "lengths", "counts", "gap", "n", *KINDS[:3], *TREND_KINDS)
    for rows in found.values():
        show(rows, (*columns, "false", "false_apart", "p_trend", "p_change"))
    print(f"{at:.0f} s of processor time for pairs, {time.process_time() - at:.0f} s for series")
    write(options.out, {"seed": options.seed, "scale": options.scale} | found)


if __name__ == "__main__":
    main()
