"""The inference runtime: token ids to token states. The choice of runtime is made in this file alone.

OpenVINO: fastest of those measured on CPUs, and it needs no torch.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

MODEL_FILE = "encoder.xml"
SETTINGS = {
    "PERFORMANCE_HINT": "THROUGHPUT",
    "INFERENCE_PRECISION_HINT": "f32",
    # For encoders of which the weights alone are kept in eight bits: a token's states are rounded to eight bits too,
    # each 32 by a scale of their own. OpenVINO's default, stated here because another number gives other scores.
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "32",
}
AHEAD = 8  # windows per thread that are computed, or wait to be, before the caller asks for them


class Runtime(Protocol):
    """An encoder in whatever form: training's or inference's."""

    def states(self, windows: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.float32]]:
        """Token states of each window by itself, in order. Shapes: (n_tokens,) each, to (n_tokens, width) each."""
        ...


class EncoderRuntime:
    """A compiled encoder. Each window is computed alone by one thread, several at a time, so that neither a window's
    neighbours nor the number of threads move its states. May be shared by threads."""

    def __init__(self, folder: Path, *, threads: int | None = None, settings: Mapping[str, str] = SETTINGS) -> None:
        os.environ.setdefault("OPENVINO_TELEMETRY_ENABLED", "0")
        import openvino

        n = threads or _n_cores()
        chosen = {**settings, "NUM_STREAMS": str(n), "INFERENCE_NUM_THREADS": str(n)}
        compiled = openvino.Core().compile_model(folder / MODEL_FILE, "CPU", chosen)
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(n):
            self._idle.put(compiled.create_infer_request())
        openvino.Tensor(np.zeros(1, np.int64))  # two threads that make their first at once wait for each other for ever
        self._pool = ThreadPoolExecutor(n, "encoder")
        self._ahead = AHEAD * n

    def states(self, windows: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.float32]]:
        """See `Runtime.states`. Windows are drawn ahead of what the caller asks for, a bounded number of them."""
        begun: deque[Future[NDArray[np.float32]]] = deque()
        for ids in windows:
            begun.append(self._pool.submit(self._states, ids))
            if len(begun) > self._ahead:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()

    def _states(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        request = self._idle.get()
        try:
            inputs = {"input_ids": ids[None], "attention_mask": np.ones_like(ids)[None]}
            outputs = request.infer(inputs, share_inputs=True, share_outputs=True)
            return np.array(next(iter(outputs.values()))[0], np.float32)
        finally:
            self._idle.put(request)


def _n_cores() -> int:
    """That this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
