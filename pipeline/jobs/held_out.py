"""What a trained model would say of the articles that it never saw: the ground of its decisions and of its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core.fingerprints import sha256_json
from pipeline.corpus.labelled_set import LabelledArticle, LabelledSet
from pipeline.labeling import calibration
from pipeline.scoring.baseline_runs import run_baselines
from pipeline.scoring.evaluation import EvaluationReport, evaluate
from pipeline.scoring.predictions import Predictions
from pipeline.training import decisions, mixing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.labeling.calibration import TaskCalibration
    from pipeline.training.cross_fit import HeldOut
    from pipeline.training.examples import Example


@dataclass(frozen=True, slots=True)
class Judged:
    """Held-out sentences with what the finished model would say of them. Shapes: (n_sentences, n_labels)."""

    articles: Sequence[Example]
    logits: NDArray[np.float32]
    targets: NDArray[np.float32]
    layer: mixing.Mixing
    decisions: dict[str, TaskCalibration]

    def predictions(self, book: Codebook) -> Predictions:
        p, chosen = {}, {}
        for task in book.tasks:
            settings = self.decisions[task.name]
            p[task.name] = calibration.probabilities(task, settings, self.logits[:, book.slices()[task.name]])
            chosen[task.name] = calibration.decided(task, settings, p[task.name])
        keys = [(example.article, sentence.n) for example in self.articles for sentence in example.sentences]
        return Predictions(tuple(a for a, _ in keys), tuple(n for _, n in keys), p, chosen)


def judged(held_out: Sequence[HeldOut], book: Codebook, *, seed: int) -> Judged:
    """Mixing layer and decisions, fitted on held-out articles; each article's own logits by a layer without it."""
    articles = [example for fold in held_out for example in fold.held_out]
    raw = [logits for fold in held_out for logits in fold.logits]
    targets = [example.targets for example in articles]
    mixed = mixing.cross_fitted(book, raw, targets, rng=np.random.default_rng(seed), seed=seed)
    logits, gold = np.concatenate(mixed), np.concatenate(targets)
    layer = mixing.fit(book, np.concatenate(raw), gold, seed=seed)
    return Judged(articles, logits, gold, layer, decisions.fit(book, logits, gold))


def report(found: Judged, sets: Sequence[LabelledSet], book: Codebook, config: Config) -> EvaluationReport:
    """The held-out articles as a gold set of their own, with the baselines out of fold on the same articles."""
    wanted = {example.article for example in found.articles}
    judging = [s for s in sets if any(a.rpartition("/")[0] == s.name for a in wanted)]
    articles: list[LabelledArticle] = []
    for labelled in judging:
        renamed = (replace(a, article=f"{labelled.name}/{a.article}") for a in labelled.articles)
        articles += [a for a in renamed if a.article in wanted]
    version = sha256_json([labelled.sha256 for labelled in judging] + sorted(wanted))
    gold = LabelledSet("+".join(s.name for s in judging) + "-held-out", tuple(articles), {}, version)
    return evaluate(
        gold,
        found.predictions(book),
        book,
        config=config.evaluate,
        rng=np.random.default_rng(config.seed),
        baselines=run_baselines(gold, [], book) if config.evaluate.has_baselines else (),
        profile_voices=config.profile.voices,
    )
