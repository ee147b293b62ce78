"""Runs stages over articles in one process: while a thread does one batch, the caller writes the batch before it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pipeline.engines.contract import Ledger, Stage, finish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    import pyarrow as pa

    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.engines.contract import Batches, Runner, Work

__all__ = ["Ledger", "Stage", "opened", "run"]


@contextmanager
def opened(work: Work, config: Config) -> Iterator[Runner]:
    """See `contract.Engine`."""
    stages = work.here()
    yield lambda batches, ledger: run(batches, stages, ledger)


def run(batches: Batches, stages: Sequence[Stage], ledger: Ledger) -> Iterator[pa.Table]:
    """See `contract.Runner`; one batch is drawn and begun ahead of the one that is yielded."""
    with ThreadPoolExecutor(1, "stages") as beside:
        begun: deque[Callable[[], pa.Table]] = deque()
        for table, unread in batches:
            begun.append(partial(_accounted, beside.submit(finish, table, stages), ledger, unread, len(table)))
            if len(begun) > 1:
                yield begun.popleft()()
        while begun:
            yield begun.popleft()()
    ledger.close()


def _accounted(
    work: Future[tuple[pa.Table, list[Refusal]]], ledger: Ledger, unread: Sequence[Refusal], n_in: int
) -> pa.Table:
    done, failed = work.result()
    ledger.account(done, unread=unread, failed=failed, n_in=n_in)
    return done
