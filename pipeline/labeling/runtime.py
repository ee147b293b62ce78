"""The inference runtime: token ids to token states. The choice of runtime is made in this file alone.

OpenVINO: fastest of those measured on CPUs, and it needs no torch.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MODEL_FILE = "encoder.xml"
SETTINGS = {
    "PERFORMANCE_HINT": "LATENCY",
    "INFERENCE_PRECISION_HINT": "f32",
    # Where weights are kept in eight bits, a token's states are rounded to eight bits too, each 32 by a scale of their
    # own. It is OpenVINO's default, stated here because another number gives other scores; 0 computes in float32.
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "32",
}


class Runtime(Protocol):
    """An encoder in whatever form: training's or inference's."""

    def states(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Shapes: ids and mask (batch, tokens), the mask 1 where a token is, to (batch, tokens, width)."""
        ...


class EncoderRuntime:
    """A compiled encoder. Calls are independent of one another; the weights are read once."""

    def __init__(self, folder: Path, *, threads: int | None = None, settings: Mapping[str, str] = SETTINGS) -> None:
        os.environ.setdefault("OPENVINO_TELEMETRY_ENABLED", "0")
        import openvino

        core = openvino.Core()
        chosen = {**settings, **({"INFERENCE_NUM_THREADS": str(threads)} if threads else {})}
        self._request = core.compile_model(folder / MODEL_FILE, "CPU", chosen).create_infer_request()

    def states(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `Runtime.states`; the array is valid until the next call."""
        outputs = self._request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)
        return np.asarray(next(iter(outputs.values())), np.float32)
