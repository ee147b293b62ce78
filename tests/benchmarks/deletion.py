"""The deletion test: does a label's logit hang on the words that are shown as its evidence?

Source: comprehensiveness, DeYoung et al. 2020 (ERASER), on logits, against as many words drawn at random.
"""

from dataclasses import dataclass

import numpy as np
from edits import excerpt, without_words

from pipeline.labeling.evidence import toward
from pipeline.scoring.resampling import sum_by_article

CONTEXT = 2  # sentences to each side, read and left whole
COUNTS = (1, 3)  # words left out


@dataclass(frozen=True, slots=True)
class Case:
    """One label of one sentence with k words left out. Units: fall of the label's logit; `claimed` by the evidence."""

    article: int
    task: str
    label: str
    k: int
    top: float
    random: float
    claimed: float


def support(values, label, *, is_multi):
    """What speaks for a label: its logit, less the other labels' mean unless multi-label. Shapes: (n_labels,)."""
    return float(toward(values[None], is_multi=is_multi)[0, label])


def top_and_random(weights, is_word, k, rng):
    """Indices of the k words of most weight, and of k others; None where the sentence has too few."""
    candidates = np.flatnonzero(is_word)
    if len(candidates) < 2 * k + 1:
        return None
    ranked = candidates[np.argsort(-weights[candidates], kind="stable")]
    return ranked[:k], rng.choice(ranked[k:], k, replace=False)


def given_labels(book, answers, row):
    """(task, label's index) of what the model says of a sentence."""
    return [(task, int(label)) for task in book.tasks for label in np.flatnonzero(answers[task.name].chosen[row])]


def cases(model, sample, answers, *, n_sentences, rng):
    """Cases of sentences drawn at random."""
    starts = np.cumsum([0, *np.bincount(sample.gold.article, minlength=sample.n_articles)])
    rows = rng.permutation(len(sample.gold.sentences))[:n_sentences]
    for row in sorted(rows.tolist()):
        article = int(sample.gold.article[row])
        text = sample.texts[article]
        at = [i for i, s in enumerate(text.sentences) if s.is_judged][row - starts[article]]
        labels = given_labels(model.codebook, answers, row)
        yield from sentence_cases(model, excerpt(text, at, context=CONTEXT), labels, article=article, rng=rng)


def sentence_cases(model, text, labels, *, article, rng):
    """Cases of the one judged sentence of `text`."""
    whole = _score(model, text)
    is_word = np.array([any(c.isalpha() for c in text.text[a:z]) for a, z in whole.spans])
    for task, label in labels:
        columns, is_multi = model.codebook.slices()[task.name], task.kind == "multi"
        weights = toward(whole.contributions[:, columns], is_multi=is_multi)[:, label]
        before = support(whole.logits[columns], label, is_multi=is_multi)
        for k in COUNTS:
            if (chosen := top_and_random(weights, is_word, k, rng)) is None:
                continue
            falls = [
                before
                - support(_score(model, without_words(text, whole.spans[w])).logits[columns], label, is_multi=is_multi)
                for w in chosen
            ]
            yield Case(article, task.name, task.values[label], k, *falls, float(weights[chosen[0]].sum()))


def _score(model, text):
    ((scores,),) = model.labeller.score([text])
    return scores


def summary(found, resamples):
    """By task (labels of single tasks apart) and k: mean falls and how often the evidence's is the larger."""
    groups = {}
    for case in found:
        keys = [(case.task, "all", case.k)]
        if case.task != "devices":
            keys.append((case.task, case.label, case.k))
        for key in keys:
            groups.setdefault(key, []).append(case)
    return [
        {"task": task, "label": label, "k": k, "cases": len(part)} | _figures(part, resamples)
        for (task, label, k), part in sorted(groups.items())
    ]


def _figures(part, resamples):
    article = np.array([case.article for case in part])
    columns = {
        "top": [c.top for c in part],
        "random": [c.random for c in part],
        "claimed": [c.claimed for c in part],
        "top_is_larger": [c.top > c.random for c in part],
        "difference": [c.top - c.random for c in part],
    }
    sums = sum_by_article(np.column_stack([*columns.values(), np.ones(len(part))]), article, resamples.n_articles)
    return dict(zip(columns, resamples.of_sums_each(sums, means), strict=True))


def means(sums):
    """Shapes: (..., n_columns + 1) with the count last, to (..., n_columns)."""
    n = sums[..., -1:]
    return np.divide(sums[..., :-1], n, out=np.full(sums[..., :-1].shape, np.nan), where=n > 0)
