"""Runs stages over articles in one process, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.engines.contract import Ledger, Stage, finish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from pipeline.engines.contract import Batches

__all__ = ["Ledger", "Stage", "run"]


def run(batches: Batches, stages: Sequence[Stage], ledger: Ledger) -> Iterator[pa.Table]:
    """See `contract.Engine`."""
    for table, unread in batches:
        done, failed = finish(table, stages)
        ledger.account(done, unread=unread, failed=failed, n_in=len(table))
        yield done
    ledger.close()
