"""Who else speaks in a text: counts and shares of each voice, and of each person quoted or reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.profiles.sentences import Sentences

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class VoicePart:
    """Sentences of a voice: `counts[task][label]`, as labelled and not corrected."""

    voice: str
    n_sentences: int
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class SpeakerPart:
    """Sentences of a named source in one voice, as labelled and not corrected."""

    speaker: str
    voice: str
    n_sentences: int
    counts: Mapping[str, Mapping[str, int]]


def voice_parts(sentences: Sentences) -> tuple[VoicePart, ...]:
    """One for each voice of the codebook, those without a sentence included."""
    return tuple(
        VoicePart(voice, int(mask.sum()), _counts(sentences, mask))
        for voice in sentences.codebook.voices
        for mask in [sentences.voice == voice]
    )


def speaker_parts(sentences: Sentences) -> tuple[SpeakerPart, ...]:
    """One for each named source, the most quoted first."""
    pairs = dict.fromkeys(zip(sentences.speaker.tolist(), sentences.voice.tolist(), strict=True))
    parts = []
    for speaker, voice in pairs:
        if speaker:
            mask = (sentences.speaker == speaker) & (sentences.voice == voice)
            parts.append(SpeakerPart(speaker, voice, int(mask.sum()), _counts(sentences, mask)))
    return tuple(sorted(parts, key=lambda part: -part.n_sentences))


def _counts(sentences: Sentences, mask: NDArray[np.bool_]) -> Counts:
    return {
        task.name: dict(zip(task.values, map(int, sentences.chosen[task.name][mask].sum(axis=0)), strict=True))
        for task in sentences.codebook.tasks
    }
