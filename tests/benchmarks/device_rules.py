"""Devices by the rules alone, by the encoder alone, and by both: precision, recall and average precision.

    python tests/benchmarks/device_rules.py [MODEL] [--sets SET ...] [--gold DIR] [--articles N]

Of one model, whose weights were learned together: "encoder" leaves the rules' share of each logit out (their weights at
zero), "rules" keeps nothing else, "any hit" takes a device where one of its own rules fires at all. Thresholds of
"rules", "encoder" and "both" are those of the best F1 on the other articles of the set, so that all are on equal terms;
"as shipped" are the model's own decisions. Average precision needs no threshold.
"""

from dataclasses import dataclass

import numpy as np
from machine import record
from probes import arguments, asked
from samples import answers, logits_of, show, shown
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from pipeline.labeling import model as models
from pipeline.labeling.rules import FEATURES, hits
from pipeline.scoring.classification import f1, label_counts, precision, recall
from pipeline.scoring.linear import best_threshold
from pipeline.scoring.plain import as_plain
from pipeline.scoring.resampling import Estimate

FOLDS = 5
OWN_RULES = {  # device -> the first part of its rules' names, where it is another
    "rhetorical_question": "question",
    "scare_quotes": "quotes",
    "loaded_language": "loaded",
    "appeal_to_authority": "authority",
    "appeal_to_fear": "fear",
    "historical_analogy": "history",
}
MIN_POSITIVES = 5


@dataclass(frozen=True, slots=True)
class Shares:
    """What each part gives to the logits. Shapes: rules, rest (n, n_labels), fired (n, n_features)."""

    rules: np.ndarray
    rest: np.ndarray
    fired: np.ndarray


def shares_of(labeller, texts, logits):
    """The rules' share of each logit, and all the rest of it: the intercept and the words' states."""
    features, found = labeller.settings.features, []
    for text in texts:
        each = hits(text.text, [(s.start, s.end) for s in text.sentences])
        found += [own for own, s in zip(each, text.sentences, strict=True) if s.is_judged]
    column = {name: i for i, name in enumerate(features)}
    values = np.zeros((len(found), len(features)))
    for row, own in enumerate(found):
        for hit in own:
            if hit.feature in column:
                values[row, column[hit.feature]] += hit.value
    weight = labeller.rule_weight if labeller.rule_weight is not None else np.zeros((logits.shape[1], len(features)))
    rules = values @ weight.T
    return Shares(rules, logits - rules, values)


def own_columns(features, device):
    prefix = f"{OWN_RULES.get(device, device)}."
    return [i for i, name in enumerate(features) if name.startswith(prefix)]


def out_of_fold(scores, gold, article):
    """Decisions with the threshold that is best on the other articles. Shapes: (n,)."""
    chosen = np.zeros(len(gold), bool)
    for train, test in GroupKFold(min(FOLDS, len(np.unique(article)))).split(scores, groups=article):
        chosen[test] = scores[test] >= best_threshold(scores[train], gold[train])
    return chosen


def figures(chosen, scores, gold, article, resamples):
    counts = label_counts(gold[:, None], chosen[:, None], article, resamples.n_articles)
    estimates = resamples.of_sums_each(
        counts, lambda c: np.stack([f(c[..., 0, :]) for f in (precision, recall, f1)], axis=-1)
    )
    ranked = Estimate(None if scores is None else float(average_precision_score(gold, scores)))
    return dict(zip(("precision", "recall", "f1"), estimates, strict=True)) | {"average_precision": ranked}


def device_rows(model, sample):
    scores = model.labeller.score(sample.texts)
    logits = logits_of(scores)
    parts = shares_of(model.labeller, sample.texts, logits)
    given, resamples, article = answers(model, sample.gold, logits)["devices"], sample.resamples(), sample.gold.article
    start = model.codebook.slices()["devices"].start
    for i, device in enumerate(given.task.values):
        gold = given.gold[:, i]
        if gold.sum() < MIN_POSITIVES:
            continue
        any_hit = parts.fired[:, own_columns(model.labeller.settings.features, device)].any(axis=1)
        arms = {"any hit": (any_hit, None), "as shipped": (given.chosen[:, i], None)}
        for arm, values in (("rules", parts.rules), ("encoder", parts.rest), ("both", logits)):
            column = values[:, start + i]
            arms[arm] = (out_of_fold(column, gold, article), column)
        for arm, (chosen, column) in arms.items():
            row = {"device": device, "n": int(gold.sum()), "arm": arm}
            yield row | figures(chosen, column, gold, article, resamples)


def main():
    options = arguments(__doc__).parse_args()
    model = models.load(options.model, threads=1)
    found = []
    for sample in asked(options, model):
        rows = list(device_rows(model, sample))
        found.append(sample.about() | {"rows": rows})
        show(
            f"{sample.about()}",
            ["device", "n", "by", "precision", "recall", "F1", "average precision"],
            [
                [
                    r["device"],
                    r["n"],
                    r["arm"],
                    *(shown(r[k]) for k in ("precision", "recall", "f1", "average_precision")),
                ]
                for r in rows
            ],
        )
    rules = len(FEATURES)
    print(record("device_rules", as_plain({"model": model.sha256, "rules": rules, "sets": found})))


if __name__ == "__main__":
    main()
