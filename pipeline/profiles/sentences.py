"""The body sentences of labelled articles as arrays, read from the table that `stance label` gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    import pyarrow as pa
    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook, Task

BODY = "body"
AUTHOR_VOICE = "author"


@dataclass(frozen=True, slots=True)
class Sentences:
    """Body sentences in the order of the table, articles one after another.

    Shapes: all (n,), but chosen[task] and p[task] (n, n_labels). `n` is the sentence's number in its article,
    `position` its place among the article's body sentences, 0 to 1.
    """

    codebook: Codebook
    article: NDArray[np.str_]
    n: NDArray[np.int64]
    position: NDArray[np.float64]
    voice: NDArray[np.str_]
    speaker: NDArray[np.str_]
    chosen: Mapping[str, NDArray[np.float64]]
    p: Mapping[str, NDArray[np.float64]]

    @classmethod
    def from_table(cls, table: pa.Table, codebook: Codebook) -> Sentences:
        """The body rows of a sentence table, each article's in the order of `n`.

        Raises: InvalidInputError for a missing column, an unknown label or an absent probability.
        """
        names = {"article", "n", "role", "voice", "speaker", *_task_columns(codebook)}
        if missing := sorted(names - set(table.column_names)):
            raise InvalidInputError(
                f"the table of sentences lacks {', '.join(missing)}",
                remedy=f"label the texts with a model of the codebook {codebook.id}",
            )
        columns = {name: table.column(name).to_pylist() for name in sorted(names)}
        first_seen = {name: i for i, name in enumerate(dict.fromkeys(columns["article"]))}
        rows = [i for i, role in enumerate(columns["role"]) if role == BODY]
        rows.sort(key=lambda i: (first_seen[columns["article"][i]], columns["n"][i]))
        article = _strings(columns["article"], rows)
        return cls(
            codebook=codebook,
            article=article,
            n=np.array([columns["n"][i] for i in rows], np.int64),
            position=_positions(article),
            voice=_strings(columns["voice"], rows),
            speaker=_strings(columns["speaker"], rows),
            chosen={task.name: _chosen(columns[task.name], rows, task) for task in codebook.tasks},
            p={task.name: _probabilities(columns, rows, task) for task in codebook.tasks},
        )

    def __len__(self) -> int:
        return len(self.article)

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.article.tolist()))

    def where(self, mask: NDArray[np.bool_]) -> Sentences:
        return Sentences(
            self.codebook,
            self.article[mask],
            self.n[mask],
            self.position[mask],
            self.voice[mask],
            self.speaker[mask],
            {task: values[mask] for task, values in self.chosen.items()},
            {task: values[mask] for task, values in self.p.items()},
        )

    def of(self, articles: Collection[str]) -> Sentences:
        return self.where(np.isin(self.article, list(articles)))

    def spoken_by(self, voices: Collection[str]) -> Sentences:
        return self.where(np.isin(self.voice, list(voices)))


def _task_columns(codebook: Codebook) -> list[str]:
    labels = [f"p_{task}_{label}" for task, label in codebook.columns()]
    return [*(task.name for task in codebook.tasks), *labels]


def _strings(column: list[Any], rows: list[int]) -> NDArray[np.str_]:
    return np.array([column[i] or "" for i in rows], dtype=np.str_)


def _positions(article: NDArray[np.str_]) -> NDArray[np.float64]:
    positions = np.zeros(len(article))
    for name in dict.fromkeys(article.tolist()):
        here = article == name
        positions[here] = np.linspace(0, 1, int(here.sum())) if here.sum() > 1 else 0.5
    return positions


def _chosen(column: list[Any], rows: list[int], task: Task) -> NDArray[np.float64]:
    place = {value: k for k, value in enumerate(task.values)}
    chosen = np.zeros((len(rows), len(place)))
    for at, i in enumerate(rows):
        found = column[i] if task.kind == "multi" else [column[i]]
        for label in found or []:
            if label not in place:
                raise InvalidInputError(
                    f"{task.name} is {label!r} in a body sentence; expected one of {', '.join(place)}",
                    remedy="label the table and profile it with the same codebook",
                )
            chosen[at, place[label]] = 1
    return chosen


def _probabilities(columns: Mapping[str, list[Any]], rows: list[int], task: Task) -> NDArray[np.float64]:
    picked = [[columns[f"p_{task.name}_{value}"][i] for value in task.values] for i in rows]
    p = np.array(picked, dtype=float).reshape(len(rows), len(task.values))
    if not np.isfinite(p).all():
        raise InvalidInputError(f"a body sentence has no probability of {task.name}", remedy="label the texts again")
    if task.kind != "multi":  # stored as float32; the profile needs shares that sum to one
        p /= np.maximum(p.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return p
