"""What every training of an encoder shares: the clipping of its steps, and their rates."""

from __future__ import annotations

from typing import Any

WARMUP_SHARE = 0.06  # of all steps
CLIP_NORM = 1.0
WEIGHT_DECAY = 0.01


def warmed_up(optimiser: Any, *, n_steps: int) -> Any:
    """Linear warm-up, then linear to zero."""
    import torch

    n_warmup = max(1, round(WARMUP_SHARE * n_steps))

    def factor(step: int) -> float:
        return min((step + 1) / n_warmup, max(0.0, (n_steps - step) / max(1, n_steps - n_warmup)))

    return torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
