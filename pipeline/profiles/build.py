"""The profile of an op-ed, or of a group of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.fingerprints import sha256_text
from pipeline.profiles.correction import Corrections
from pipeline.profiles.course import CoursePoint, course
from pipeline.profiles.figures import Figure, estimates
from pipeline.profiles.hedging import Hedging, hedging
from pipeline.profiles.questions import classed, pole_direction, poled
from pipeline.profiles.sentences import Sentences
from pipeline.profiles.voices import SpeakerPart, VoicePart, speaker_parts, voice_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from pipeline.core.codebook import Codebook, Task
    from pipeline.core.config import Profile as Settings
    from pipeline.profiles.error import ClassifierError
    from pipeline.profiles.figures import Estimate


@dataclass(frozen=True, slots=True)
class Profile:
    """How a text or group speaks, over its body sentences of `voices`.

    `shares[task][label]` for single and ordinal tasks, `nets[task]` for those with poles, `per_100[task][label]` for
    multi-label tasks. Figures are None where there are no sentences. `is_corrected` speaks of all shares and nets;
    each figure also speaks for itself, and `reasons` has the question of each that is not corrected.
    """

    name: str
    codebook: Codebook
    voices: tuple[str, ...]
    level: float
    is_group: bool
    n_articles: int
    n_sentences: int
    is_corrected: bool
    reasons: Mapping[str, str]
    shares: Mapping[str, Mapping[str, Figure]]
    nets: Mapping[str, Figure]
    per_100: Mapping[str, Mapping[str, Figure]]
    hedging: tuple[Hedging, ...]
    course: Mapping[str, tuple[CoursePoint, ...]]
    by_voice: tuple[VoicePart, ...]
    speakers: tuple[SpeakerPart, ...]

    @property
    def reason(self) -> str | None:
        """Why the profile is not corrected; None where it is."""
        if self.is_corrected:
            return None
        return next((reason for name, reason in self.reasons.items() if "." not in name), None)

    def as_row(self) -> dict[str, Any]:
        """The flat row of the table of profiles; its columns are those of `columns.profile_schema`."""
        from pipeline.profiles.columns import row

        return row(self)


NO_SENTENCES = "no body sentence in the voices that count"


def build_profile(
    sentences: Sentences,
    *,
    name: str,
    corrections: Corrections,
    settings: Settings,
    rng: np.random.Generator,
    is_group: bool = False,
) -> Profile:
    """Of all the given sentences, which are one article's unless `is_group`."""
    counting = sentences.spoken_by(settings.voices)
    codebook = sentences.codebook
    found = estimates(counting, corrections, settings, rng, is_group=is_group) if len(counting) else {}
    reasons = _reasons(counting, corrections, settings)
    return Profile(
        name=name,
        codebook=codebook,
        voices=tuple(settings.voices),
        level=settings.level,
        is_group=is_group,
        n_articles=len(sentences.articles),
        n_sentences=len(counting),
        is_corrected=bool(found) and not any(task.name in reasons for task in classed(codebook)),
        reasons=reasons,
        shares={task.name: _shares(task, found, settings.level) for task in classed(codebook)},
        nets={task.name: net(task, found.get(task.name), settings.level) for task in poled(codebook)},
        per_100={task.name: _per_100(task, found, settings.level) for task in codebook.tasks if task.kind == "multi"},
        hedging=hedging(counting, settings, rng, is_group=is_group),
        course={task.name: course(counting, task, found.get(task.name)) for task in poled(codebook)},
        by_voice=voice_parts(sentences),
        speakers=speaker_parts(sentences),
    )


def build_profiles(
    table: pa.Table, codebook: Codebook, *, error: ClassifierError | None, settings: Settings, seed: int
) -> Iterator[Profile]:
    """One for each article of a sentence table, in its order. An article's profile does not depend on the others."""
    sentences = Sentences.from_table(table, codebook)
    corrections = Corrections.fit(error, codebook, seed=seed)
    for article in dict.fromkeys(table.column("article").to_pylist()):
        yield build_profile(
            sentences.of([article]),
            name=article,
            corrections=corrections,
            settings=settings,
            rng=article_rng(article, seed=seed),
        )


def article_rng(name: str, *, seed: int) -> np.random.Generator:
    """A stream of its own for each name, whatever else is profiled beside it."""
    return np.random.default_rng([seed, int(sha256_text(name)[:16], 16)])


def net(task: Task, estimate: Estimate | None, level: float) -> Figure:
    return Figure() if estimate is None else estimate.figure(pole_direction(task), level=level)


def _reasons(counting: Sentences, corrections: Corrections, settings: Settings) -> Mapping[str, str]:
    if not settings.is_corrected:
        return Corrections.none(counting.codebook, "correction is switched off (profile.is_corrected)").reasons
    if not len(counting):
        return Corrections.none(counting.codebook, NO_SENTENCES).reasons
    return corrections.reasons


def _shares(task: Task, found: Mapping[str, Estimate], level: float) -> dict[str, Figure]:
    if task.name not in found:
        return {label: Figure() for label in task.values}
    axes = np.eye(len(task.values))
    return {label: found[task.name].figure(axes[k], level=level) for k, label in enumerate(task.values)}


def _per_100(task: Task, found: Mapping[str, Estimate], level: float) -> dict[str, Figure]:
    present = np.array([1.0, 0.0])
    figures = {}
    for label in task.values:
        estimate = found.get(f"{task.name}.{label}")
        figures[label] = Figure() if estimate is None else estimate.figure(present, level=level, scale=100)
    return figures
