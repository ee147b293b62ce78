"""Workers in processes of their own, on one machine or many: batches go out, come back in their order, none is lost.

Ray's actors, and not its Data: that reads its input in the cluster, while ours comes from this process (standard input
among it) with refusals between the articles; it opens the model anew for every shard; and it has no way to leave out
the one article that ends its process.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline import __version__
from pipeline.core.errors import StanceError
from pipeline.engines.contract import finish, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pyarrow as pa

    from pipeline.core.errors import Refusal
    from pipeline.engines.contract import Batches, Ledger, Stage

    Finished = tuple[pa.Table, list[Refusal]]

log = logging.getLogger(__name__)

IN_FLIGHT = 3  # batches a worker: one that it does, and some so that it never waits; memory is bounded by this
TRIES = 3  # how often a batch may take its worker with it; one may be the machine's, three are the batch's


class Worker:
    """Lives in a process of its own."""

    def open(self, make: Callable[[], Sequence[Stage]], version: str) -> None:
        if version != __version__:
            raise StanceError(
                f"a worker has stance-pipeline {__version__}, this process {version}",
                remedy="install the same version on every machine of the cluster",
            )
        self._stages = make()

    def finish(self, table: pa.Table) -> Finished:
        return finish(table, self._stages)


@dataclass(slots=True, eq=False)
class _Sent:
    """A batch on its way. `answer` is Ray's reference to its result."""

    table: pa.Table
    unread: Sequence[Refusal]
    worker: Any = None
    answer: Any = None
    n_deaths: int = 0


class Pool:
    """Opens the model once a worker. A worker that dies is replaced, and what it had is done by the others."""

    def __init__(
        self, ray: Any, make: Callable[[], Sequence[Stage]], *, n_workers: int, cores: int, start_s: float
    ) -> None:
        self._ray, self._cores, self._start_s = ray, cores, start_s
        self._make = ray.put(make)  # once a machine, however many workers it has
        self._workers: list[Any] = []
        self._starting: dict[Any, Any] = {}
        self._spare: Any = None
        for _ in range(n_workers):
            self._start()
        try:
            self._await_one()
        except BaseException:
            self.close()
            raise

    def run(self, batches: Batches, ledger: Ledger) -> Iterator[pa.Table]:
        """See `contract.Runner`."""
        pending: deque[_Sent] = deque()
        for table, unread in batches:
            pending.append(_Sent(table, unread))
            self._join(wait_s=0)
            self._send(pending[-1], pending)
            while len(pending) >= IN_FLIGHT * len(self._workers):
                yield self._first(pending, ledger)
        while pending:
            yield self._first(pending, ledger)
        ledger.close()

    def close(self) -> None:
        spare = [self._spare] if self._spare is not None else []
        for worker in (*self._workers, *self._starting.values(), *spare):
            self._ray.kill(worker)

    def _first(self, pending: deque[_Sent], ledger: Ledger) -> pa.Table:
        sent = pending[0]
        table, failed = self._result(sent, pending)
        pending.popleft()
        ledger.account(table, unread=sent.unread, failed=failed, n_in=len(sent.table))
        return table

    def _result(self, sent: _Sent, pending: deque[_Sent]) -> Finished:
        """Of the batch whose turn it is. Where its worker is dead, it is the first that the worker had not done."""
        while sent.n_deaths < TRIES:
            answer = self._answer(sent.answer)
            if answer is not None:
                return answer
            sent.n_deaths += 1
            others = list(pending)[sent.n_deaths == TRIES :]
            self._lose(sent.worker, others)
        return self._one_by_one(sent.table)

    def _answer(self, reference: Any) -> Finished | None:
        """None where the worker, or the machine that held the result, is gone. Raises: StanceError."""
        from ray.exceptions import ObjectLostError, OutOfMemoryError, RayActorError, RayError, RayTaskError

        try:
            answer: Finished = self._ray.get(reference)
        except (RayActorError, ObjectLostError, OutOfMemoryError):
            return None
        except RayTaskError as error:
            _tell(error)
        except RayError as error:
            raise StanceError(f"the Ray cluster is gone: {type(error).__name__}", remedy="run it again") from error
        return answer

    def _lose(self, worker: Any, pending: Sequence[_Sent]) -> None:
        """Puts another in the worker's place, and has its batches done elsewhere."""
        log.info("a worker of the engine ray has ended; its articles are done by another")
        if worker in self._workers:
            self._workers.remove(worker)
            self._ray.kill(worker)  # it may be alive where the result alone was lost
            self._start()
        for sent in pending:
            if sent.worker is worker:
                self._send(sent, pending)

    def _send(self, sent: _Sent, pending: Iterable[_Sent]) -> None:
        """To the worker that has least to do."""
        if not self._workers:
            self._await_one()
        waiting = [other for other in pending if other.answer is not None]
        busy: Counter[Any] = Counter()
        if waiting:
            answers = [other.answer for other in waiting]
            done, _ = self._ray.wait(answers, num_returns=len(answers), timeout=0, fetch_local=False)
            is_done = set(done)
            busy.update(other.worker for other in waiting if other.answer not in is_done)
        sent.worker = min(self._workers, key=lambda worker: busy[worker])
        sent.answer = sent.worker.finish.remote(sent.table)

    def _one_by_one(self, table: pa.Table) -> Finished:
        """Article by article in a worker that has nothing else, so that one takes no other with it."""
        import pyarrow as pa

        empty = self._alone(table.slice(0, 0))  # has the columns, whoever is left
        if empty is None:
            raise StanceError("workers of the engine ray end without an article", remedy="do they have enough memory?")
        done, refusals = [empty[0]], []
        for i in range(len(table)):
            one = table.slice(i, 1)
            answer = self._alone(one)
            if answer is None:
                refusals.append(_refusal(one))
            else:
                done.append(answer[0])
                refusals += answer[1]
        return pa.concat_tables(done), refusals

    def _alone(self, table: pa.Table) -> Finished | None:
        for _ in range(TRIES):
            if self._spare is None:
                self._spare, opening = self._started(cores=0)  # of no core: there may be none to spare
                if not self._ray.wait([opening], timeout=self._start_s)[0]:
                    raise self._none_came()
            answer = self._answer(self._spare.finish.remote(table))
            if answer is not None:
                return answer
            self._spare = None
        return None

    def _start(self) -> None:
        worker, opening = self._started(cores=self._cores)
        self._starting[opening] = worker

    def _started(self, *, cores: int) -> tuple[Any, Any]:
        """A new worker, which takes batches at once, and the reference that tells when it has opened the model."""
        worker = self._ray.remote(num_cpus=cores, max_restarts=0, max_task_retries=0)(Worker).remote()
        return worker, worker.open.remote(self._make, __version__)

    def _join(self, *, wait_s: float) -> None:
        """Takes in the workers that have opened the model. Raises: StanceError where one could not."""
        from ray.exceptions import RayActorError, RayTaskError

        if not self._starting:
            return
        ready, _ = self._ray.wait(list(self._starting), num_returns=1, timeout=wait_s)
        for opening in ready:
            worker = self._starting.pop(opening)
            try:
                self._ray.get(opening)
            except RayActorError as error:
                log.info("a worker of the engine ray could not start: %s", type(error).__name__)
            except RayTaskError as error:
                _tell(error)
            else:
                self._workers.append(worker)

    def _await_one(self) -> None:
        """Raises: StanceError where there is no worker and none comes."""
        while not self._workers:
            n_starting = len(self._starting)
            self._join(wait_s=self._start_s)
            if not self._workers and len(self._starting) == n_starting:
                raise self._none_came()

    def _none_came(self) -> StanceError:
        return StanceError(
            f"no worker could be had from the Ray cluster within {self._start_s:g} s",
            remedy="see `ray status`: it needs free cores and stance-pipeline on its machines; "
            "or give it longer with ray.start_s",
        )


def _tell(error: Any) -> NoReturn:
    """What a stage meant for the user as it is; of all else the kind alone, since its text may quote an article."""
    cause = error.cause
    if isinstance(cause, StanceError):
        raise cause from None
    raise StanceError(
        f"a worker of the engine ray failed: {type(cause).__name__}",
        remedy="is the same stance-pipeline installed on every machine of the cluster?",
    ) from error


def _refusal(article: pa.Table) -> Refusal:
    return named(
        article,
        reason="its worker ended",
        detail=f"{TRIES} times with its batch, and {TRIES} times by itself",
        remedy="it may need more memory than the worker has; the other articles are done",
    )
