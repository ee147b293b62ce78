"""Writes a trained encoder in the form that inference runs: OpenVINO IR, quantised, with its tokenizer and heads."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from pipeline.core.errors import StanceError
from pipeline.labeling.encoder import HEADS, SETTINGS, TOKENIZER
from pipeline.labeling.runtime import MODEL_FILE, encoder_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.labeling.encoder import EncoderSettings

Quantisation = Literal["none", "int8_weights", "int8"]
N_EXAMPLE_TOKENS = 16


def write_encoder(
    folder: Path,
    encoder: Any,
    tokenizer: Any,
    *,
    quantisation: Quantisation,
    windows: Sequence[NDArray[np.int64]] = (),
) -> None:
    """`int8_weights` keeps each weight matrix in 8 bits, per channel; `int8` computes its products in 8 bits too, with
    scales that it takes from what the encoder makes of `windows`. Shapes: windows (n_tokens,) each.

    Raises: StanceError where `int8` has no windows.
    """
    if quantisation == "int8" and not windows:
        raise StanceError("eight-bit products need windows to take their scales from, found none")
    import openvino
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    example = {name: torch.ones((1, N_EXAMPLE_TOKENS), dtype=torch.int64) for name in ("input_ids", "attention_mask")}
    converted = openvino.convert_model(_token_states(encoder.eval()), example_input=example)
    for port, name in zip(converted.inputs, example, strict=True):
        port.get_tensor().set_names({name})
        port.get_node().set_partial_shape(openvino.PartialShape([-1, -1]))
    converted.validate_nodes_and_infer_types()
    if quantisation != "none":
        converted = _quantised(converted, windows if quantisation == "int8" else None)
    openvino.save_model(converted, folder / MODEL_FILE, compress_to_fp16=quantisation == "none")
    (folder / TOKENIZER).write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")


def _quantised(converted: Any, windows: Sequence[NDArray[np.int64]] | None) -> Any:
    """Weights alone where no windows are given. Source: NNCF, post-training quantisation with smooth quantisation."""
    import nncf

    logging.getLogger("nncf").setLevel(logging.ERROR)  # its own function would raise the level of everybody's handlers
    with redirect_stdout(sys.stderr):  # its bars; what is printed on standard output is the job's result
        if windows is None:
            return nncf.compress_weights(converted, mode=nncf.CompressWeightsMode.INT8_ASYM)
        return nncf.quantize(
            converted,
            nncf.Dataset([encoder_inputs(ids) for ids in windows]),
            model_type=nncf.ModelType.TRANSFORMER,
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(windows),
        )


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
