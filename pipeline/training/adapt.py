"""Adapts an encoder to texts without labels: it goes on filling masked words, now in the user's own articles.

Source: Gururangan et al. 2020, "Don't Stop Pretraining".
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline import __version__
from pipeline.core.errors import ConfigError
from pipeline.training import encoders
from pipeline.training.masked_learning import N_SPECIAL, MaskedLearning, epoch_steps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.core.config import Adapt
    from pipeline.training.encoders import MaskedEncoder
    from pipeline.training.masked_learning import Note
    from pipeline.training.unlabelled import Passages, Unlabelled

log = logging.getLogger(__name__)

FILE = "adapted_from.json"
FORMAT = 1
HELD_OUT_SEED = 1  # the held-out masks are the same before and after, and in every run
HEAD_SHARE = 0.1  # of the steps, added to them; the encoder would unlearn from the gradients of a random head
HEAD_RATE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """What an adapted encoder came from. Units: losses in nats for each masked token of the held-out articles.

    `loss_before` is that of a random head where the source came without one; `loss_head` is measured after the head
    alone was fitted, None where it came with the source. From there on the encoder itself learns.
    """

    source: str
    texts_sha256: str
    n_articles: int
    n_articles_read: int
    n_held_out: int
    n_sentences: int
    n_tokens: int
    epochs: int
    n_steps: int
    rate: float
    window: int
    windows_per_step: int
    mask_share: float
    precision: str
    seed: int
    loss_before: float
    loss_head: float | None
    loss_after: float
    package_version: str = __version__
    format: int = FORMAT

    @property
    def has_fallen(self) -> bool:
        return self.loss_after < (self.loss_before if self.loss_head is None else self.loss_head)


def open_encoder(reference: str, settings: Adapt, *, seed: int) -> MaskedEncoder:
    """The encoder with its language-model head. Raises: StanceError; ConfigError where a window does not fit in."""
    start = encoders.load_masked(reference, seed=seed)
    if settings.window + N_SPECIAL > start.max_tokens:
        most = start.max_tokens - N_SPECIAL
        raise ConfigError(
            [f"adapt.window: {settings.window} is more than this encoder reads; give at most {most}"],
            where=f"encoder {reference!r}",
        )
    return start


def adapt(start: MaskedEncoder, texts: Unlabelled, settings: Adapt, *, seed: int, note: Note) -> Adaptation:
    """Trains `start` in place; `start.encoder` then holds the adapted weights. Deterministic by seed on one machine.

    `note` gets the losses as they are found. Raises: StanceError where training diverges.
    """
    import torch

    torch.manual_seed(seed)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    learning = MaskedLearning(start, settings, note, np.random.default_rng(seed))
    windows, held_out = _windows(texts.train), learning.masked(_windows(texts.held_out), seed=HELD_OUT_SEED)
    n_epoch_steps = epoch_steps(len(windows), settings)
    n_steps = n_epoch_steps * settings.epochs
    log.info("%d articles, %d tokens, %d steps", len(texts.articles), texts.n_tokens, n_steps)
    before = learning.evaluated(held_out, epoch=0)
    of_head = None
    if start.new_parameters:
        n_head_steps = max(1, round(HEAD_SHARE * n_steps))
        log.info("this encoder has no language-model head: fitting one, %d steps", n_head_steps)
        learning.begin(_only(start, start.new_parameters), rate=HEAD_RATE, n_steps=n_head_steps)
        learning.over(windows, n_steps=n_head_steps, name="head_loss")
        of_head = learning.evaluated(held_out, epoch=0, name="held_out_loss_head")
    learning.begin(_only(start, None), rate=settings.rate, n_steps=n_steps)
    after = before
    for epoch in range(1, settings.epochs + 1):
        learning.over(windows, n_steps=n_epoch_steps, name="loss")
        after = learning.evaluated(held_out, epoch=epoch)
        log.info("epoch %d of %d: held-out loss %.3f", epoch, settings.epochs, after)
    _hand_over(start)
    return Adaptation(
        source=start.source,
        texts_sha256=texts.sha256,
        n_articles=len(texts.articles),
        n_articles_read=texts.n_read,
        n_held_out=len(texts.held_out),
        n_sentences=texts.n_sentences,
        n_tokens=texts.n_tokens,
        epochs=settings.epochs,
        n_steps=n_steps,
        rate=settings.rate,
        window=settings.window,
        windows_per_step=settings.windows_per_step,
        mask_share=settings.mask_share,
        precision=settings.precision,
        seed=seed,
        loss_before=before,
        loss_head=of_head,
        loss_after=after,
    )


def write(folder: Path, adapted: MaskedEncoder, about: Adaptation) -> None:
    """An encoder folder that `train.trainer.encoder` takes: safetensors, tokenizer, and where it came from."""
    adapted.encoder.save_pretrained(folder)
    adapted.tokenizer.save_pretrained(folder)
    (folder / FILE).write_text(json.dumps(asdict(about), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _hand_over(start: MaskedEncoder) -> None:
    """The network's weights to the encoder, whose pooler stays as it was: no word is filled through it."""
    found = start.encoder.load_state_dict(start.network.base_model.state_dict(), strict=False)
    assert not found.unexpected_keys  # noqa: S101 - else the encoder written would be the one read


def _only(start: MaskedEncoder, names: Iterable[str] | None) -> list[Any]:
    """The parameters of these names, the only ones that now learn; None names all."""
    wanted = None if names is None else frozenset(names)
    for name, parameter in start.network.named_parameters():
        parameter.requires_grad_(wanted is None or name in wanted)
    return [parameter for parameter in start.network.parameters() if parameter.requires_grad]


def _windows(articles: Iterable[Passages]) -> list[NDArray[np.int32]]:
    return [window for article in articles for window in article.windows]
