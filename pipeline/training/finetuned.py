"""A fine-tuned network: scored as the labeller scores, and written in the form that inference runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.labeling import rules
from pipeline.labeling.encoder import EncoderLabeller, EncoderSettings
from pipeline.labeling.runtime import EncoderRuntime
from pipeline.training import export
from pipeline.training.linear import mixed_heads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.training.examples import Example
    from pipeline.training.finetune import FinetuneTrainer
    from pipeline.training.mixing import Mixing

log = logging.getLogger(__name__)

MUCH_MOVED = 0.2  # of a logit's spread over windows


@dataclass(frozen=True, slots=True)
class TorchRuntime:
    """The training form of the encoder behind the same interface as the inference runtime."""

    encoder: Any

    def states(self, windows: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.float32]]:
        """See `Runtime.states`."""
        import torch

        for ids in windows:
            with torch.inference_mode():
                states = self.encoder(input_ids=torch.from_numpy(ids[None])).last_hidden_state
            yield states[0].float().numpy()


class FinetunedModel:
    """A trained network that scores as the labeller does and writes itself in the form that inference runs."""

    def __init__(
        self, network: Any, tokenizer: Any, options: FinetuneTrainer.Options, read: Sequence[NDArray[np.int64]]
    ) -> None:
        """Shapes: read (n_tokens,) each, windows of those that were learned from."""
        self.network, self.tokenizer, self.options, self._read = network, tokenizer, options, read

    def score(self, examples: Sequence[Example]) -> list[NDArray[np.float32]]:
        """Logits of the judged sentences of each article. Shapes: (n_judged, n_labels) each."""
        labeller = EncoderLabeller(
            settings=settings_of(self.tokenizer, self.options),
            runtime=TorchRuntime(self.network.encoder),
            tokenizer=self.tokenizer.backend_tokenizer,
            heads=self._heads(),
        )
        return [labeller.logits(example.text) for example in examples]

    def write(self, folder: Path, mixing: Mixing) -> None:
        form, windows = self.options.quantisation, self._read
        export.write_encoder(folder, self.network.encoder, self.tokenizer, quantisation=form, windows=windows)
        export.write_heads(folder, mixed_heads(self._heads(), mixing), settings_of(self.tokenizer, self.options))
        moved = self.moved_by_writing(folder)
        told = "logits of the written form lie %.1f %% of their spread from those of the form that was judged"
        log.log(logging.WARNING if moved > MUCH_MOVED else logging.INFO, told, 100 * moved)

    def moved_by_writing(self, folder: Path) -> float:
        """How far the written form is from the one that is judged: root mean square over windows, in their spread."""
        weight = self._heads()["weight"]
        judged, written = (
            np.array([states.mean(axis=0) for states in runtime.states(self._read)]) @ weight.T
            for runtime in (TorchRuntime(self.network.encoder), EncoderRuntime(folder))
        )
        return float(np.sqrt(((written - judged) ** 2).mean() / judged.var(axis=0).mean()))

    def _heads(self) -> dict[str, NDArray[np.float32]]:
        weights = {"weight": self.network.head.weight, "bias": self.network.head.bias}
        if self.options.uses_rules:
            weights["rules"] = self.network.rules.weight
        return {name: np.ascontiguousarray(w.detach().numpy(), np.float32) for name, w in weights.items()}


def settings_of(tokenizer: Any, options: FinetuneTrainer.Options) -> EncoderSettings:
    return EncoderSettings(
        window=options.window,
        overlap=options.overlap,
        cls_id=tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id,
        sep_id=tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id,
        pad_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0,
        features=rules.FEATURES if options.uses_rules else (),
    )
