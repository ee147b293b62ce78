"""What a run counts while it goes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


@dataclass(slots=True)
class Tally:
    """Articles done with their sentences, and inputs refused."""

    n_articles: int = 0
    n_sentences: int = 0
    n_judged: int = 0
    n_abstained: int = 0
    n_refused: int = 0

    def count(self, sentences: pa.Table, *, n_articles: int) -> None:
        self.n_articles += n_articles
        self.n_sentences += len(sentences)
        self.n_judged += len(sentences) - sentences["voice"].null_count
        self.n_abstained += sum(map(bool, sentences["abstained"].to_pylist()))

    def add(self, other: Tally) -> None:
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, int]) -> Tally:
        return cls(**{part.name: int(values[part.name]) for part in fields(cls)})
