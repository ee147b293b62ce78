"""Runs stages over articles in one process, batch by batch."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.engines.contract import Ledger, Stage, finish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from pipeline.core.config import Config
    from pipeline.engines.contract import Batches, Runner, Work

__all__ = ["Ledger", "Stage", "opened", "run"]


@contextmanager
def opened(work: Work, config: Config) -> Iterator[Runner]:
    """See `contract.Engine`."""
    stages = work.here()
    yield lambda batches, ledger: run(batches, stages, ledger)


def run(batches: Batches, stages: Sequence[Stage], ledger: Ledger) -> Iterator[pa.Table]:
    """See `contract.Runner`."""
    for table, unread in batches:
        done, failed = finish(table, stages)
        ledger.account(done, unread=unread, failed=failed, n_in=len(table))
        yield done
    ledger.close()
