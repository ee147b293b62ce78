"""Comparison of op-eds, or of groups of them: each pair's differences, tests and verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.profiles.build import article_rng, build_profile
from pipeline.profiles.correction import PRIOR_SPREAD, Corrections
from pipeline.profiles.figures import estimates, quantiles
from pipeline.profiles.groups import group_articles
from pipeline.profiles.needed_text import growth_needed
from pipeline.profiles.questions import pole_direction, poled
from pipeline.profiles.sampling import numbered, permutation_units
from pipeline.profiles.sentences import Sentences
from pipeline.profiles.significance import cohens_h, holm, normal_p, permutation_p
from pipeline.profiles.verdict import RESOLUTION, Finding, Side, Verdict, too_short, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task
    from pipeline.core.config import Compare
    from pipeline.core.config import Profile as ProfileSettings
    from pipeline.core.errors import Refusal
    from pipeline.profiles.build import Profile
    from pipeline.profiles.correction import Posterior
    from pipeline.profiles.error import ClassifierError
    from pipeline.profiles.figures import Estimate


@dataclass(frozen=True, slots=True)
class Difference:
    """First side less second; corrected values None where they cannot be. `cohens_h` for shares alone."""

    value: float | None
    low: float | None
    high: float | None
    uncorrected: float | None
    cohens_h: float | None = None


@dataclass(frozen=True, slots=True)
class NetComparison:
    """Of two net values. `effect_size` is in standard deviations of the net value between held-out op-eds.

    `p_permutation` asks whether these sentences differ, `p_model` whether the classifier's differing errors could
    make such a difference; a verdict rests on the larger, adjusted in `p_holm` over the family that `holm` states.
    None where a side is too short for a verdict, or not corrected.
    """

    task: str
    difference: Difference
    effect_size: float | None
    p_permutation: float | None
    p_model: float | None
    p_holm: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Pair:
    """`nets[task]`, and `differences[question][label]` of every single or ordinal task and device."""

    a: str
    b: str
    nets: Mapping[str, NetComparison]
    differences: Mapping[str, Mapping[str, Difference]]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    by: str | None
    profiles: tuple[Profile, ...]
    pairs: tuple[Pair, ...]
    left_out: tuple[Refusal, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the profiles as rows, the pairs in full."""
        return {
            "by": self.by,
            "profiles": [profile.as_row() for profile in self.profiles],
            "pairs": [pair.as_dict() for pair in self.pairs],
            "left_out": [asdict(refusal) for refusal in self.left_out],
        }


@dataclass(frozen=True, slots=True)
class _Text:
    """A side of a comparison: its counted sentences and what is estimated of them."""

    profile: Profile
    sentences: Sentences
    found: Mapping[str, Estimate]

    @property
    def side(self) -> Side:
        return Side(self.profile.name, self.profile.n_sentences, self.profile.n_articles)


@dataclass(frozen=True, slots=True)
class _Setting:
    profile: ProfileSettings
    compare: Compare
    corrections: Corrections
    seed: int

    @property
    def is_group(self) -> bool:
        return self.compare.by is not None


def compare(
    table: pa.Table,
    codebook: Codebook,
    *,
    error: ClassifierError | None,
    profile: ProfileSettings,
    settings: Compare,
    seed: int,
) -> Comparison:
    """Every pair of the table's articles, or of its groups where `settings.by` names a metadata column."""
    groups, left_out = group_articles(table, settings.by)
    sentences = Sentences.from_table(table, codebook)
    return compare_groups(
        {name: sentences.of(articles) for name, articles in groups.items()},
        codebook,
        corrections=Corrections.fit(error, codebook, seed=seed),
        profile=profile,
        settings=settings,
        seed=seed,
        left_out=left_out,
    )


def compare_groups(
    groups: Mapping[str, Sentences],
    codebook: Codebook,
    *,
    corrections: Corrections,
    profile: ProfileSettings,
    settings: Compare,
    seed: int,
    left_out: tuple[Refusal, ...] = (),
) -> Comparison:
    """Every pair of named texts, or of groups of articles where `settings.by` is set."""
    setting = _Setting(profile, settings, corrections, seed)
    texts = [_text(name, sentences, setting) for name, sentences in groups.items()]
    tested = [(a, b, _tests(a, b, setting)) for a, b in combinations(texts, 2)]
    tasks = poled(codebook)
    adjusted = {task.name: holm([_larger_p(tests[task.name]) for _, _, tests in tested]) for task in tasks}
    pairs = []
    for i, (a, b, tests) in enumerate(tested):
        nets = {task.name: _net(task, a, b, tests[task.name], adjusted[task.name][i], setting) for task in tasks}
        pairs.append(Pair(a.profile.name, b.profile.name, nets, _differences(a, b, profile.level)))
    return Comparison(settings.by, tuple(text.profile for text in texts), tuple(pairs), left_out)


def _text(name: str, sentences: Sentences, setting: _Setting) -> _Text:
    profile = build_profile(
        sentences,
        name=name,
        corrections=setting.corrections,
        settings=setting.profile,
        rng=article_rng(name, seed=setting.seed),
        is_group=setting.is_group,
    )
    counting = sentences.spoken_by(setting.profile.voices)
    if not len(counting):
        return _Text(profile, counting, {})
    rng = article_rng(name, seed=setting.seed)  # the same stream: the same draws as in the profile
    found = estimates(counting, setting.corrections, setting.profile, rng, is_group=setting.is_group)
    return _Text(profile, counting, found)


@dataclass(frozen=True, slots=True)
class _Tests:
    p_permutation: float
    p_model: float


def _tests(a: _Text, b: _Text, setting: _Setting) -> dict[str, _Tests | None]:
    """Per task with poles; None where a side has no corrected estimate, or is too short."""
    least = setting.profile.min_sentences
    if any(too_short(text.side, min_sentences=least, is_group=setting.is_group) for text in (a, b)):
        return dict.fromkeys(task.name for task in poled(a.profile.codebook))
    rng = article_rng(f"{a.profile.name}\n{b.profile.name}", seed=setting.seed)
    return {task.name: _test(task, a, b, setting, rng) for task in poled(a.profile.codebook)}


def _test(task: Task, a: _Text, b: _Text, setting: _Setting, rng: np.random.Generator) -> _Tests | None:
    """Both tests look along one direction, so that two sides of unequal length are not shrunk unequally."""
    first, second = _posterior(a, task.name), _posterior(b, task.name)
    if first is None or second is None:
        return None
    direction = pole_direction(task) @ (first.gain + second.gain) / 2
    deviation = float(np.sqrt(direction @ (first.noise + second.noise) @ direction))
    difference = float((a.found[task.name].counted.m - b.found[task.name].counted.m) @ direction)
    p_permutation = permutation_p(
        (a.sentences.p[task.name] @ direction, b.sentences.p[task.name] @ direction),
        (_units(a, setting), _units(b, setting)),
        n_permutations=setting.compare.permutations,
        rng=rng,
    )
    return _Tests(p_permutation, normal_p(difference / deviation) if deviation > 0 else 1.0)


def _posterior(text: _Text, question: str) -> Posterior | None:
    return text.found[question].posterior if question in text.found else None


def _units(text: _Text, setting: _Setting) -> NDArray[np.intp]:
    return permutation_units(numbered(text.sentences.article), is_group=setting.is_group)


def _larger_p(tests: _Tests | None) -> float | None:
    return None if tests is None else max(tests.p_permutation, tests.p_model)


def _net(task: Task, a: _Text, b: _Text, tests: _Tests | None, p: float | None, setting: _Setting) -> NetComparison:
    assert task.poles is not None  # noqa: S101
    difference = _difference(a, b, task.name, pole_direction(task), setting.profile.level)
    finding = Finding(difference.value, difference.low, difference.high, p, _n_more(task, a, b, difference, setting))
    told = verdict(
        a.side,
        b.side,
        finding,
        poles=task.poles,
        alpha=setting.compare.alpha,
        min_sentences=setting.profile.min_sentences,
        is_group=setting.is_group,
    )
    size = None
    if difference.value is not None:
        direction = pole_direction(task)
        spread = setting.corrections.by_question[task.name].spread[0] / PRIOR_SPREAD
        size = difference.value / float(np.sqrt(direction @ spread @ direction))
    p_permutation, p_model = (tests.p_permutation, tests.p_model) if tests else (None, None)
    return NetComparison(task.name, difference, size, p_permutation, p_model, p, told)


def _differences(a: _Text, b: _Text, level: float) -> dict[str, dict[str, Difference]]:
    """Of shares, 0 to 1, a device's share of sentences included."""
    result = {}
    for name in a.found.keys() & b.found.keys():
        question = a.found[name].question
        labels = question.classes if question.label is None else (question.label,)
        axes = np.eye(len(question.classes))
        result[name] = {label: _difference(a, b, name, axes[k], level, is_share=True) for k, label in enumerate(labels)}
    return {name: result[name] for name in a.found if name in result}


def _difference(
    a: _Text, b: _Text, question: str, direction: NDArray[np.float64], level: float, *, is_share: bool = False
) -> Difference:
    first, second = a.found.get(question), b.found.get(question)
    if first is None or second is None:
        return Difference(None, None, None, None)
    uncorrected = float((first.labels - second.labels) @ direction)
    if first.posterior is None or second.posterior is None or first.draws is None or second.draws is None:
        return Difference(None, None, None, uncorrected)
    one, other = float(first.posterior.shares @ direction), float(second.posterior.shares @ direction)
    reach = float(direction.max() - direction.min())
    draws = (first.draws - second.draws) @ direction
    low, high = quantiles(draws, level=level, bounds=(-reach, reach), around=one - other)
    return Difference(one - other, low, high, uncorrected, cohens_h(one, other) if is_share else None)


def _n_more(task: Task, a: _Text, b: _Text, difference: Difference, setting: _Setting) -> int | None:
    """Sentences (articles of a group) that each side lacks; None where none would do, or it is not known."""
    if difference.low is None or difference.high is None or difference.high - difference.low <= 2 * RESOLUTION:
        return None
    growth = growth_needed(
        setting.corrections.by_question[task.name],
        (a.found[task.name].counted, b.found[task.name].counted),
        pole_direction(task),
        half_width=RESOLUTION,
        level=setting.profile.level,
    )
    if growth is None:
        return None
    sizes = [text.profile.n_articles if setting.is_group else text.profile.n_sentences for text in (a, b)]
    return max(1, ceil((growth - 1) * min(sizes)))  # by the formula it may be enough already, by the draws it is not
