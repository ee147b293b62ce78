"""The inference runtime: token ids to token states. The choice of runtime is made in this file alone.

OpenVINO: fastest of those measured on CPUs, and it needs no torch.
"""

from __future__ import annotations

import math
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from numpy.typing import NDArray

MODEL_FILE = "encoder.xml"
SETTINGS = {
    "PERFORMANCE_HINT": "THROUGHPUT",
    "INFERENCE_PRECISION_HINT": "f32",
    # For encoders of which the weights alone are kept in eight bits: a token's states are rounded to eight bits too,
    # each 32 by a scale of their own. OpenVINO's default, stated here because another number gives other scores.
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "32",
}
QUOTA = Path("/sys/fs/cgroup/cpu.max")
AHEAD = 8  # windows per thread that are computed, or wait to be, before the caller asks for them


class Runtime(Protocol):
    """An encoder in whatever form: training's or inference's."""

    def states(self, windows: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.float32]]:
        """Token states of each window by itself, in order. Shapes: (n_tokens,) each, to (n_tokens, width) each."""
        ...


class EncoderRuntime:
    """A compiled encoder. Each window is computed alone by one thread, several at a time, so that neither a window's
    neighbours nor the number of threads move its states. May be shared by threads, and goes on in a forked process."""

    def __init__(self, folder: Path, *, threads: int | None = None, settings: Mapping[str, str] = SETTINGS) -> None:
        os.environ.setdefault("OPENVINO_TELEMETRY_ENABLED", "0")
        import openvino

        self._n = threads or _n_cores()
        chosen = {**settings, "NUM_STREAMS": str(self._n), "INFERENCE_NUM_THREADS": str(self._n)}
        self._compiled = openvino.Core().compile_model(folder / MODEL_FILE, "CPU", chosen)
        openvino.Tensor(np.zeros(1, np.int64))  # two threads that make their first at once wait for each other for ever
        self._workers = _Workers.begun(self._compiled, self._n)

    def states(self, windows: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.float32]]:
        """See `Runtime.states`. Windows are drawn ahead of what the caller asks for, a bounded number of them."""
        if self._workers.process != os.getpid():  # threads do not come along into a fork
            self._workers = _Workers.begun(self._compiled, self._n)
        workers = self._workers
        begun: deque[Future[NDArray[np.float32]]] = deque()
        try:
            for ids in windows:
                begun.append(workers.pool.submit(workers.states, ids))
                if len(begun) > AHEAD * self._n:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:  # what nobody will ask for
                future.cancel()


@dataclass(frozen=True, slots=True)
class _Workers:
    """The threads of one process, and a request of the compiled encoder for each."""

    process: int
    pool: ThreadPoolExecutor
    idle: SimpleQueue[Any]

    @classmethod
    def begun(cls, compiled: Any, n: int) -> _Workers:
        idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(n):
            idle.put(compiled.create_infer_request())
        return cls(os.getpid(), ThreadPoolExecutor(n, "encoder"), idle)

    def states(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        request = self.idle.get()
        try:
            outputs = request.infer(encoder_inputs(ids), share_inputs=True, share_outputs=True)
            return np.array(next(iter(outputs.values()))[0], np.float32)
        finally:
            self.idle.put(request)


def encoder_inputs(ids: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """One window as an exported encoder takes it; there is no padding, of which the mask tells. Shapes: ids (n,)."""
    return {"input_ids": ids[None], "attention_mask": np.ones_like(ids)[None]}


def _n_cores() -> int:
    """That this process may use: a container may be given less of a machine than it shows."""
    n = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text().split()
        return min(n, max(1, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no such file, or no limit in it
        return n
