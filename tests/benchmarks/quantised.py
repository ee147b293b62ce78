"""What eight bits cost: macro-F1 per task of the runtime's setting, and of others, against the same model in float32.

    python tests/benchmarks/quantised.py [SET] [--split all] [--articles N]

The weights of the shipped encoder are eight-bit numbers in every setting; what the settings change is the arithmetic.
The set's own sentences are labelled, so that every setting judges the same ones.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from machine import record

from pipeline.core import config_files
from pipeline.core.places import shipped
from pipeline.corpus import labelled_set
from pipeline.jobs.gold import gold_batches
from pipeline.labeling import model as models
from pipeline.labeling.encoder import EncoderLabeller
from pipeline.labeling.rows import identity, sentence_rows
from pipeline.labeling.runtime import MODEL_FILE, SETTINGS, EncoderRuntime
from pipeline.labeling.stage import LabelStage
from pipeline.scoring.classification import macro_f1
from pipeline.scoring.metrics import macro_f1_counts
from pipeline.scoring.predictions import Predictions, answers, gold_sentences
from pipeline.scoring.resampling import ArticleResamples
from pipeline.scoring.significance import paired_difference

SHIPPED, EXACT, HALF = "as shipped", "float32 arithmetic", "bfloat16 elsewhere"
VARIANTS = {
    SHIPPED: SETTINGS,
    EXACT: {**SETTINGS, "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"},
    HALF: {**SETTINGS, "INFERENCE_PRECISION_HINT": "bf16"},
}
RESAMPLES = 1_000


def variant(model, name, scratch):
    """The same model over its encoder in another arithmetic."""
    labeller = EncoderLabeller.open(model.folder, threads=None)
    folder = unrounded(model.folder, scratch) if name == EXACT else model.folder
    labeller._runtime = EncoderRuntime(folder, settings=VARIANTS[name])
    return replace(model, labeller=labeller)


def unrounded(folder, scratch):
    """A folder with the encoder of another, its weights as they are, whose states are nowhere rounded to eight bits."""
    import openvino

    encoder = openvino.Core().read_model(folder / MODEL_FILE)
    for node in encoder.get_ordered_ops():
        if node.get_type_name() == "FakeQuantize":
            for user in node.output(0).get_target_inputs():
                user.replace_source_output(node.input_value(0))
    target = Path(tempfile.mkdtemp(dir=scratch))
    openvino.save_model(encoder, target / MODEL_FILE, compress_to_fp16=False)
    return target


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
    with tempfile.TemporaryDirectory() as scratch:
        answers_of = {name: answered(variant(model, name, scratch), gold, config) for name in VARIANTS}
    exact = answers_of[EXACT]
    resamples = ArticleResamples.draw(
        next(iter(exact.values())).n_articles, n_resamples=RESAMPLES, level=0.95, rng=np.random.default_rng(0)
    )
    settings = {name: {"tasks": compared(found, exact, resamples)} for name, found in answers_of.items()}
    for name, found in settings.items():
        for task, figures in found["tasks"].items():
            print(f"{name:<24} {task:<10} " + "  ".join(f"{key} {value}" for key, value in figures.items()))
    result = {"set": gold.name, "n_articles": len(kept), "n_sentences": gold.n_body, "settings": settings}
    print(record("quantised", {"model_sha256": model.sha256, **result}))


if __name__ == "__main__":
    main()
