"""Steps of masked language modelling over windows of articles.

Source: Devlin et al. 2019, BERT, for the masks: of the tokens to be predicted 8 in 10 are hidden, 1 is another one.
"""

from __future__ import annotations

import logging
import math
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError, StanceError
from pipeline.training.schedule import CLIP_NORM, WEIGHT_DECAY, warmed_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.core.config import Adapt
    from pipeline.training.encoders import MaskedEncoder

    Note = Callable[[dict[str, float], int], None]  # figures by name, at a step

log = logging.getLogger(__name__)

N_SPECIAL = 2  # tokens around a window
NOT_MASKED = -100  # the collator's label of a token that is not to be predicted
BATCH_TOKENS = 4_096  # in memory at once; a step sums over as many batches as it needs
N_POINTS = 100  # of the loss curve
N_TOLD = 20  # of them in the log


class MaskedLearning:
    """Steps over windows whose tokens are masked anew each time, with one optimiser after another.

    `note` gets the losses as they are found.
    """

    def __init__(self, start: MaskedEncoder, settings: Adapt, note: Note, rng: np.random.Generator) -> None:
        self.start, self.settings, self.note, self.rng = start, settings, note, rng
        self.n_done: dict[str, int] = {}  # steps, by the name of their loss
        self.n_planned = 0

    def begin(self, parameters: Sequence[Any], *, rate: float, n_steps: int) -> None:
        """A new optimiser: AdamW with linear warm-up, then linear to zero."""
        import torch

        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self.parameters, self.n_planned = parameters, n_steps
        self.optimiser = torch.optim.AdamW(groups, lr=rate, fused=True)
        self.schedule = warmed_up(self.optimiser, n_steps=n_steps)

    def over(self, windows: Sequence[NDArray[np.int32]], *, n_steps: int, name: str) -> None:
        """As many steps, each over windows of its own, in a new order."""
        self.start.network.train()
        every = max(1, self.n_planned // N_POINTS)
        found: list[float] = []
        for chosen in islice(self._chosen(len(windows)), n_steps):
            found.append(self._step([windows[i] for i in chosen]))
            done = self.n_done[name] = self.n_done.get(name, 0) + 1
            if done % every == 0 or done == self.n_planned:
                mean = float(np.mean(found))
                self.note({name: mean}, done)
                if done // every % (N_POINTS // N_TOLD) == 0:
                    log.info("step %d of %d: loss %.3f", done, self.n_planned, mean)
                found.clear()

    def _chosen(self, n_windows: int) -> Iterator[NDArray[np.int64]]:
        """Indices of each step's windows, endlessly; all come once before any comes again."""
        while True:
            yield from np.array_split(self.rng.permutation(n_windows), epoch_steps(n_windows, self.settings))

    def _step(self, windows: Sequence[NDArray[np.int32]]) -> float:
        """One step of the optimiser; the mean loss of its masked tokens."""
        import torch

        batches = self.masked(windows)
        n_masked = max(1, sum(_n_masked(batch) for batch in batches))
        total = 0.0
        for batch in batches:
            loss = self._loss(batch) / n_masked
            loss.backward()
            total += loss.item()
        if not math.isfinite(total):
            raise _diverged()
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP_NORM)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.schedule.step()
        return total

    def masked(self, windows: Sequence[NDArray[np.int32]], *, seed: int | None = None) -> list[Any]:
        """Padded batches with tokens masked anew, by torch's own state where no seed is given."""
        from transformers import DataCollatorForLanguageModeling

        collate = DataCollatorForLanguageModeling(
            self.start.tokenizer, mlm_probability=self.settings.mask_share, seed=seed
        )
        size = max(1, BATCH_TOKENS // (self.settings.window + N_SPECIAL))
        rows = [_row(window, self.start.tokenizer) for window in windows]
        batches = [collate(rows[at : at + size]) for at in range(0, len(rows), size)]
        return [batch for batch in batches if _n_masked(batch)]

    def evaluated(self, batches: Sequence[Any], *, epoch: int, name: str = "held_out_loss") -> float:
        """Raises: StanceError where the loss is no number; InvalidInputError where nothing is masked."""
        import torch

        n_masked = sum(_n_masked(batch) for batch in batches)
        if not n_masked:
            remedy = "give more texts, or raise adapt.mask_share"
            raise InvalidInputError("no token of the held-out articles happens to be masked", remedy=remedy)
        self.start.network.eval()
        with torch.inference_mode():
            total = sum(self._loss(batch).item() for batch in batches)
        loss = total / n_masked
        if not math.isfinite(loss):
            raise _diverged()
        self.note({name: loss}, epoch)
        return float(loss)

    def _loss(self, batch: Any) -> Any:
        """Sum over the masked tokens. The others are left out before the word vectors' product, half of all work."""
        import torch

        network, is_masked = self.start.network, batch["labels"] != NOT_MASKED
        last = network.get_output_embeddings()
        hook = last.register_forward_pre_hook(lambda _, given: (given[0][is_masked],))
        try:
            with torch.autocast("cpu", torch.bfloat16, enabled=self.settings.precision == "bfloat16"):
                logits = network(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        finally:
            hook.remove()
        return torch.nn.functional.cross_entropy(logits.float(), batch["labels"][is_masked], reduction="sum")


def epoch_steps(n_windows: int, settings: Adapt) -> int:
    return math.ceil(n_windows / settings.windows_per_step)


def _row(window: NDArray[np.int32], tokenizer: Any) -> dict[str, list[int]]:
    first = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    last = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    return {
        "input_ids": [first, *window.tolist(), last],
        "attention_mask": [1] * (len(window) + N_SPECIAL),
        "special_tokens_mask": [1, *[0] * len(window), 1],
    }


def _n_masked(batch: Any) -> int:
    return int((batch["labels"] != NOT_MASKED).sum())


def _diverged() -> StanceError:
    return StanceError("the loss is no longer a number", where="adapt", remedy="lower adapt.rate, or take float32")
