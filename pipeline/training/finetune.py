"""Fine-tunes an encoder with the heads of all tasks at once, over windows of whole articles."""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from pipeline.core.config import Section
from pipeline.labeling.encoder import EncoderSettings, rule_matrix
from pipeline.labeling.windows import Window, pack
from pipeline.training import encoders, export
from pipeline.training.finetuned import FinetunedModel, settings_of
from pipeline.training.loss import MultiTaskLoss
from pipeline.training.schedule import CLIP_NORM, WEIGHT_DECAY, warmed_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.training.examples import Example

log = logging.getLogger(__name__)

HEAD_DROPOUT = 0.1
SMOOTHING = 0.02  # running mean of the loss, per step
N_SCALING = 300  # windows that the scales of eight-bit products are taken from


@dataclass(frozen=True, slots=True)
class _Batch:
    """One window as tensors. Shapes: ids (1, n_tokens), pool (n_counted, n_tokens), rules (n_counted, n_rules),
    targets (n_counted, n_labels), is_judged (n_counted,)."""

    ids: Any
    pool: Any
    rules: Any
    targets: Any
    is_judged: Any


class FinetuneTrainer:
    """Trains encoder and heads together. Deterministic by seed on one machine."""

    labeller = "encoder.v1"
    learns_probabilities = True

    class Options(Section):
        encoder: str = "minilm"
        epochs: int = Field(default=6, ge=1)
        encoder_rate: float = Field(default=1e-4, gt=0)
        head_rate: float = Field(default=1e-3, gt=0)
        window: int = Field(default=254, ge=16, le=8_190)
        overlap: int = Field(default=1, ge=0)
        balance: float = Field(default=0.5, ge=0, le=1)  # class weights are inverse frequency to this power
        task_weights: dict[str, float] = Field(default_factory=dict)  # multi-label tasks weigh 2 by default, others 1
        dropout: float = Field(default=0.1, ge=0, lt=1)
        attention_dropout: float = Field(default=0.1, ge=0, lt=1)
        layer_decay: float = Field(default=1.0, gt=0, le=1)  # each layer learns this much slower than the one above it
        windows_per_step: int = Field(default=1, ge=1)
        deals_silver: bool = False  # each epoch reads a share of the silver articles: many once, not few many times
        trains_embeddings: bool = False  # a third of MiniLM's step goes into word vectors that hardly move
        uses_rules: bool = True
        precision: Literal["float32", "bfloat16"] = "bfloat16"
        quantisation: export.Quantisation = "int8_weights"
        cross_fitted_folds: int | None = Field(default=2, ge=1)  # None fits all folds
        threads: int | None = Field(default=None, ge=1)

    def __init__(self, options: Options, codebook: Codebook, *, seed: int) -> None:
        self.options, self.codebook, self.seed = options, codebook, seed

    @property
    def n_fitted_folds(self) -> int | None:
        return self.options.cross_fitted_folds

    def fit(self, examples: Sequence[Example]) -> FinetunedModel:
        import torch

        torch.manual_seed(self.seed)
        if self.options.threads:
            torch.set_num_threads(self.options.threads)
        start = encoders.load(
            self.options.encoder, dropout=self.options.dropout, attention_dropout=self.options.attention_dropout
        )
        epochs = self._epochs(examples, start.tokenizer)
        for name, parameter in start.encoder.named_parameters():
            parameter.requires_grad_(self.options.trains_embeddings or not name.startswith("embeddings."))
        n_rules = epochs[0][0].rules.shape[1]
        network = build_network(start.encoder, n_labels=len(self.codebook.columns()), n_rules=n_rules)
        loss = MultiTaskLoss(
            self.codebook,
            torch.cat([window.targets[window.is_judged] for windows in epochs for window in windows]).numpy(),
            balance=self.options.balance,
            task_weights=self.options.task_weights,
        )
        self._train(network, epochs, loss)
        chosen = np.random.default_rng(self.seed).permutation(len(epochs[0]))[:N_SCALING]
        read = [epochs[0][i].ids.numpy()[0] for i in chosen]
        return FinetunedModel(network.eval(), start.tokenizer, self.options, read)

    def _epochs(self, examples: Sequence[Example], tokenizer: Any) -> list[list[_Batch]]:
        """The windows that each epoch reads."""
        n_epochs = self.options.epochs
        epochs: list[list[_Batch]] = [[] for _ in range(n_epochs)]
        turn = cycle(range(n_epochs))
        for example in examples:
            windows = list(_windows(example, tokenizer, self.options))
            is_dealt = example.is_silver and self.options.deals_silver
            for epoch in [next(turn)] if is_dealt else range(n_epochs):
                epochs[epoch] += windows
        return epochs

    def _train(self, network: Any, epochs: Sequence[Sequence[_Batch]], loss: MultiTaskLoss) -> None:
        import torch

        steps = [math.ceil(len(windows) / self.options.windows_per_step) for windows in epochs]
        optimiser, schedule = _optimiser(network, self.options, n_steps=sum(steps))
        rng = np.random.default_rng(self.seed)
        is_bf16 = self.options.precision == "bfloat16"
        network.train()
        for epoch, windows in enumerate(epochs):
            mean_loss = math.nan
            for chosen in np.array_split(rng.permutation(len(windows)), steps[epoch]):
                batches = [windows[i] for i in chosen if windows[i].is_judged.any()]
                for batch in batches:
                    with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
                        logits = network(batch.ids, batch.pool, batch.rules)
                    value = loss(logits[batch.is_judged], batch.targets[batch.is_judged])
                    (value / len(batches)).backward()
                    found = value.item()
                    mean_loss = found if math.isnan(mean_loss) else mean_loss + SMOOTHING * (found - mean_loss)
                if batches:
                    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
                    optimiser.step()
                    optimiser.zero_grad(set_to_none=True)
                schedule.step()
            log.info("epoch %d of %d: loss %.3f", epoch + 1, self.options.epochs, mean_loss)


def build_network(encoder: Any, *, n_labels: int, n_rules: int) -> Any:
    """Encoder, mean pooling and linear heads; the features of the rules have a linear head of their own."""
    import torch
    from torch import nn

    class _Network(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.drop = nn.Dropout(HEAD_DROPOUT)
            self.head = nn.Linear(encoder.config.hidden_size, n_labels)
            self.rules = nn.Linear(n_rules, n_labels, bias=False)
            nn.init.normal_(self.head.weight, 0, 0.02)
            nn.init.zeros_(self.head.bias)
            nn.init.zeros_(self.rules.weight)

        def forward(self, ids: Any, pool: Any, rules: Any) -> Any:
            states = self.encoder(input_ids=ids).last_hidden_state[0]
            pooled = self.drop(pool.to(states.dtype) @ states)
            return self.head(pooled).float() + torch.nn.functional.linear(rules, self.rules.weight)

    return _Network()


def _windows(example: Example, tokenizer: Any, options: FinetuneTrainer.Options) -> Iterator[_Batch]:
    texts = [example.text.text[s.start : s.end] for s in example.text.sentences]
    tokens = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    rules = rule_matrix(example.text) if options.uses_rules else np.zeros((len(texts), 1), np.float32)
    targets = np.zeros((len(texts), example.targets.shape[1]), np.float32)
    is_judged = np.array([s.is_judged for s in example.text.sentences])
    targets[is_judged] = example.targets
    settings = settings_of(tokenizer, options)
    for window in pack([len(ids) for ids in tokens], size=options.window, overlap=options.overlap):
        yield _batch(window, tokens, rules, targets, is_judged, settings)


def _batch(
    window: Window,
    tokens: Sequence[Sequence[int]],
    rules: NDArray[np.float32],
    targets: NDArray[np.float32],
    is_judged: NDArray[np.bool_],
    settings: EncoderSettings,
) -> _Batch:
    import torch

    ids, counted, at = [settings.cls_id], [], 1
    for i, piece in enumerate(window.pieces):
        ids += tokens[piece.sentence][piece.start : piece.end]
        if i >= window.n_context:
            counted.append((piece.sentence, at, at + len(piece)))
        at += len(piece)
    ids.append(settings.sep_id)
    pool = np.zeros((len(counted), len(ids)), np.float32)
    for row, (_, start, end) in enumerate(counted):
        pool[row, start:end] = 1 / (end - start)
    rows = [sentence for sentence, _, _ in counted]
    return _Batch(
        ids=torch.tensor([ids]),
        pool=torch.from_numpy(pool),
        rules=torch.from_numpy(rules[rows]),
        targets=torch.from_numpy(targets[rows]),
        is_judged=torch.from_numpy(is_judged[rows]),
    )


def _optimiser(network: Any, options: FinetuneTrainer.Options, *, n_steps: int) -> tuple[Any, Any]:
    """AdamW with a rate for the encoder and one for the heads; linear warm-up, then linear to zero."""
    import torch

    n_layers = 1 + max(_layer(name) for name, _ in network.named_parameters())
    groups: dict[tuple[float, float], list[Any]] = {}  # few groups: the fused step takes each at once
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            rate = options.head_rate
            if name.startswith("encoder."):
                rate = options.encoder_rate * options.layer_decay ** (n_layers - 1 - _layer(name))
            groups.setdefault((rate, WEIGHT_DECAY if parameter.ndim > 1 else 0.0), []).append(parameter)
    optimiser = torch.optim.AdamW(
        [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()], fused=True
    )
    return optimiser, warmed_up(optimiser, n_steps=n_steps)


def _layer(name: str) -> int:
    """The layer that a parameter belongs to by its name, counted from 0; -1 for what stands before the layers."""
    found = re.search(r"\.layers?\.(\d+)\.", name)
    return int(found[1]) if found else -1
