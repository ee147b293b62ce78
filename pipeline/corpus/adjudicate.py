"""Makes one label of several coders' labels. Source: codebook 1.0, section 6.

What two coders agree on stands. Where they differ a third decides by majority, label by label for a multi-label task.
Three different values of an ordinal task give the middle one; of a single task, the third coder's, and it is listed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Codebook, Task
    from pipeline.corpus.coding import Answer

VOICE = "voice"
AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """`pending`: tasks that still need a third coder. `tied`: tasks on which three coders gave three values."""

    voice: str | None
    speaker: str
    values: Mapping[str, tuple[str, ...]]
    pending: tuple[str, ...]
    tied: tuple[str, ...]


def disputed_tasks(first: Answer, second: Answer, codebook: Codebook) -> tuple[str, ...]:
    differing = [task.name for task in codebook.tasks if set(first.values[task.name]) != set(second.values[task.name])]
    return tuple(([VOICE] if first.voice != second.voice else []) + differing)


def adjudicate(first: Answer, second: Answer, third: Answer | None, codebook: Codebook) -> Adjudicated:
    disputed = disputed_tasks(first, second, codebook)
    answers = [first, second] if third is None else [first, second, third]
    values: dict[str, tuple[str, ...]] = {}
    pending = [name for name in disputed if third is None or not _is_answered(third, name)]
    tied = []
    for task in codebook.tasks:
        votes = [answer.values[task.name] for answer in answers if task.name in answer.values]
        if task.name in pending or task.name not in disputed:
            values[task.name] = first.values[task.name]
        elif task.kind == "multi":
            values[task.name] = _majority_labels(votes, task)
        else:
            values[task.name], is_tied = _majority(votes, task)
            tied += [task.name] if is_tied else []
    voice, is_tied = _voice([answer.voice for answer in answers if answer.voice])
    tied += [VOICE] if is_tied and VOICE in disputed and VOICE not in pending else []
    return Adjudicated(voice, _speaker(voice, answers), values, tuple(pending), tuple(tied))


def _is_answered(answer: Answer, name: str) -> bool:
    return answer.voice is not None if name == VOICE else name in answer.values


def _majority_labels(votes: Sequence[tuple[str, ...]], task: Task) -> tuple[str, ...]:
    counts = Counter(label for vote in votes for label in vote)
    return tuple(label for label in task.values if counts[label] * 2 > len(votes))


def _majority(votes: Sequence[tuple[str, ...]], task: Task) -> tuple[tuple[str, ...], bool]:
    value, n = Counter(votes).most_common(1)[0]
    if n * 2 > len(votes):
        return value, False
    if task.kind == "ordinal":
        return sorted(votes, key=lambda vote: task.values.index(vote[0]))[len(votes) // 2], False
    return votes[-1], True


def _voice(votes: Sequence[str]) -> tuple[str, bool]:
    value, n = Counter(votes).most_common(1)[0]
    return (value, False) if n * 2 > len(votes) else (votes[-1], True)


def _speaker(voice: str, answers: Sequence[Answer]) -> str:
    """Coders name a source in varying words; the first who gave this voice and a name is taken."""
    if voice == AUTHOR:
        return ""
    return next((answer.speaker for answer in answers if answer.voice == voice and answer.speaker), "")


def majority(answers: Sequence[Answer], codebook: Codebook) -> Adjudicated:
    """One label of any number of equal coders; `tied` where no value has more than half of the votes."""
    values: dict[str, tuple[str, ...]] = {}
    tied = []
    for task in codebook.tasks:
        votes = [answer.values[task.name] for answer in answers if task.name in answer.values]
        if task.kind == "multi":
            values[task.name] = _majority_labels(votes, task)
            continue
        values[task.name], is_tied = _majority(votes, task)
        tied += [task.name] if is_tied else []
    voice, is_tied = _voice([answer.voice for answer in answers if answer.voice] or [AUTHOR])
    return Adjudicated(voice, _speaker(voice, answers), values, (), (*tied, *([VOICE] if is_tied else [])))
