"""The course through an article: the net value in a window that moves over its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.questions import pole_direction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.core.codebook import Task
    from pipeline.profiles.figures import Estimate
    from pipeline.profiles.sentences import Sentences

WINDOW_SENTENCES = 9  # about two paragraphs of an op-ed


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """`position` 0 to 1 among the body sentences, `n` the number of the sentence in the middle of the window.

    `net` is corrected with the map of the whole text, so that a full course averages to the text's net value;
    None where the text's is.
    """

    position: float
    n: int
    net: float | None
    net_uncorrected: float


def course(sentences: Sentences, task: Task, estimate: Estimate | None) -> tuple[CoursePoint, ...]:
    """A point per sentence of a text. A group has no course: its articles' sentences do not follow one another."""
    if estimate is None or estimate.counted.is_group:
        return ()
    direction = pole_direction(task)
    raw = _moving_mean(sentences.chosen[task.name]) @ direction
    corrected: list[float | None] = [None] * len(raw)
    if estimate.posterior is not None:
        local = _moving_mean(sentences.p[task.name]) - estimate.counted.m
        shares = estimate.posterior.centre[0] + local @ estimate.posterior.gain.T
        corrected = list(np.clip(shares @ direction, -1, 1).tolist())
    places = zip(sentences.position.tolist(), sentences.n.tolist(), corrected, raw.tolist(), strict=True)
    return tuple(CoursePoint(*place) for place in places)


def _moving_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the window around each row, cut at the ends. Shapes: (n, K) to (n, K)."""
    half = WINDOW_SENTENCES // 2
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    at = np.arange(len(values))
    first, last = np.maximum(at - half, 0), np.minimum(at + half + 1, len(values))
    means: NDArray[np.float64] = (sums[last] - sums[first]) / (last - first)[:, None]
    return means
