"""Runs stages over articles in one process: while threads do two batches, the caller writes the batch before them.

Two, so that the encoder, which has threads of its own, works at one batch while the other is read, cut and judged.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pipeline.engines.contract import Ledger, Stage, finish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor, Future

    import pyarrow as pa

    from pipeline.core.config import Config
    from pipeline.core.errors import Refusal
    from pipeline.engines.contract import Batches, Runner, Work

__all__ = ["Ledger", "Stage", "opened", "run"]

N_AHEAD = 2


@contextmanager
def opened(work: Work, config: Config) -> Iterator[Runner]:
    """See `contract.Engine`."""
    beside = ThreadPoolExecutor(N_AHEAD, "stages")
    is_awaited = True
    try:
        yield partial(_ahead, work.here(), beside)
    except KeyboardInterrupt:
        is_awaited = False  # a long article would keep whoever stopped the run waiting
        raise
    finally:
        beside.shutdown(wait=is_awaited, cancel_futures=True)


def run(batches: Batches, stages: Sequence[Stage], ledger: Ledger) -> Iterator[pa.Table]:
    """See `contract.Runner`; all of it in the caller's thread."""
    for table, unread in batches:
        done, failed = finish(table, stages)
        ledger.account(done, unread=unread, failed=failed, n_in=len(table))
        yield done
    ledger.close()


def _ahead(stages: Sequence[Stage], beside: Executor, batches: Batches, ledger: Ledger) -> Iterator[pa.Table]:
    """Batches are drawn and begun ahead of the one that is yielded, as many as there are threads."""
    begun: deque[tuple[Future[tuple[pa.Table, list[Refusal]]], Sequence[Refusal], int]] = deque()
    for table, unread in batches:
        begun.append((beside.submit(finish, table, stages), unread, len(table)))
        if len(begun) > N_AHEAD:
            yield _accounted(*begun.popleft(), ledger)
    while begun:
        yield _accounted(*begun.popleft(), ledger)
    ledger.close()


def _accounted(
    work: Future[tuple[pa.Table, list[Refusal]]], unread: Sequence[Refusal], n_in: int, ledger: Ledger
) -> pa.Table:
    done, failed = work.result()
    ledger.account(done, unread=unread, failed=failed, n_in=n_in)
    return done
