"""The flat table of profiles: names, types and values of its columns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.profiles.questions import classed, crosses, poled

if TYPE_CHECKING:
    from pipeline.core.codebook import Codebook
    from pipeline.profiles.build import Profile
    from pipeline.profiles.figures import Figure

BOUNDS = ("", "_low", "_high", "_uncorrected", "_uncorrected_low", "_uncorrected_high")


def profile_schema(codebook: Codebook) -> pa.Schema:
    """One row is one op-ed or group. Units: shares and nets 0 to 1 and -1 to 1; `per_100_` sentences."""
    fields = [
        pa.field("article", pa.string(), nullable=False),  # a group's name where the row is a group
        pa.field("n_articles", pa.int32(), nullable=False),
        pa.field("n_sentences", pa.int32(), nullable=False),
        pa.field("voices", pa.list_(pa.string()), nullable=False),
        pa.field("level", pa.float64(), nullable=False),
        pa.field("is_corrected", pa.bool_(), nullable=False),
        pa.field("reason", pa.string()),
    ]
    for name in _figure_names(codebook):
        fields += [pa.field(name + bound, pa.float64()) for bound in BOUNDS]
    for name in _hedging_names(codebook):
        fields += [pa.field(name + bound, pa.float64()) for bound in BOUNDS[3:]]
    fields += [pa.field(f"n_sentences_{voice}", pa.int32(), nullable=False) for voice in codebook.voices]
    return pa.schema(fields)


def row(profile: Profile) -> dict[str, Any]:
    """A profile's values under the names of `profile_schema`, in its order."""
    values: dict[str, Any] = {
        "article": profile.name,
        "n_articles": profile.n_articles,
        "n_sentences": profile.n_sentences,
        "voices": list(profile.voices),
        "level": profile.level,
        "is_corrected": profile.is_corrected,
        "reason": profile.reason,
    }
    for name, figure in zip(_figure_names(profile.codebook), _figures(profile), strict=True):
        values |= _cells(name, figure)
    hedged = [figure for cross in profile.hedging for figure in (cross.positive, cross.negative)]
    for name, figure in zip(_hedging_names(profile.codebook), hedged, strict=True):
        values |= {column: value for column, value in _cells(name, figure).items() if "_uncorrected" in column}
    values |= {f"n_sentences_{part.voice}": part.n_sentences for part in profile.by_voice}
    return values


def _cells(name: str, figure: Figure) -> dict[str, float | None]:
    found = (
        figure.value,
        figure.low,
        figure.high,
        figure.uncorrected,
        figure.uncorrected_low,
        figure.uncorrected_high,
    )
    return {name + bound: value for bound, value in zip(BOUNDS, found, strict=True)}


def _figure_names(codebook: Codebook) -> list[str]:
    """`net_<task>`, `share_<task>_<label>`, `per_100_<label>` (`per_100_<task>_<label>` where two tasks share it)."""
    labels = Counter(value for task in codebook.tasks if task.kind == "multi" for value in task.values)
    nets = [f"net_{task.name}" for task in poled(codebook)]
    shares = [f"share_{task.name}_{value}" for task in classed(codebook) for value in task.values]
    per_100 = [
        f"per_100_{value}" if labels[value] == 1 else f"per_100_{task.name}_{value}"
        for task in codebook.tasks
        if task.kind == "multi"
        for value in task.values
    ]
    return [*nets, *shares, *per_100]


def _figures(profile: Profile) -> list[Figure]:
    shares = [figure for labels in profile.shares.values() for figure in labels.values()]
    per_100 = [figure for labels in profile.per_100.values() for figure in labels.values()]
    return [*profile.nets.values(), *shares, *per_100]


def _hedging_names(codebook: Codebook) -> list[str]:
    """`hedged_<ordinal>_<label>`: the share of the label's sentences below the ordinal task's highest degree."""
    return [
        f"hedged_{ordinal.name}_{label}"
        for task, ordinal in crosses(codebook)
        if task.poles is not None
        for label in (task.poles.positive, task.poles.negative)
    ]
