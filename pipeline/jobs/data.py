"""What can be done with labelled sets: check, describe, attach texts, sample, export, import."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.core import codebook as codebooks
from pipeline.core.places import shipped
from pipeline.corpus import check, coders, exchange, intake, labelled_set, real, sampling, silver, stats
from pipeline.corpus.exchange import items as exchanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.core.config import Config
    from pipeline.corpus.exchange.items import Item


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `n_sentences` counts sentences, `n_items` a sentence once per coder."""

    path: Path
    format: str
    n_sentences: int
    n_items: int


def data_check(reference: str, config: Config, *, others: Sequence[str] = ()) -> check.Checked:
    """`others`: sets that may not share a sentence with this one. Raises: InvalidInputError where one does not load."""
    codebook = codebooks.load(config.codebook)
    return check.check(reference, codebook, others=[labelled_set.load(other, codebook) for other in others])


def data_stats(reference: str, config: Config, *, against: str | None = None) -> stats.Stats:
    """`against`: a set to measure the distance from, such as one of real op-eds."""
    codebook = codebooks.load(config.codebook)
    other = labelled_set.load(against, codebook) if against else None
    return stats.stats(reference, codebook, against=other, seed=config.seed)


def attached_folder(name: str) -> Path:
    """Where an attached set goes unless told: beside a checkout's own data, else into the working folder.

    An installed package is no place for a user's texts. Either is found again as `attached/NAME`.
    """
    in_checkout = shipped("data")
    is_checkout = (shipped("pyproject.toml")).is_file() and os.access(in_checkout, os.W_OK)
    return (in_checkout if is_checkout else Path.cwd()) / "attached" / Path(name).resolve().name


def data_attach(name: str, config: Config, *, texts: Path, out: Path) -> real.Attached:
    """Joins a set that ships without texts with the texts on this machine."""
    codebook = codebooks.load(config.codebook)
    if folder := silver.find(name):
        return silver.attach(folder, texts, out, codebook)
    return real.attach(name, texts, out, codebook)


def sample(
    reference: str,
    config: Config,
    *,
    n: int,
    out: Path,
    task: str = "stance",
    format: str = "csv",
    has_labels: bool = False,
) -> Exported:
    """Sentences drawn within strata of `task`'s labels; without the labels, so that the second look is independent."""
    codebook = codebooks.load(config.codebook)
    codebook.task(task)
    items = exchanged.items_of(labelled_set.load(reference, codebook))
    drawn: Sequence[Item] = sampling.stratified(items, task, n=n, rng=np.random.default_rng(config.seed))
    if not has_labels:
        drawn = [exchanged.blank(item) for item in drawn]
    exchange.write_items(drawn, out, codebook, format=format)
    return Exported(out, format, len(drawn), len(drawn))


def export(
    reference: str,
    config: Config,
    *,
    out: Path,
    format: str,
    has_labels: bool = True,
    each_coder: bool = False,
) -> Exported:
    """The set's body sentences for an annotation tool; with `each_coder`, every coder's labels, not the agreed ones."""
    codebook = codebooks.load(config.codebook)
    labelled = labelled_set.load(reference, codebook)
    items = exchanged.items_of(labelled, is_blank=not has_labels)
    if each_coder:
        items = coders.items_by_coder(labelled_set.find(reference), items, codebook)
    exchange.write_items(items, out, codebook, format=format)
    return Exported(out, format, len({item.key for item in items}), len(items))


def import_labels(path: Path, config: Config, *, format: str, texts: Path, out: Path) -> intake.Taken:
    """Makes a labelled set of a file that people have annotated; what cannot be mapped is refused with its row."""
    codebook = codebooks.load(config.codebook)
    imported = exchange.read_items(path, codebook, format=format)
    taken = intake.take_in(imported.items, texts, out, codebook)
    return intake.with_refusals(taken, imported.refusals)
