"""Would a second layer over an article's sentences help? Its ways, cross-fitted on articles that the encoder never saw.

    python tests/benchmarks/article_layer.py MODEL [--tracking URI]

MODEL was trained with `train.holds_out=true` on the sets of `configs/model.yaml`. What it says of the held-out articles
that judge it goes, sentence by sentence, into a layer that is fitted on four fifths of them and scored on the last: the
logits alone; with those of neighbours; with the article's mean, position and voice; a recurrent layer over all of them.
`lean known` is given the true shares of the article's other sentences, which no layer can know. Each is an MLflow run.
"""

import argparse
from pathlib import Path

import mlflow
import numpy as np
from experiments import NAME, Fold, config_of
from machine import record
from oracles import lean
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from pipeline.labeling import model as models
from pipeline.scoring.plain import as_plain
from pipeline.tracking.store import open_store
from pipeline.training.examples import folds

TASKS = ("stance", "certainty")
VOICES = ("author", "quoted", "reported")
K, REPEATS, RESAMPLES = 5, 3, 200
REACH = 2  # neighbours to each side
HIDDEN, EPOCHS, RATE = 16, 30, 5e-3


def features(articles, logits, way, gold):
    """What a way knows of each sentence, article by article. Shapes: (n_sentences, n_features) each."""
    index = np.repeat(np.arange(len(gold)), [len(y) for y in gold])
    shares = lean(np.eye(logits[0].shape[1])[np.concatenate(gold)], index, len(gold))
    leans = np.split(shares, np.flatnonzero(np.diff(index)) + 1)
    found = []
    for i, (row, own) in enumerate(zip(articles, logits, strict=True)):
        parts = [own]
        if way == "neighbours":
            padded = np.pad(own, ((REACH, REACH), (0, 0)))
            parts += [padded[REACH + k : REACH + k + len(own)] for k in range(-REACH, REACH + 1) if k]
        if way in ("article", "recurrent"):
            position = np.linspace(0, 1, len(own))[:, None]
            parts += [position, np.array([[s.voice == voice for voice in VOICES] for s in row.sentences], float)]
        if way == "article":
            parts.append(np.tile(own.mean(axis=0), (len(own), 1)))
        if way == "lean known":
            parts.append(leans[i])
        found.append(np.hstack(parts))
    return found


def weights_of(gold, n):
    """Rare labels weigh more by the root of their inverse frequency, as in training. Shapes: (n,)."""
    return np.sqrt(len(gold) / n / np.maximum(np.bincount(gold, minlength=n), 1))


def linear(train, gold, test, n, _seed):
    x, y = np.concatenate(train), np.concatenate(gold)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=0.1, max_iter=500).fit((x - mean) / spread, y, sample_weight=weights_of(y, n)[y])
    return [model.predict((z - mean) / spread) for z in test]


def recurrent(train, gold, test, n, seed):
    """A small bidirectional GRU whose output is added to a linear layer's."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    x = np.concatenate(train)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    ready = [torch.tensor((z - mean) / spread, dtype=torch.float32) for z in (*train, *test)]
    gru = nn.GRU(x.shape[1], HIDDEN, bidirectional=True, batch_first=True)
    head, own = nn.Linear(2 * HIDDEN, n), nn.Linear(x.shape[1], n)
    weight = torch.tensor(weights_of(np.concatenate(gold), n), dtype=torch.float32)
    parameters = [p for part in (gru, head, own) for p in part.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.05)
    order = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        for i in order.permutation(len(train)):
            logits = own(ready[i]) + head(gru(ready[i][None])[0][0])
            loss = nn.functional.cross_entropy(logits, torch.tensor(gold[i]), weight=weight)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.inference_mode():
        return [(own(z) + head(gru(z[None])[0][0])).argmax(1).numpy() for z in ready[len(train) :]]


WAYS = {
    "own logits": linear,
    "neighbours": linear,
    "article": linear,
    "recurrent": recurrent,
    "lean known": linear,
}


def cross_fitted(articles, logits, gold, way, n):
    """Labels of every sentence by a layer that did not see its article, once a repeat."""
    inputs, repeats = features(articles, logits, way, gold), []
    for seed in range(REPEATS):
        fold_of, chosen = folds(len(articles), k=K, rng=np.random.default_rng(seed)), [None] * len(articles)
        for fold in range(K):
            learned, asked = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
            answers = WAYS[way]([inputs[i] for i in learned], [gold[i] for i in learned],
                                [inputs[i] for i in asked], n, seed)  # fmt: skip
            for i, answer in zip(asked, answers, strict=True):
                chosen[i] = answer
        repeats.append(chosen)
    return repeats


def macro_f1(gold, repeats, of):
    """Mean over the repeats; `of`: articles, repeats allowed."""
    y = np.concatenate([gold[i] for i in of])
    return np.mean([f1_score(y, np.concatenate([chosen[i] for i in of]), average="macro") for chosen in repeats])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tracking", metavar="URI")
    options = parser.parse_args()
    config = config_of("full", tracking=options.tracking)
    fold, model = Fold.of(config), models.load(options.model)
    logits = [model.labeller.logits(row.text) for row in fold.judged]
    store, rows = open_store(config.tracking), {}
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(NAME)
    for way in WAYS:
        rows[way] = {}
        with mlflow.start_run(run_name=f"article layer: {way}"):
            mlflow.log_params({"model_sha256": model.sha256, "articles": len(fold.judged), "hidden": HIDDEN})
            for task in TASKS:
                columns = fold.book.slices()[task]
                gold = [row.targets[:, columns].argmax(axis=1) for row in fold.judged]
                n = columns.stop - columns.start
                repeats = cross_fitted(fold.judged, [z[:, columns] for z in logits], gold, way, n)
                rng, every = np.random.default_rng(0), range(len(gold))
                drawn = [macro_f1(gold, repeats, rng.integers(0, len(gold), len(gold))) for _ in range(RESAMPLES)]
                low, high = np.quantile(drawn, [0.025, 0.975])
                rows[way][task] = {"value": macro_f1(gold, repeats, every), "low": low, "high": high}
                mlflow.log_metric(f"held_out/{task}", rows[way][task]["value"])
        print(way, rows[way], flush=True)
    print(
        record("article_layer", {"model_sha256": model.sha256, "n_articles": len(fold.judged), "ways": as_plain(rows)})
    )


if __name__ == "__main__":
    main()
