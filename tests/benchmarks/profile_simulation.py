"""Simulation study of profiles and comparisons: known truth, classifiers that err differently in each article.

    python tests/benchmarks/profile_simulation.py [--out tests/benchmarks/results/profile_simulation.json] [--scale 1]

Op-eds with true long-run shares are made of sentences whose classes cling to their neighbours. A linear classifier
sees a noisy view of each sentence, and each article shifts that view in its own way, so that every article has a
confusion of its own. Held-out articles of the same kind make the record of error. Per cell: coverage of the 95 %
interval of the net value, its half-width, bias and root mean squared error beside other estimators (quapy's, where
installed). Takes about five minutes of one core at scale 1.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.core import codebook as codebooks
from pipeline.core.config import Compare
from pipeline.core.config import Profile as Settings
from pipeline.profiles import estimate
from pipeline.profiles.compare import compare_groups
from pipeline.profiles.correction import Correction, Corrections, gold_weights
from pipeline.profiles.error import ClassifierError
from pipeline.profiles.sampling import counted
from pipeline.profiles.sentences import Sentences

CODEBOOK = codebooks.parse(
    b"""
format: 1
name: simulated
version: "1.0"
title: Simulated
target: nothing
roles: {values: [{value: body, definition: text}]}
voices: {values: [{value: author, definition: the writer}]}
tasks:
- name: view
  kind: single
  poles: {positive: for, negative: against}
  labels: [{value: for, definition: for}, {value: against, definition: against}, {value: neither, definition: neither}]
""",
    where="profile_simulation.py",
)
NET = np.array([1.0, -1.0, 0.0])
GOLD_MEAN = np.array([0.2, 0.1, 0.7])  # as the 276 real op-eds have it
CONCENTRATION = 3.5  # Dirichlet; net values of articles then scatter by .31, as real ones do
CLING = 0.28  # chance that a sentence repeats its neighbour's class; design effect 1.8, as measured
N_GOLD, GOLD_LENGTH = 276, (20, 60)
# separation of the classes, and spread of the shift of an article's view
QUALITIES = {"poor": (0.9, 0.2), "low": (1.4, 0.3), "middle": (2.2, 0.35), "high": (3.2, 0.4)}
LENGTHS = (10, 20, 40, 80)
PREVALENCES = {
    "as gold": (GOLD_MEAN, CONCENTRATION),
    "positive": (np.array([0.45, 0.05, 0.5]), 8.0),
    "negative": (np.array([0.08, 0.32, 0.6]), 8.0),
    "divided": (np.array([0.3, 0.3, 0.4]), 8.0),
    "neutral": (np.array([0.06, 0.04, 0.9]), 8.0),
}
DRAWS = 400
KINDS = ("more", "wrong", "not_distinguishable", "cannot_tell")
EM_STRENGTH = 8.0  # sentences; of 2, 4, 8 and 16 the best on the articles like the gold


@dataclass(frozen=True, slots=True)
class Classifier:
    """Linear discriminant over a view of 3 dimensions, calibrated on articles like the gold."""

    separation: float
    shift: float
    weights: NDArray[np.float64]
    intercept: NDArray[np.float64]
    offset: NDArray[np.float64]

    def view(self, classes: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float64]:
        """What the classifier sees of articles, each with shifts of its own. Shapes: (n_articles, n) to (..., 3)."""
        n_articles = len(classes)
        own = rng.normal(0, self.shift, (n_articles, 3, 3)) + rng.normal(0, self.shift, (n_articles, 1, 3))
        centres = np.eye(3) * self.separation + own
        seen = np.take_along_axis(centres, classes[:, :, None].repeat(3, axis=2), axis=1)
        return seen + rng.normal(0, 1, seen.shape)

    def probabilities(self, view: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = view @ self.weights + self.intercept
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return odds / odds.sum(axis=-1, keepdims=True)

    def chosen(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Decisions with a threshold that favours rare labels, as those tuned for macro-F1 do."""
        return np.eye(3)[(np.log(p + 1e-12) + self.offset).argmax(axis=-1)]


def classifier(separation: float, shift: float, rng: np.random.Generator) -> Classifier:
    from sklearn.linear_model import LogisticRegression

    blank = Classifier(separation, shift, np.zeros((3, 3)), np.zeros(3), np.zeros(3))
    classes = sentences(rng.dirichlet(GOLD_MEAN * CONCENTRATION, 500), 40, rng)
    fitted = LogisticRegression(C=100).fit(blank.view(classes, rng).reshape(-1, 3), classes.ravel())
    return Classifier(separation, shift, fitted.coef_.T, fitted.intercept_, -0.4 * np.log(GOLD_MEAN))


def sentences(shares: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Classes of texts of `n` sentences. Shapes: shares (n_texts, 3), result (n_texts, n)."""
    bounds = np.cumsum(shares, axis=1)[:, None, :-1]
    classes = (rng.random((len(shares), n, 1)) > bounds).sum(axis=2)
    clings = rng.random(classes.shape) < CLING
    for i in range(1, n):
        classes[:, i] = np.where(clings[:, i], classes[:, i - 1], classes[:, i])
    return classes


def texts(shares: NDArray[np.float64], n: int, model: Classifier, rng: np.random.Generator):
    """Classes, probabilities and decisions of a text per row of `shares`."""
    classes = sentences(shares, n, rng)
    p = model.probabilities(model.view(classes, rng))
    return classes, p, model.chosen(p)


def held_out(model: Classifier, n_articles: int, rng: np.random.Generator) -> ClassifierError:
    made = texts(rng.dirichlet(GOLD_MEAN * CONCENTRATION, n_articles), max(GOLD_LENGTH), model, rng)
    lengths = rng.integers(*GOLD_LENGTH, n_articles)
    is_kept = np.arange(max(GOLD_LENGTH)) < lengths[:, None]
    classes, p, chosen = (part[is_kept] for part in made)
    names = np.repeat([f"g{i:04d}" for i in range(n_articles)], lengths)
    gold = {"view": np.eye(3)[classes]}
    return ClassifierError.from_predictions(
        CODEBOOK, articles=names, gold=gold, predicted={"view": chosen}, p={"view": p}
    )


def macro_f1(error: ClassifierError) -> float:
    counts = error.questions["view"].counts.sum(axis=0)
    return float(np.mean(2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1))))


def one_cell(
    models: list[tuple[Classifier, ClassifierError, Correction]], prevalence: str, length: int, n: int, rng
) -> dict[str, float]:
    """Figures of `n` op-eds per held-out set."""
    mean, concentration = PREVALENCES[prevalence]
    rows = []
    for model, error, correction in models:
        shares = rng.dirichlet(mean * concentration, n)
        realised = texts(shares, length, model, rng)
        for g, classes, p, chosen in zip(shares, *realised, strict=True):
            posterior = correction.posterior(counted(p, np.full(length, "a"), is_group=False))
            low, high = np.clip(np.quantile(posterior.draws(DRAWS, rng) @ NET, [0.025, 0.975]), -1, 1)
            rows.append(
                {
                    "truth": g @ NET,
                    "covered": low <= g @ NET <= high,
                    "covered_realised": low <= np.eye(3)[classes].mean(axis=0) @ NET <= high,
                    "half_width": (high - low) / 2,
                    "profile": posterior.shares @ NET,
                    **others(error, p, chosen),
                }
            )
    return summary(rows)


def others(error: ClassifierError, p: NDArray[np.float64], chosen: NDArray[np.float64]) -> dict[str, float]:
    """Net values by the estimators that the profile is compared with."""
    record = error.questions["view"]
    once = np.ones(len(p))
    confusion = record.counts.sum(axis=0) / record.gold_counts.sum(axis=0)[:, None]
    soft = record.p_sums.sum(axis=0) / record.gold_counts.sum(axis=0)[:, None]
    prior = record.p_sums.sum(axis=(0, 1)) / record.counts.sum()
    found = {
        "cc": estimate.count(chosen, once),
        "pcc": estimate.count(p, once),
        "acc": estimate.adjusted_count(estimate.count(chosen, once), confusion),
        "pacc": estimate.adjusted_count(estimate.count(p, once), soft),
        "em": estimate.expectation_maximisation(p, prior, once),
    }
    found["em_shrunk"] = estimate.shrunk(found["em"], prior, n=len(p), strength=EM_STRENGTH)
    found |= quapy_estimates(p, prior, found["cc"], confusion)
    return {name: float(shares @ NET) for name, shares in found.items()}


def quapy_estimates(
    p: NDArray[np.float64], prior: NDArray[np.float64], counted: NDArray[np.float64], confusion: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    try:
        from quapy import functional
        from quapy.method.aggregative import ACC, EMQ
    except ImportError:
        return {}
    warnings.simplefilter("ignore", UserWarning)  # of steps used up short of the tolerance
    return {
        "quapy_acc": functional.normalize_prevalence(
            ACC.solve_adjustment(confusion.T, counted, method="inversion", solver="exact-cc"), method="clip"
        ),
        "quapy_emq": EMQ.EM(prior, p, epsilon=1e-6)[0],
    }


def summary(rows: list[dict[str, float]]) -> dict[str, float]:
    table = {key: np.array([row[key] for row in rows], float) for key in rows[0]}
    truth = table.pop("truth")
    result = {"n": len(rows)}
    for key in ("covered", "covered_realised", "half_width"):
        result[key] = float(table.pop(key).mean())
    for key, values in table.items():
        result[f"rmse_{key}"] = float(np.sqrt(((values - truth) ** 2).mean()))
        result[f"bias_{key}"] = float((values - truth).mean())
    return result


def estimation(rng: np.random.Generator, *, n_gold_sets: int, n: int, n_gold: int = N_GOLD) -> list[dict]:
    rows = []
    for quality, (separation, shift) in QUALITIES.items():
        models = []
        for _ in range(n_gold_sets):
            model = classifier(separation, shift, rng)
            error = held_out(model, n_gold, rng)
            models.append((model, error, Correction.fit(error.questions["view"], gold_weights(n_gold, 64, rng))))
        f1 = float(np.mean([macro_f1(error) for _, error, _ in models]))
        between = float(np.mean([correction.between[0] for _, _, correction in models]))
        for prevalence in PREVALENCES:
            for length in LENGTHS:
                cell = one_cell(models, prevalence, length, n, rng)
                rows.append(
                    {"quality": quality, "macro_f1": f1, "between": between, "n_gold": n_gold}
                    | {"prevalence": prevalence, "length": length}
                    | cell
                )
    return rows


def as_sentences(articles: list[tuple[str, NDArray, NDArray]]) -> Sentences:
    names = np.concatenate([np.full(len(p), name) for name, p, _ in articles])
    n = np.concatenate([np.arange(len(p)) for _, p, _ in articles])
    blank = np.full(len(names), "")
    return Sentences(
        CODEBOOK,
        names,
        n,
        n / n.max(),
        np.full(len(names), "author"),
        blank,
        {"view": np.concatenate([chosen for _, _, chosen in articles])},
        {"view": np.concatenate([p for _, p, _ in articles])},
    )


def pair(model: Classifier, shares, lengths, n_articles: int, rng) -> dict[str, Sentences]:
    """Two texts with the given long-run shares; groups of articles around them where `n_articles` is over one."""
    sides = {}
    for name, mean, length in zip("ab", shares, lengths, strict=True):
        drawn = [mean] if n_articles == 1 else rng.dirichlet(np.maximum(mean, 0.01) * CONCENTRATION, n_articles)
        _, p, chosen = texts(np.array([shares / shares.sum() for shares in drawn]), length, model, rng)
        made = [(f"{name}{i}", *found) for i, found in enumerate(zip(p, chosen, strict=True))]
        sides[name] = as_sentences(made)
    return sides


def verdicts(rng: np.random.Generator, *, n: int) -> list[dict]:
    """Rates of each verdict for pairs whose true net values differ by 0 (the null) to 1."""
    profile, rows = Settings(resamples=200), []
    plans = [("two op-eds", 1, (20, 20)), ("two op-eds", 1, (40, 40)), ("two op-eds", 1, (12, 60))]
    plans += [("two op-eds", 1, (80, 80)), ("groups of 8", 8, (30, 30)), ("groups of 30", 30, (30, 30))]
    for quality in QUALITIES:
        model = classifier(*QUALITIES[quality], rng)
        corrections = Corrections.fit(held_out(model, N_GOLD, rng), CODEBOOK, seed=0)
        for plan, n_articles, lengths in plans:
            settings = Compare(permutations=400, by="outlet" if n_articles > 1 else None)
            for gap in (0.0, 0.25, 0.5, 1.0):
                n_pairs = n if gap else 3 * n  # the rate of false verdicts is the proof, power the picture
                kinds = [
                    _verdict(model, corrections, gap, lengths, n_articles, profile, settings, rng)
                    for _ in range(n_pairs)
                ]
                rates = {kind: kinds.count(kind) / n_pairs for kind in KINDS}
                rows.append({"quality": quality, "kind": plan, "lengths": lengths, "gap": gap, "n": n_pairs} | rates)
    return rows


def _verdict(model, corrections, gap, lengths, n_articles, profile, settings, rng) -> str:
    """`more` is the right verdict of a true gap, and any such verdict where there is none."""
    middle = rng.dirichlet(GOLD_MEAN * CONCENTRATION) if n_articles == 1 else np.array([0.25, 0.2, 0.55])
    a, b = apart(middle, gap)
    groups = pair(model, (a, b), lengths, n_articles, rng)
    result = compare_groups(
        groups, CODEBOOK, corrections=corrections, profile=profile, settings=settings, seed=int(rng.integers(1 << 30))
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
    a, b = blend * middle + (1 - blend) * high, blend * middle + (1 - blend) * low
    return a, b


def show(rows: list[dict], columns: tuple[str, ...]) -> None:
    shown = [column for column in columns if column in rows[0]]
    print("  ".join(f"{column[:12]:>12}" for column in shown))
    for row in rows:
        cells = [row[column] for column in shown]
        print("  ".join(f"{cell:12.3f}" if isinstance(cell, float) else f"{cell!s:>12}" for cell in cells))


def overview(rows: list[dict]) -> dict[str, float]:
    """Means over cells, and how many cells have their coverage where it should be."""
    covered = np.array([row["covered"] for row in rows])
    told = {
        "n_gold": rows[0]["n_gold"],
        "covered": float(covered.mean()),
        "covered_least": float(covered.min()),
        "covered_most": float(covered.max()),
        "share_of_cells_92_to_98": float(((covered >= 0.92) & (covered <= 0.98)).mean()),
        "share_of_cells_under_92": float((covered < 0.92).mean()),
        "half_width": float(np.mean([row["half_width"] for row in rows])),
    }
    kinds = [key for key in rows[0] if key.startswith("rmse_")]
    told |= {key: float(np.sqrt(np.mean([row[key] ** 2 for row in rows]))) for key in kinds}
    return told | {
        key.replace("rmse", "bias_size"): float(np.mean([abs(row[key.replace("rmse", "bias")]) for row in rows]))
        for key in kinds
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0, help="times the op-eds per cell; 0.1 for a look")
    parser.add_argument("--no-verdicts", action="store_true", help="estimation alone")
    options = parser.parse_args()
    rng, start = np.random.default_rng(options.seed), time.perf_counter()
    found = estimation(rng, n_gold_sets=8, n=ceil(40 * options.scale))
    small = estimation(rng, n_gold_sets=8, n=ceil(40 * options.scale), n_gold=40)
    columns = ("quality", "macro_f1", "between", "n_gold", "prevalence", "length", "covered", "covered_realised")
    columns += ("half_width", "bias_profile", "bias_cc", "rmse_profile", "rmse_cc", "rmse_pcc", "rmse_acc", "rmse_em")
    show([*found, *small], columns)
    told = [overview(found), overview(small)]
    print(json.dumps(told, indent=1))
    seconds = time.perf_counter() - start
    verdict_rates = [] if options.no_verdicts else verdicts(rng, n=ceil(50 * options.scale))
    if verdict_rates:
        show(verdict_rates, ("quality", "kind", "lengths", "gap", "n", *KINDS))
    print(f"{seconds:.0f} s for estimation, {time.perf_counter() - start:.0f} s in all")
    if options.out:
        result = {"seed": options.seed, "scale": options.scale, "overview": told}
        result |= {"estimation": [*found, *small], "verdicts": verdict_rates}
        options.out.write_text(json.dumps(rounded(result), indent=1) + "\n")


def rounded(value):
    """Four decimals are more than the numbers of texts bear."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
