"""What an engine is: what takes batches of articles through stages, and an account of what was refused.

Another engine is one more file beside `local.py` with a function of type `Engine`, and one line in
`core.registry.ENGINES`. `finish` is what it does with one batch, in whatever process.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipeline.core.errors import Refusal, StanceError, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa

    from pipeline.core.config import Config

    Batches = Iterable[tuple[pa.Table, Sequence[Refusal]]]

log = logging.getLogger(__name__)


class Stage(Protocol):
    """A function from a table of articles to the same articles with one column more."""

    name: str
    input_schema: pa.Schema
    output_schema: pa.Schema

    def __call__(self, table: pa.Table) -> pa.Table: ...


class Work(Protocol):
    """The stages of a run: ready in this process, or to be made ready in another."""

    def here(self) -> Sequence[Stage]: ...

    def elsewhere(self) -> Callable[[], Sequence[Stage]]:
        """What can be sent to another process, on this machine or not, and makes the same stages there."""
        ...


class Runner(Protocol):
    """Takes batches, each with what its reader refused, through all stages.

    Yields the finished tables in the order of the batches and accounts for each batch in the ledger, in that order,
    before its table is yielded. Batches are drawn as they are needed; the call ends when they do. Neither rows nor
    refusals depend on where the borders of batches lie.
    """

    def __call__(self, batches: Batches, ledger: Ledger) -> Iterator[pa.Table]: ...


class Engine(Protocol):
    """Opened once a run, whose shards are then run one after the other; what it has started ends with the block."""

    def __call__(self, work: Work, config: Config) -> AbstractContextManager[Runner]: ...


@dataclass(slots=True)
class Ledger:
    """Every article that came in is in `n_done` or in `n_refused`.

    Refusals are kept in `refusals`, or given to `keep` where that is set, with the reader's own told apart: the two
    come in the order of the articles each, while their order among one another depends on the borders of batches.
    """

    keep: Callable[[Sequence[Refusal], bool], None] | None = None
    n_in: int = 0
    n_done: int = 0
    n_refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)

    def account(self, table: pa.Table, *, unread: Sequence[Refusal], failed: Sequence[Refusal], n_in: int) -> None:
        """One finished batch of `n_in` articles, those refused by the reader (`unread`) not among them."""
        self.n_in += n_in + len(unread)
        self.n_done += len(table)
        self._refuse(unread, is_read=False)
        self._refuse(failed, is_read=True)

    def close(self) -> None:
        """Checks the sum: nothing may vanish."""
        if self.n_in != self.n_done + self.n_refused:
            raise StanceError(
                f"{self.n_in} articles came in, {self.n_done} were done and {self.n_refused} refused",
                remedy="this is a defect of the pipeline, please report it",
            )

    def _refuse(self, refusals: Sequence[Refusal], *, is_read: bool) -> None:
        self.n_refused += len(refusals)
        if self.keep is not None:
            self.keep(refusals, is_read)
        else:
            self.refusals.extend(refusals)


def finish(table: pa.Table, stages: Sequence[Stage]) -> tuple[pa.Table, list[Refusal]]:
    """One batch through every stage, with the articles that a stage could not do, in their order."""
    places = {article: i for i, article in enumerate(table["article"].to_pylist())}
    failed: list[tuple[str, Refusal]] = []
    for stage in stages:
        table, refusals = _through(stage, table)
        failed += refusals
    return table, [refusal for _, refusal in sorted(failed, key=lambda one: places[one[0]])]


def named(article: pa.Table, *, reason: str, detail: str, remedy: str) -> Refusal:
    """The refusal of a table's one article by its id: a file of Parquet has neither lines nor a file for each."""
    return Refusal(
        source=article["source"][0].as_py(),
        line=article["line"][0].as_py(),
        reason=reason,
        detail=f"article {short(article['article'][0].as_py())!r}: {detail}",
        remedy=remedy,
    )


def _through(stage: Stage, table: pa.Table) -> tuple[pa.Table, list[tuple[str, Refusal]]]:
    """One stage over one batch; where it fails, article by article, so that one article takes no other with it.

    Refusals come with the article's id.
    """
    import pyarrow as pa

    try:
        return stage(table), []
    except StanceError:
        raise
    except Exception:
        log.debug("stage %s failed on a batch of %d, trying one by one", stage.name, len(table), exc_info=True)
    done: list[pa.Table] = [stage.output_schema.empty_table()]
    refusals: list[tuple[str, Refusal]] = []
    for i in range(len(table)):
        one = table.slice(i, 1)
        try:
            done.append(stage(one))
        except StanceError:
            raise
        except Exception as error:
            log.debug("stage %s failed", stage.name, exc_info=True)
            refusal = named(
                one,
                reason=f"stage {stage.name} failed",
                detail=type(error).__name__,  # its text may hold words of the article
                remedy="please report it with the article; the other articles are done",
            )
            refusals.append((one["article"][0].as_py(), refusal))
    return pa.concat_tables(done), refusals
