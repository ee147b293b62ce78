"""Runs stages over articles in one process, batch by batch, and keeps account of what was refused."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipeline.core.errors import Refusal, StanceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

log = logging.getLogger(__name__)


class Stage(Protocol):
    """A function from a table of articles to the same articles with one column more."""

    name: str
    input_schema: pa.Schema
    output_schema: pa.Schema

    def __call__(self, table: pa.Table) -> pa.Table: ...


@dataclass(slots=True)
class Ledger:
    """Every article that came in is in `n_done` or in `refusals`."""

    n_in: int = 0
    n_done: int = 0
    refusals: list[Refusal] = field(default_factory=list)

    def close(self) -> None:
        """Checks the sum: nothing may vanish."""
        if self.n_in != self.n_done + len(self.refusals):
            raise StanceError(
                f"{self.n_in} articles came in, {self.n_done} were done and {len(self.refusals)} refused",
                remedy="this is a defect of the pipeline, please report it",
            )


def run(
    batches: Iterable[tuple[pa.Table, Sequence[Refusal]]], stages: Sequence[Stage], ledger: Ledger
) -> Iterator[pa.Table]:
    """Tables that went through every stage. What a stage cannot do is refused and written into the ledger."""
    for table, refusals in batches:
        ledger.n_in += len(table) + len(refusals)
        ledger.refusals.extend(refusals)
        for stage in stages:
            table = _through(stage, table, ledger)
        ledger.n_done += len(table)
        yield table
    ledger.close()


def _through(stage: Stage, table: pa.Table, ledger: Ledger) -> pa.Table:
    """One stage over one batch; where it fails, article by article, so that one article takes no other with it."""
    import pyarrow as pa

    try:
        return stage(table)
    except StanceError:
        raise
    except Exception:
        log.debug("stage %s failed on a batch of %d, trying one by one", stage.name, len(table), exc_info=True)
    done = [stage.output_schema.empty_table()]
    for i in range(len(table)):
        one = table.slice(i, 1)
        try:
            done.append(stage(one))
        except Exception as error:
            log.debug("stage %s failed", stage.name, exc_info=True)
            ledger.refusals.append(
                Refusal(
                    source=one["source"][0].as_py(),
                    line=one["line"][0].as_py(),
                    reason=f"stage {stage.name} failed",
                    detail=type(error).__name__,  # its text may hold words of the article
                    remedy="please report it with the article; the other articles are done",
                )
            )
    return pa.concat_tables(done)
