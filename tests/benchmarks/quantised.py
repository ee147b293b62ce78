"""What eight bits cost: macro-F1 per task of the runtime's setting, and of others, against the same model in float32.

    python tests/benchmarks/quantised.py [SET] [--split all] [--articles N]

The weights of the shipped encoder are eight-bit numbers in every setting; what the settings change is the arithmetic.
The set's own sentences are labelled, so that every setting judges the same ones. `padding` is what the same window's
states differ by when it is padded to another length, and `neighbours` when another window shares its batch.
"""

import argparse
from dataclasses import replace

import numpy as np
from machine import record

from pipeline.core import config_files
from pipeline.core.places import shipped
from pipeline.corpus import labelled_set
from pipeline.jobs.gold import gold_batches
from pipeline.labeling import model as models
from pipeline.labeling.encoder import EncoderLabeller
from pipeline.labeling.rows import identity, sentence_rows
from pipeline.labeling.runtime import SETTINGS, EncoderRuntime
from pipeline.labeling.stage import LabelStage
from pipeline.scoring.classification import macro_f1
from pipeline.scoring.metrics import macro_f1_counts
from pipeline.scoring.predictions import Predictions, answers, gold_sentences
from pipeline.scoring.resampling import ArticleResamples
from pipeline.scoring.significance import paired_difference

GROUP = "DYNAMIC_QUANTIZATION_GROUP_SIZE"
SHIPPED, EXACT = "as shipped", "float32 arithmetic"
VARIANTS = {
    SHIPPED: SETTINGS,
    EXACT: {**SETTINGS, GROUP: "0"},
    "groups of 64": {**SETTINGS, GROUP: "64"},
    "groups of 128": {**SETTINGS, GROUP: "128"},
    "bfloat16, no groups": {**SETTINGS, GROUP: "0", "INFERENCE_PRECISION_HINT": "bf16"},
    "bfloat16, groups of 32": {**SETTINGS, "INFERENCE_PRECISION_HINT": "bf16"},
}
RESAMPLES = 1_000
BATCH_TOKENS = 2_000


def with_settings(model, settings):
    """The same model over an encoder compiled with other settings."""
    labeller = EncoderLabeller.open(model.folder, threads=None, batch_tokens=BATCH_TOKENS)
    labeller._runtime = EncoderRuntime(model.folder, settings=settings)
    return replace(model, labeller=labeller)


def answered(model, gold, config):
    """What the model says of the set's sentences, beside their labels."""
    stage, rows = LabelStage(model), []
    for table in gold_batches(gold, batch=config.label.batch_articles):
        rows += sentence_rows(stage(table), model.codebook, identity(model, config)).to_pylist()
    return answers(gold_sentences(gold, model.codebook), Predictions.from_rows(rows, model.codebook), model.codebook)


def compared(found, exact, resamples):
    """Macro-F1, what is lost of that in float32 with its interval over articles, and the share of equal decisions."""
    result = {}
    for task, given in found.items():
        own, other = macro_f1_counts(given), macro_f1_counts(exact[task])
        lost = paired_difference(other, own, macro_f1, resamples=resamples)
        result[task] = {
            "macro_f1": float(macro_f1(own.sum(axis=0))),
            "lost": {"value": lost.value, "low": lost.low, "high": lost.high},
            "same_decisions": float((given.chosen == exact[task].chosen).all(axis=1).mean()),
        }  # fmt: skip
    return result


def moved_by(settings, folder, *, seed=0):
    """Largest difference of a window's states by what it is padded to, and by what shares its batch."""
    rng, runtime = np.random.default_rng(seed), EncoderRuntime(folder, settings=settings)
    lines = [rng.integers(2_000, 20_000, n) for n in (60, 100, 150, 200)]

    def states(chosen, width):
        ids, mask = (np.zeros((len(chosen), width), np.int64) for _ in range(2))
        for row, line in enumerate(chosen):
            ids[row, : len(line)], mask[row, : len(line)] = line, 1
        return runtime.states(ids, mask)[0, : len(chosen[0])].copy()

    alone = [states([line], 250) for line in lines]
    padding = max(np.abs(states([line], len(line)) - a).max() for line, a in zip(lines, alone, strict=True))
    others = [states([line, *lines[::-1]], 250) for line in lines]
    neighbours = max(np.abs(o - a).max() for o, a in zip(others, alone, strict=True))
    return {"padding": float(padding), "neighbours": float(neighbours)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", nargs="?", default="opeds")
    parser.add_argument("--split", default="all")
    parser.add_argument("--articles", type=int, help="the first ones only")
    given = parser.parse_args()
    config, model = config_files.load(), models.load(shipped("models/default"))
    gold = labelled_set.load(given.set, model.codebook)
    kept = [a for a in gold.articles if given.split in ("all", gold.splits.get(a.article))][: given.articles]
    gold = replace(gold, articles=tuple(kept))
    print(f"{gold.name}: {len(kept)} articles, {gold.n_body} body sentences")
    exact = answered(with_settings(model, VARIANTS[EXACT]), gold, config)
    resamples = ArticleResamples.draw(
        next(iter(exact.values())).n_articles, n_resamples=RESAMPLES, level=0.95, rng=np.random.default_rng(0)
    )
    settings = {}
    for name, values in VARIANTS.items():
        found = exact if name == EXACT else answered(with_settings(model, values), gold, config)
        settings[name] = {**moved_by(values, model.folder), "tasks": compared(found, exact, resamples)}
        for task, figures in settings[name]["tasks"].items():
            print(f"{name:<24} {task:<10} " + "  ".join(f"{key} {value}" for key, value in figures.items()))
    result = {"set": gold.name, "n_articles": len(kept), "n_sentences": gold.n_body, "settings": settings}
    print(record("quantised", {"model_sha256": model.sha256, **result}))


if __name__ == "__main__":
    main()
