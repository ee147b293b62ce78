"""What a change of model does to figures: the same sentences of an anchor set, labelled by two versions.

A series whose articles were labelled by two versions mixes a change of writers with a change of model. The anchor does
not change, so a difference of its figures is the model's alone. The rules of the verdict on a net value, in this order:

1. Fewer than `MIN_ARTICLES` articles: cannot tell.
2. The interval of the mean paired difference leaves out zero: the model moves it.
3. The interval stays within `TOLERANCE` to both sides of zero: no shift that matters.
4. Else: cannot tell, with the articles that would bring about 2 or 3, should the difference stay, or that no number
   would.

The interval of a corrected figure holds what the anchor's articles and the held-out ones give to chance: both are
resampled together, the held-out ones alike for two versions whose error was measured on the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError
from pipeline.profiles.correction import Corrections
from pipeline.profiles.questions import answers, classed, pole_direction, poled, questions
from pipeline.profiles.sampling import counted
from pipeline.profiles.sentences import Sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task
    from pipeline.core.config import Profile as Settings
    from pipeline.profiles.error import ClassifierError
    from pipeline.profiles.questions import Question

MIN_ARTICLES = 5  # under it a bootstrap over articles says nothing
TOLERANCE = 0.1
"""Of a net value: a quarter of what a comparison must resolve (`verdict.RESOLUTION`); less is not worth rescoring."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A figure's mean over articles by both versions. `difference`: second less first, with its interval.

    `correction_half_width` is what of the interval no larger anchor takes away, None for a figure as counted.
    `figure` is named as in the table of profiles. Units: nets -1 to 1, shares 0 to 1, `per_100_` sentences.
    """

    figure: str
    is_corrected: bool
    first: float
    second: float
    difference: float
    low: float
    high: float
    correction_half_width: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """`same`: share of sentences with the same label; `moves[first][second]` counts sentences."""

    task: str
    same: float
    moves: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class DriftVerdict:
    """`n_more`: articles that the anchor lacks; None where it lacks none, or no number would do."""

    task: str
    kind: str  # moved, steady or cannot_tell
    text: str
    n_more: int | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """Of the counted sentences that both versions labelled."""

    n_articles: int
    n_sentences: int
    level: float
    shifts: tuple[Shift, ...]
    agreement: tuple[Agreement, ...]
    verdicts: tuple[DriftVerdict, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def net(self, task: str) -> Shift:
        """The shift that the verdict rests on: corrected where both versions ship a record of their error."""
        return [shift for shift in self.shifts if shift.figure == f"net_{task}"][-1]


def drift(
    tables: tuple[pa.Table, pa.Table],
    codebook: Codebook,
    *,
    errors: tuple[ClassifierError | None, ClassifierError | None],
    settings: Settings,
    seed: int,
) -> Drift:
    """Compares two labellings of the same sentences.

    Raises: InvalidInputError where no sentence of the tables counts.
    """
    first, second = (Sentences.from_table(table, codebook).spoken_by(settings.voices) for table in tables)
    assert first.article.tolist() == second.article.tolist()  # noqa: S101 - the caller labels one set twice
    if not len(first):
        raise InvalidInputError("the anchor set has no body sentence in the voices that count")
    second_seed = seed if _are_measured_alike(errors) else seed + 1
    corrections = (
        Corrections.fit(errors[0], codebook, seed=seed),
        Corrections.fit(errors[1], codebook, seed=second_seed),
    )
    (rng,) = np.random.default_rng(seed).spawn(1)  # the anchor's stream, apart from that of the held-out articles
    n_articles = len(first.articles)
    weights = rng.multinomial(n_articles, np.full(n_articles, 1 / n_articles), size=settings.resamples) / n_articles
    shifts = tuple(_shifts((first, second), corrections, weights, settings.level))
    found = Drift(n_articles, len(first), settings.level, shifts, _agreement(first, second), ())
    verdicts = tuple(_verdict(task, found.net(task.name), n_articles) for task in poled(codebook))
    return Drift(n_articles, len(first), settings.level, shifts, found.agreement, verdicts)


def _are_measured_alike(errors: tuple[ClassifierError | None, ClassifierError | None]) -> bool:
    """Whether the held-out articles are the same: each has as many sentences of every class in both records."""
    first, second = ({} if error is None else error.questions for error in errors)
    return all(
        np.array_equal(first[name].gold_counts, second[name].gold_counts) for name in first.keys() & second.keys()
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    """Of a question, by one version. Shapes: values (n_articles, K); errors (n_articles, D, K): what each resample of
    the held-out articles adds to `values`, None where they are counted.
    """

    values: NDArray[np.float64]
    errors: NDArray[np.float64] | None = None


def _shifts(
    sides: tuple[Sentences, Sentences],
    corrections: tuple[Corrections, Corrections],
    weights: NDArray[np.float64],
    level: float,
) -> Iterator[Shift]:
    codebook = sides[0].codebook
    for question in questions(codebook):
        raw = [_counted(side, question) for side in sides]
        corrected = [_corrected(side, question, of) for side, of in zip(sides, corrections, strict=True)]
        for name, direction, scale in _figures(codebook, question):
            yield _shift(name, raw[0], raw[1], direction * scale, weights, level)
            first, second = corrected
            if first is not None and second is not None:
                yield _shift(name, first, second, direction * scale, weights, level)


def _figures(codebook: Codebook, question: Question) -> Iterator[tuple[str, NDArray[np.float64], float]]:
    """Name, direction over the classes, and scale of each figure of a question."""
    axes = np.eye(len(question.classes))
    if question.label is not None:
        yield f"per_100_{question.label}", axes[0], 100.0
        return
    task = codebook.task(question.task)
    if task.poles is not None:
        yield f"net_{task.name}", pole_direction(task), 1.0
    for k, label in enumerate(question.classes):
        yield f"share_{task.name}_{label}", axes[k], 1.0


def _shift(
    name: str,
    first: _Shares,
    second: _Shares,
    direction: NDArray[np.float64],
    weights: NDArray[np.float64],
    level: float,
) -> Shift:
    """By bootstrap over articles, both versions on the same ones; the resamples of the held-out ones take turns."""
    one, other = first.values @ direction, second.values @ direction
    draws, half_width = weights @ (other - one), None
    if first.errors is not None and second.errors is not None:
        errors = (second.errors - first.errors) @ direction
        turn = np.arange(len(weights)) % errors.shape[1]
        draws = draws + np.einsum("na,an->n", weights, errors[:, turn])
        ends = _ends(errors.mean(axis=0), level)
        half_width = (ends[1] - ends[0]) / 2
    a, b = float(one.mean()), float(other.mean())
    return Shift(name, half_width is not None, a, b, b - a, *_ends(draws, level), half_width)


def _ends(draws: NDArray[np.float64], level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail]).tolist()
    return low, high


def _counted(side: Sentences, question: Question) -> _Shares:
    values = answers(side.codebook, question, side.chosen[question.task])
    return _Shares(np.stack([values[side.article == article].mean(axis=0) for article in side.articles]))


def _corrected(side: Sentences, question: Question, corrections: Corrections) -> _Shares | None:
    correction = corrections.by_question.get(question.name)
    if correction is None:
        return None
    p = answers(side.codebook, question, side.p[question.task])
    parts = (p[side.article == article] for article in side.articles)
    found = [correction.posterior(counted(part, np.zeros(len(part), dtype=np.intp), is_group=False)) for part in parts]
    errors = np.stack([posterior.centre[1:] - posterior.centre[0] for posterior in found])
    return _Shares(np.stack([posterior.shares for posterior in found]), errors)


def _agreement(first: Sentences, second: Sentences) -> tuple[Agreement, ...]:
    found = []
    for task in classed(first.codebook):
        moves = first.chosen[task.name].T @ second.chosen[task.name]
        counts = {a: dict(zip(task.values, map(int, moves[i]), strict=True)) for i, a in enumerate(task.values)}
        found.append(Agreement(task.name, float(np.trace(moves) / moves.sum()), counts))
    return tuple(found)


def _verdict(task: Task, net: Shift, n_articles: int) -> DriftVerdict:
    assert task.poles is not None  # noqa: S101
    what = f"net {task.name.replace('_', ' ')}"
    told = f"{net.difference:+.2f}, between {net.low:+.2f} and {net.high:+.2f}"
    if n_articles < MIN_ARTICLES:
        short = MIN_ARTICLES - n_articles
        return DriftVerdict(task.name, "cannot_tell", f"cannot tell: {n_articles} articles, {short} more needed", short)
    if net.low > 0 or net.high < 0:
        side = (task.poles.positive if net.difference > 0 else task.poles.negative).replace("_", " ")
        text = f"the second version makes texts more {side}: {told} in {what} is the model's doing; rescore old results"
        return DriftVerdict(task.name, "moved", text)
    if max(-net.low, net.high) <= TOLERANCE:
        return DriftVerdict(task.name, "steady", f"no shift of {what} that matters ({told})")
    n_more = _n_more(net, n_articles)
    amount = "no larger anchor" if n_more is None else f"about {n_more} more articles in the anchor"
    why = ", the versions' error was measured on too few articles" if n_more is None else ""
    text = f"cannot tell whether {what} shifts ({told}); {amount} would settle it{why}"
    return DriftVerdict(task.name, "cannot_tell", text, n_more)


def _n_more(net: Shift, n_articles: int) -> int | None:
    """Articles that the anchor lacks for rule 2 or 3 to hold, should the difference stay; None where the error of the
    correction, which no anchor lessens, is too large for either."""
    fixed = (net.correction_half_width or 0.0) ** 2
    wanted = max(abs(net.difference), TOLERANCE - abs(net.difference)) ** 2
    if fixed >= wanted:
        return None
    reached = ((net.high - net.low) / 2) ** 2
    return max(1, ceil(((reached - fixed) / (wanted - fixed) - 1) * n_articles))
