"""Does a model read what is said, or short cuts? Deletion of evidence, names masked, oracles, and where it errs.

    python tests/benchmarks/probes.py [MODEL] [--sets SET ...] [--gold DIR] [--sentences 300] [--articles N]

MODEL is a model's folder. Of `opeds` the test split is taken, of `attached/real-opeds` the fold that the experiments
hold out; how many of the articles the model's weights have seen stands beside each set. Intervals are over articles.
"""

import argparse
import json
from pathlib import Path

import deletion
import names_masked
import numpy as np
import oracles
from machine import record
from samples import COMPOSED, REAL, answers, logits_of, samples, show, shown

from pipeline.core.places import shipped
from pipeline.corpus.silver import TRAINED_ON
from pipeline.labeling import model as models
from pipeline.scoring import breakdowns
from pipeline.scoring.plain import as_plain

FIGURES = ("before", "after", "difference", "changed")
PROBES = ("deletion", "names", "oracles", "breakdown")


def deleted(model, sample, given, options):
    rng = np.random.default_rng(options.seed)
    cases = list(deletion.cases(model, sample, given, n_sentences=options.sentences, rng=rng))
    rows = deletion.summary(cases, sample.resamples())
    show(
        f"{sample.name}: fall of the logit, in logits, when k words are left out",
        ["task", "label", "k", "cases", "top evidence", "random words", "difference", "top is larger", "claimed"],
        [
            [r["task"], r["label"], r["k"], r["cases"]]
            + [shown(r[key]) for key in ("top", "random", "difference", "top_is_larger", "claimed")]
            for r in rows
        ],
    )
    return rows


def names_hidden(model, sample, given, options):
    found = {}
    for name, masks in names_masked.COMPILED.items():
        changed = [names_masked.masked(text, masks) for text in sample.texts]
        after = answers(model, sample.gold, logits_of(model.labeller.score([text for text, _ in changed])))
        held = np.concatenate([has for _, has in changed])
        found[name] = names_masked.compared(given["stance"], after["stance"], held, sample.resamples())
    show(
        f"{sample.name}: stance with the names masked, macro-F1",
        ["names of", "sentences", "n", "before", "after", "difference", "labels that change", "with a side", "after"],
        [
            [name, r["part"], r["sentences"]] + [shown(r[k]) for k in (*FIGURES, "with_a_side", "with_a_side_after")]
            for name, rows in found.items()
            for r in rows
        ],
    )
    return found


def known_in_part(model, sample, given, options):
    own, resamples = given["stance"], sample.resamples()
    found = oracles.table(
        own,
        model.decisions["stance"],
        resamples,
        {"length alone (of this set, out of fold)": oracles.by_length(sample.gold, model.codebook)},
    )
    errors = oracles.errors(own, resamples)
    show(f"{sample.name}: stance", ["with", "macro-F1"], [[name, shown(e)] for name, e in found.items()])
    rows = [[kind, e["sentences"], shown(e["share"])] for kind, e in errors.items()]
    show(f"{sample.name}: stance, errors", ["kind", "sentences", "share of all"], rows)
    return {"oracles": found, "errors": errors}


def broken_down(model, sample, given, options):
    resamples, parts = sample.resamples(), breakdowns.groups(sample.gold, model.codebook)
    found = {name: breakdowns.by_group(own, parts, resamples) for name, own in given.items()}
    off = breakdowns.off_target(given["stance"], resamples)
    show(
        f"{sample.name}: where the model is weak",
        ["task", "by", "part", "sentences", "macro-F1", "share with an error"],
        [
            [task, g.dimension, g.group, g.n_sentences, shown(g.macro_f1), shown(g.error_share)]
            for task, figures in found.items()
            for g in figures
        ],
    )
    show(
        f"{sample.name}: a stance given where the labels have none",
        ["sentences of", "n", "share given one"],
        [
            [f"{off.n_articles} articles without any stance", off.n_sentences, shown(off.article_pole_share)],
            ["neutral sentences", off.n_neutral_sentences, shown(off.neutral_pole_share)],
        ],
    )
    return {"groups": found, "off_target": off}


RUN = dict(zip(PROBES, (deleted, names_hidden, known_in_part, broken_down), strict=True))


def trained_on(folder):
    path = folder / TRAINED_ON
    return frozenset(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else frozenset()


def arguments(doc):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path, default=shipped("models/default"))
    parser.add_argument("--sets", nargs="*", default=[COMPOSED, REAL])
    parser.add_argument("--gold", help="a further labelled set")
    parser.add_argument("--articles", type=int, help="of each set, for a trial")
    return parser


def asked(options, model):
    """The samples that the command line names."""
    references = [*options.sets, *([options.gold] if options.gold else [])]
    return samples(references, model.codebook, trained_on=trained_on(options.model), n_articles=options.articles)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--sentences", type=int, default=300, help="of each set, for the deletion test")
    parser.add_argument("--probes", nargs="+", choices=PROBES, default=PROBES)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    model = models.load(options.model, threads=1)
    found = []
    for sample in asked(options, model):
        print(f"\n## {sample.about()}")
        given = answers(model, sample.gold, logits_of(model.labeller.score(sample.texts)))
        found.append(sample.about() | {name: RUN[name](model, sample, given, options) for name in options.probes})
    print(record("probes", as_plain({"model": model.sha256, "seed": options.seed, "sets": found})))


if __name__ == "__main__":
    main()
