"""Writes a trained encoder in the form that inference runs: OpenVINO IR, quantised, with its tokenizer and heads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipeline.labeling.encoder import HEADS, SETTINGS, TOKENIZER
from pipeline.labeling.runtime import MODEL_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.labeling.encoder import EncoderSettings

N_EXAMPLE_TOKENS = 16


def write_encoder(folder: Path, encoder: Any, tokenizer: Any, *, quantisation: str) -> None:
    """`int8_weights` keeps each weight matrix in 8 bits, per channel, and computes in float."""
    import openvino
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    example = {name: torch.ones((1, N_EXAMPLE_TOKENS), dtype=torch.int64) for name in ("input_ids", "attention_mask")}
    converted = openvino.convert_model(_token_states(encoder.eval()), example_input=example)
    for port, name in zip(converted.inputs, example, strict=True):
        port.get_tensor().set_names({name})
        port.get_node().set_partial_shape(openvino.PartialShape([-1, -1]))
    converted.validate_nodes_and_infer_types()
    if quantisation == "int8_weights":
        import nncf

        converted = nncf.compress_weights(converted, mode=nncf.CompressWeightsMode.INT8_ASYM)
    openvino.save_model(converted, folder / MODEL_FILE, compress_to_fp16=quantisation == "none")
    (folder / TOKENIZER).write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")


def write_heads(folder: Path, heads: Mapping[str, NDArray[np.float32]], settings: EncoderSettings) -> None:
    from safetensors.numpy import save_file

    save_file(dict(heads), folder / HEADS)
    (folder / SETTINGS).write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")


def _token_states(encoder: Any) -> Any:
    from torch import nn

    class _Module(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    return _Module()
