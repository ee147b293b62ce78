"""A labelled sentence as the page shows it: its words cut where evidence begins and ends, its marks, its tags."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.reports.looks import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.core.codebook import Codebook, Task
    from pipeline.reports.charts import Band
    from pipeline.reports.looks import Look, Looks

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # would reorder what stands around a name
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words with the keys (`devices-metaphor`) of the labels that they are evidence for."""

    text: str
    keys: tuple[str, ...]
    is_marked: bool  # evidence for the tint


@dataclass(frozen=True, slots=True)
class SentenceView:
    """`tokens` are what filters match: `stance-hawkish`. `look` and the rest are None or empty where not judged."""

    n: int
    role: str
    is_judged: bool
    is_abstained: bool
    voice: str
    speaker: str
    pieces: tuple[Piece, ...]
    look: Look | None
    line: Look | None
    tags: tuple[Look, ...]
    tokens: tuple[str, ...]
    p: tuple[int, ...]  # percent, in the codebook's order
    band: Band | None

    @property
    def spoken(self) -> str:
        """For a screen reader, before the sentence."""
        names = [look.name for look in (self.look, self.line) if look]
        return ", ".join([*names, "left to a person"] if self.is_abstained else names)


def sentence_view(row: Mapping[str, Any], codebook: Codebook, looks: Looks, bands: Mapping[int, Band]) -> SentenceView:
    """`row` is one of a sentence table."""
    is_judged = row["voice"] is not None
    chosen = _chosen(row, codebook) if is_judged else ()
    return SentenceView(
        n=row["n"],
        role=plain(row["role"]),
        is_judged=is_judged,
        is_abstained=bool(row["abstained"]),
        voice=row["voice"] or "",
        speaker=name(row["speaker"]),
        pieces=_pieces(row, chosen, looks.tinted),
        look=_look(looks, looks.tinted, row),
        line=_look(looks, looks.lined, row),
        tags=tuple(looks.of(task, label) for task, label in chosen if task not in (looks.tinted, looks.lined)),
        tokens=tuple(key(task.name, label) for task, label in chosen),
        p=tuple(round(100 * (row[f"p_{task}_{label}"] or 0)) for task, label in codebook.columns())
        if is_judged
        else (),
        band=bands.get(row["n"]),
    )


def key(task: str, label: str) -> str:
    return f"{task}-{label}"


def text(value: str | None) -> str:
    """Without control characters, which HTML forbids; runs of white space as one."""
    return _SPACES.sub(" ", _CONTROLS.sub("\ufffd", value or ""))


def name(value: str | None) -> str:
    """A title, name or date for a place where marks of direction could not be fenced in."""
    return _BIDI.sub("", text(value)).strip()


def _chosen(row: Mapping[str, Any], codebook: Codebook) -> tuple[tuple[Task, str], ...]:
    found: list[tuple[Task, str]] = []
    for task in codebook.tasks:
        values = row[task.name] or () if task.kind == "multi" else (row[task.name],)
        found += [(task, value) for value in values if value in task.values]
    return tuple(found)


def _look(looks: Looks, task: Task | None, row: Mapping[str, Any]) -> Look | None:
    return looks.by_label.get((task.name, row[task.name])) if task is not None else None


def _pieces(row: Mapping[str, Any], chosen: Iterable[tuple[Task, str]], tinted: Task | None) -> tuple[Piece, ...]:
    words, offset = row["text"], row["start"]
    spans = []
    for task, label in chosen:
        for span in row[f"evidence_{task.name}"] or ():
            start, end = max(0, span["start"] - offset), min(len(words), span["end"] - offset)
            if span["label"] == label and any(map(str.isalnum, words[start:end])):
                spans.append((start, end, key(task.name, label), task is tinted and not _is_middle(task, label)))
    return _cut(words, spans)


def _cut(words: str, spans: Sequence[tuple[int, int, str, bool]]) -> tuple[Piece, ...]:
    """Every border of a span is a cut, so that spans may overlap."""
    cuts = sorted({0, len(words), *(start for start, *_ in spans), *(end for _, end, *_ in spans)})
    pieces = []
    for start, end in itertools.pairwise(cuts):
        over = [span for span in spans if span[0] <= start and end <= span[1]]
        keys = tuple(dict.fromkeys(span[2] for span in over))
        pieces.append(Piece(text(words[start:end]), keys, any(span[3] for span in over)))
    return tuple(pieces)


def _is_middle(task: Task, label: str) -> bool:
    """Evidence for standing in the middle is no news."""
    return task.poles is not None and label not in (task.poles.positive, task.poles.negative)
