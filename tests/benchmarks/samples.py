"""What the evidence scripts share: the sentences of a set that a model is asked about, its answers, and tables."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.corpus import labelled_set
from pipeline.labeling import calibration
from pipeline.scoring.predictions import GoldSentences, TaskAnswers, gold_sentences
from pipeline.scoring.resampling import ArticleResamples
from pipeline.training.examples import TEST, article_folds, examples, judged_text

REAL, COMPOSED = "attached/real-opeds", "opeds"
FOLDS, HELD_OUT = 5, 0  # those of experiments.py
RESAMPLES, LEVEL = 1_000, 0.95


@dataclass(frozen=True)
class Sample:
    """`texts` are the articles of `gold` as a labeller takes them; `n_seen` of them the model learned from."""

    name: str
    gold: GoldSentences
    texts: list
    n_seen: int

    @property
    def n_articles(self):
        return len(self.texts)

    def about(self):
        return {"set": self.name, "articles": self.n_articles, "seen in training": self.n_seen} | {
            "sentences": len(self.gold.sentences)
        }

    def resamples(self, seed=0):
        return ArticleResamples.draw(
            self.n_articles, n_resamples=RESAMPLES, level=LEVEL, rng=np.random.default_rng(seed)
        )


def sample(reference, book, *, trained_on=frozenset(), n_articles=None):
    """The test split of a set that has splits, the held-out fold of the real op-eds, else the whole set."""
    labelled = labelled_set.load(reference, book)
    kept, name = labelled.articles, labelled.name
    if labelled.splits:
        kept, name = [a for a in kept if labelled.splits.get(a.article) == TEST], f"{name}, test split"
    elif reference == REAL:
        rows = examples([labelled], book)
        fold_of = article_folds(rows, k=FOLDS)
        held = {row.article.partition("/")[2] for row, k in zip(rows, fold_of, strict=True) if k == HELD_OUT}
        kept, name = [a for a in kept if a.article in held], f"{name}, fold {HELD_OUT}"
    gold = gold_sentences(replace(labelled, articles=tuple(kept[:n_articles])), book)
    texts = [
        judged_text(article, [s for s, at in zip(gold.sentences, gold.article, strict=True) if at == i])
        for i, article in enumerate(gold.articles)
    ]
    return Sample(name, gold, texts, sum(sha256_text(text.text) in trained_on for text in texts))


def samples(references, book, **options):
    """Those of the sets that are here: real texts are attached on some machines only."""
    for reference in references:
        try:
            found = sample(reference, book, **options)
        except InvalidInputError as error:
            print(f"left out: {error}")
            continue
        yield found


def answers(model, gold, logits):
    """The model's decisions beside the labels, by task. Shapes: logits (n_sentences, n_labels of all tasks)."""
    found = {}
    for task in model.codebook.tasks:
        settings = model.decisions[task.name]
        p = calibration.probabilities(task, settings, logits[:, model.codebook.slices()[task.name]])
        chosen = calibration.decided(task, settings, p)
        found[task.name] = TaskAnswers(task, gold.labels[task.name], chosen, p, gold.article, len(gold.articles))
    return found


def logits_of(scores):
    """Shapes: lists of SentenceScores by article to (n_sentences, n_labels)."""
    return np.array([s.logits for article in scores for s in article])


def shown(estimate):
    if estimate.value is None:
        return "-"
    interval = "" if estimate.low is None else f" [{estimate.low:.2f}, {estimate.high:.2f}]"
    return f"{estimate.value:.2f}{interval}"


def show(title, header, rows):
    print(f"\n{title}\n\n| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
