"""A profile in one plain sentence: where it stands, how firmly, by which means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.reports.looks import best, percent, plain

if TYPE_CHECKING:
    from pipeline.core.codebook import Codebook, Task
    from pipeline.profiles.build import Profile
    from pipeline.reports.looks import Best, Looks

STRONG, CLEAR = 0.5, 0.2  # net values from which a lean is called strong, and is called without "slightly"
MIN_RATE = 2.0  # devices per 100 sentences worth a mention
N_DEVICES = 2
ROUNDS_TO_ALL = 0.995
AMOUNTS = (
    (0.9, "nearly every sentence is"),
    (0.6, "most sentences are"),
    (0.4, "about half the sentences are"),
    (0.1, "few sentences are"),
    (0.0, "hardly any sentence is"),
)


def stands(profile: Profile, looks: Looks, *, who: str) -> str:
    """The sentence at the top of the page, such as "Jane Roe is slightly hawkish on Russia; most sentences are certain
    (75%)."
    """
    if profile.n_sentences == 0:
        return f"Nothing to judge: no body sentence in the voice of the {' or the '.join(map(plain, profile.voices))}."
    parts = [_lean(profile, looks.tinted, who), _firmness(profile, looks.lined), _devices(profile)]
    told = "; ".join(part for part in parts if part)
    return f"{told[:1].upper()}{told[1:]}." if told else "No task of the codebook sums up a text."


def _lean(profile: Profile, task: Task | None, who: str) -> str:
    if task is None or task.poles is None:
        return ""
    found = best(profile.nets[task.name])
    if found is None:
        return ""
    return f"{who} {lean(task, found)}{target_words(profile.codebook)}"


def lean(task: Task, found: Best) -> str:
    """What may be said of a net value: a side only where the interval leaves out zero."""
    assert task.poles is not None  # noqa: S101
    low, high = found.low, found.high
    if low is None or high is None:
        return "cannot be placed"
    if low == high == 0:
        return "takes no side"
    if low <= 0 <= high:
        return "shows no clear lean"
    side = plain(task.poles.positive if low > 0 else task.poles.negative)
    size = abs(found.value)
    return "is " + (f"strongly {side}" if size >= STRONG else side if size >= CLEAR else f"slightly {side}")


def target_words(codebook: Codebook) -> str:
    return f" on {codebook.target}" if codebook.target else ""


def _firmness(profile: Profile, task: Task | None) -> str:
    if task is None:
        return ""
    found = best(profile.shares[task.name][task.values[0]])
    if found is None:
        return ""
    if found.value == 1 and not found.is_corrected:
        return f"every sentence is {plain(task.values[0])}"
    amount = next(words for share, words in AMOUNTS if found.value >= share)
    share = percent(found.value) if found.value < ROUNDS_TO_ALL else "over 99%"
    return f"{amount} {plain(task.values[0])} ({share})"


def _devices(profile: Profile) -> str:
    rates = [
        (found.value, plain(label))
        for figures in profile.per_100.values()
        for label, figure in figures.items()
        if (found := best(figure)) is not None and found.value >= MIN_RATE
    ]
    if not rates:
        return "no device stands out" if profile.per_100 else ""
    most = [f"{label} ({value:.0f} in 100 sentences)" for value, label in sorted(rates, reverse=True)[:N_DEVICES]]
    return f"most used: {' and '.join(most)}"
