"""What a model is trained on by a configuration, and which held-out articles tell of it: derived here alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.corpus import labelled_set
from pipeline.corpus.silver import TRAINED_ON
from pipeline.training import silver as silver_set
from pipeline.training.cross_fit import divided
from pipeline.training.examples import Example, examples
from pipeline.training.public.load import load as load_public

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.corpus.labelled_set import LabelledSet
    from pipeline.training.silver import SilverSet

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingSets:
    """`rows` are the articles of `sets`, labelled by hand; `silver` are others, public sets among them, that every
    fold learns from; `judged_on` names the sets that judge; `k` folds at most."""

    sets: Sequence[LabelledSet]
    rows: Sequence[Example]
    silver: Sequence[SilverSet]
    judged_on: frozenset[str]
    k: int

    @classmethod
    def load(cls, config: Config, book: Codebook) -> TrainingSets:
        """Raises: InvalidInputError for a set that is not sound, or two public ones of one name."""
        given = config.train
        sets = [labelled_set.load(name, book) for name in given.sets]
        rows = examples(sets, book)
        judges = given.judged_on or given.sets
        judged_on = frozenset(found.name for found, name in zip(sets, given.sets, strict=True) if name in judges)
        return cls(sets, rows, _silver(sets, book, config), judged_on, given.folds)

    def beside(self) -> list[Example]:
        """The articles of the silver sets."""
        return [row for other in self.silver for row in other.rows]

    def folds(self) -> list[tuple[tuple[Example, ...], tuple[Example, ...]]]:
        """For each fold the articles to train on and those held out. Raises: InvalidInputError as `divided` does."""
        return divided(self.rows, k=self.k)

    def judging(self) -> Callable[[Example], bool]:
        """Which held-out articles tell of the model: of the sets that judge it, and not learned from by a teacher,
        through whom it has seen their labels."""
        seen: set[str] = set()
        for other in self.silver:
            if other.taught_by is None:
                log.warning(
                    "%s: held-out figures may flatter, for it is not known what its model learned from; lay its %s "
                    "beside",
                    other.name,
                    TRAINED_ON,
                )
            seen |= other.taught_by or set()
        return lambda row: row.article.rpartition("/")[0] in self.judged_on and sha256_text(row.text.text) not in seen


def _silver(sets: Sequence[LabelledSet], book: Codebook, config: Config) -> list[SilverSet]:
    """Articles labelled by another model or of public sets, less those that are labelled by hand, test splits
    included."""
    by_hand = [article.text for labelled in sets for article in labelled.articles]
    found = [silver_set.load(name, book).taught(book, config.train.silver_tasks) for name in config.train.silver]
    public = [load_public(part, book) for part in config.train.public]
    names = [other.name for other in public]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InvalidInputError("two public sets have this name", where=twice, remedy="rename one file or folder")
    return [other.without(by_hand) for other in (*found, *public)]
