"""From a public set on disk to articles to learn from beside the labelled ones, by a mapping of labels that is data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core import registry, yaml_text
from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_rows, sha256_text
from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.training.examples import Example
from pipeline.training.silver import SilverSet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Public
    from pipeline.training.public.article import PublicArticle, PublicReader

MAPPING = Path(__file__).with_name("mapping.yaml")

LabelMap = dict[str, dict[str, str]]  # the set's label to ours, by task


@dataclass(frozen=True, slots=True)
class _Known:
    """What a set knows of the codebook's columns. Shapes: is_known (n_labels,), each of `given` (n_labels,).

    `choices`: the columns of each task of which a sentence has one label.
    """

    is_known: NDArray[np.bool_]
    given: Mapping[str, NDArray[np.bool_]]
    choices: tuple[slice, ...]

    @classmethod
    def of(cls, mapping: LabelMap, codebook: Codebook) -> _Known:
        """A label that the codebook lacks is left out, and with it the whole task where a sentence has one label."""
        columns = codebook.columns()
        named = {pair for ours in mapping.values() for pair in ours.items()}
        kinds = {task.name: task.kind for task in codebook.tasks}
        whole = {task for task, _ in named if kinds.get(task, "multi") != "multi"}
        lost = {task for task, label in named if task in whole and (task, label) not in columns}
        is_known = np.array([t in whole - lost or (t not in whole and (t, label) in named) for t, label in columns])
        given = {
            theirs: np.array([ours.get(task) == label for task, label in columns]) & is_known
            for theirs, ours in mapping.items()
        }
        choices = tuple(codebook.slices()[task.name] for task in codebook.tasks if task.kind != "multi")
        return cls(is_known, given, choices)

    def targets(self, article: PublicArticle) -> NDArray[np.float32]:
        """Shapes: (n_judged, n_labels), NaN where the set says nothing, or not one label of a choice."""
        nothing = np.zeros_like(self.is_known)
        rows = [
            np.any([nothing, *(self.given[label] for label in sentence.labels)], axis=0)
            for sentence in article.sentences
            if sentence.labels is not None
        ]
        said = np.array(rows, np.float32).reshape(len(rows), len(self.is_known))
        targets = np.where(self.is_known, said, np.float32(np.nan))
        for columns in self.choices:
            targets[said[:, columns].sum(axis=1) != 1, columns] = np.nan
        return targets


def mapping_of(kind: str) -> LabelMap:
    """What the labels of a kind of set are read as."""
    found: dict[str, LabelMap] = yaml_text.parse(MAPPING.read_text(encoding="utf-8"))
    return found[kind]


def load(part: Public, codebook: Codebook) -> SilverSet:
    """Raises: InvalidInputError for files that have not the set's form, or say nothing of the codebook's labels."""
    mapping = mapping_of(part.kind)
    known = _Known.of(mapping, codebook)
    if not known.is_known.any():
        raise InvalidInputError(
            f"{part.kind} says nothing of the labels of the codebook {codebook.id}", where="train.public"
        )
    reader: PublicReader = registry.load(part.category, part.kind)(mapping.keys())
    name = f"{part.kind}/{Path(part.path).resolve().stem}"
    rows = [row for article in reader.articles(Path(part.path)) if len((row := _example(name, article, known)).targets)]
    if not rows:
        raise InvalidInputError("no labelled sentence in it", where=part.path)
    return SilverSet(
        name,
        tuple(rows),
        tuple(sha256_text(row.text.text) for row in rows),
        sha256_rows(map(_version, rows)),
        taught_by=frozenset(),  # by people, who have seen no set of ours
        public_labels=_told(known, codebook),
    )


def _example(name: str, article: PublicArticle, known: _Known) -> Example:
    spans = tuple(SentenceSpan(s.start, s.end, s.labels is not None) for s in article.sentences)
    text = ArticleText(article.text, spans)
    return Example(f"{name}/{article.name}", text, (), known.targets(article), is_silver=True)


def _version(row: Example) -> Sequence[object]:
    said = [[None if np.isnan(value) else value for value in judged] for judged in row.targets.tolist()]
    return [sha256_text(row.text.text), [[s.start, s.end, s.is_judged] for s in row.text.sentences], said]


def _told(known: _Known, codebook: Codebook) -> tuple[str, ...]:
    """The tasks that the set knows, or the labels of those that it knows in part."""
    told = []
    for task in codebook.tasks:
        mine = known.is_known[codebook.slices()[task.name]]
        if mine.all():
            told.append(task.name)
        else:
            told += [f"{task.name}.{label}" for label, is_mine in zip(task.values, mine, strict=True) if is_mine]
    return tuple(told)
