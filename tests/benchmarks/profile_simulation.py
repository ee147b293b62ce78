"""Simulation study of profiles: coverage and error of net values whose truth is known.

    python tests/benchmarks/profile_simulation.py [--out tests/benchmarks/results/profile_simulation.json] [--scale 1]

Of op-eds, per cell: coverage of the 95 % interval of the net value, its half-width, bias and root mean squared error
beside other estimators (quapy's, where installed). Of groups of 4, 8 and 16 op-eds: coverage of the net value that the
group's writer has in the long run. Takes about two minutes of one core at scale 1, more with quapy.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from simulated_opeds import (
    CONCENTRATION,
    GOLD_MEAN,
    N_GOLD,
    NET,
    QUALITIES,
    Classifier,
    articles,
    classifier,
    held_out,
    show,
    texts,
    write,
)

from pipeline.profiles import estimate
from pipeline.profiles.correction import Correction, Posterior, gold_weights
from pipeline.profiles.error import ClassifierError
from pipeline.profiles.sampling import counted, numbered

LENGTHS = (10, 20, 40, 80)
PREVALENCES = {
    "as gold": (GOLD_MEAN, CONCENTRATION),
    "positive": (np.array([0.45, 0.05, 0.5]), 8.0),
    "negative": (np.array([0.08, 0.32, 0.6]), 8.0),
    "divided": (np.array([0.3, 0.3, 0.4]), 8.0),
    "neutral": (np.array([0.06, 0.04, 0.9]), 8.0),
}
DRAWS = 400
GROUP_SIZES = (4, 8, 16)
EM_STRENGTH = 8.0  # sentences; of 2, 4, 8 and 16 the best on the articles like the gold


Models = list[tuple[Classifier, ClassifierError, Correction]]


def macro_f1(error: ClassifierError) -> float:
    counts = error.questions["view"].counts.sum(axis=0)
    return float(np.mean(2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1))))


def one_cell(models: Models, prevalence: str, length: int, n: int, rng: np.random.Generator) -> dict[str, float]:
    """Figures of `n` op-eds per held-out set."""
    mean, concentration = PREVALENCES[prevalence]
    rows = []
    for model, error, correction in models:
        shares = rng.dirichlet(mean * concentration, n)
        realised = texts(shares, length, model, rng)
        for g, classes, p, chosen in zip(shares, *realised, strict=True):
            posterior = correction.posterior(counted(p, np.zeros(length, dtype=np.intp), is_group=False))
            low, high = interval(posterior, rng)
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


def interval(posterior: Posterior, rng: np.random.Generator) -> tuple[float, float]:
    low, high = np.clip(np.quantile(posterior.draws(DRAWS, rng) @ NET, [0.025, 0.975]), -1, 1)
    return low, high


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


def measured(
    separation: float, shift: float, n_sets: int, n_gold: int, rng: np.random.Generator
) -> tuple[Models, dict[str, float]]:
    """A classifier with its record of error for each held-out set, and what they are like."""
    models = []
    for _ in range(n_sets):
        model = classifier(separation, shift, rng)
        error = held_out(model, n_gold, rng)
        models.append((model, error, Correction.fit(error.questions["view"], gold_weights(n_gold, 64, rng))))
    return models, {
        "macro_f1": float(np.mean([macro_f1(error) for _, error, _ in models])),
        "between": float(np.mean([correction.between[0] for _, _, correction in models])),
        "n_gold": n_gold,
    }


def estimation(rng: np.random.Generator, *, n_gold_sets: int, n: int, n_gold: int = N_GOLD) -> list[dict]:
    rows = []
    for quality, (separation, shift) in QUALITIES.items():
        models, about = measured(separation, shift, n_gold_sets, n_gold, rng)
        for prevalence in PREVALENCES:
            for length in LENGTHS:
                cell = one_cell(models, prevalence, length, n, rng)
                rows.append({"quality": quality} | about | {"prevalence": prevalence, "length": length} | cell)
    return rows


def groups(rng: np.random.Generator, *, n_gold_sets: int, n: int) -> list[dict]:
    """Coverage of groups whose op-eds scatter around a writer's long-run shares."""
    rows = []
    for quality, (separation, shift) in QUALITIES.items():
        models, about = measured(separation, shift, n_gold_sets, N_GOLD, rng)
        for prevalence in PREVALENCES:
            for size in GROUP_SIZES:
                found = [one_group(model, correction, prevalence, size, rng)
                         for model, _, correction in models for _ in range(n)]  # fmt: skip
                rows.append({"quality": quality} | about | {"prevalence": prevalence, "size": size} | summary(found))
    return rows


def one_group(
    model: Classifier, correction: Correction, prevalence: str, size: int, rng: np.random.Generator
) -> dict[str, float]:
    """`covered_realised` is of the sentences that the group has, which its interval is not about."""
    mean, concentration = PREVALENCES[prevalence]
    made = articles(rng.dirichlet(mean * concentration, size), model, rng)
    posterior = correction.posterior(counted(made.p, numbered(made.names), is_group=True))
    low, high = interval(posterior, rng)
    return {
        "truth": mean @ NET,
        "covered": low <= mean @ NET <= high,
        "covered_realised": low <= NET[made.classes].mean() <= high,
        "half_width": (high - low) / 2,
        "profile": posterior.shares @ NET,
        "cc": made.chosen.mean(axis=0) @ NET,
    }


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
    parser.add_argument("--scale", type=float, default=1.0, help="times the op-eds and groups per cell; 0.1 for a look")
    options = parser.parse_args()
    rng, n = np.random.default_rng(options.seed), ceil(40 * options.scale)
    found = estimation(rng, n_gold_sets=8, n=n)
    small = estimation(rng, n_gold_sets=8, n=n, n_gold=40)
    grouped = groups(rng, n_gold_sets=8, n=n)
    columns = ("quality", "macro_f1", "between", "n_gold", "prevalence", "length", "size", "covered")
    columns += ("covered_realised", "half_width", "bias_profile", "bias_cc", "rmse_profile", "rmse_cc", "rmse_pcc")
    for rows in ([*found, *small], grouped):
        show(rows, (*columns, "rmse_acc", "rmse_em"))
    sizes = {size: overview([row for row in grouped if row["size"] == size]) for size in GROUP_SIZES}
    told = {"overview": [overview(found), overview(small)], "groups_overview": sizes}
    print(json.dumps(told, indent=1))
    print(f"{time.process_time():.0f} s of processor time")
    result = {"seed": options.seed, "scale": options.scale} | told
    write(options.out, result | {"estimation": [*found, *small], "groups": grouped})


if __name__ == "__main__":
    main()
