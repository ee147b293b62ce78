"""New heads on the encoder of a model that exists: seconds instead of an hour, and no torch."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from pipeline.core.config import Section
from pipeline.core.errors import ConfigError
from pipeline.core.places import shipped
from pipeline.labeling import model as models
from pipeline.labeling import rules
from pipeline.labeling.encoder import HEADS, SETTINGS, TOKENIZER, EncoderLabeller, rule_matrix
from pipeline.labeling.runtime import MODEL_FILE
from pipeline.training import linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.training.examples import Example
    from pipeline.training.mixing import Mixing

ENCODER_FILES = (MODEL_FILE, Path(MODEL_FILE).with_suffix(".bin").name, TOKENIZER)


class FrozenTrainer:
    """Logistic regressions over mean token states and the features of the rules."""

    labeller = "encoder.v1"
    n_fitted_folds = None
    learns_probabilities = False

    class Options(Section):
        model: str = "default"  # the model whose encoder is used: `default` or a model folder
        c: float = Field(default=1.0, gt=0)
        balance: float = Field(default=0.5, ge=0, le=1)
        uses_rules: bool = True

    def __init__(self, options: Options, codebook: Codebook, *, seed: int) -> None:
        self.options, self.codebook, self.seed = options, codebook, seed
        self.folder = shipped("models/default") if options.model == "default" else Path(options.model)
        start = models.load(self.folder)
        if not isinstance(start.labeller, EncoderLabeller):
            raise ConfigError(
                [f"train.trainer.model: {options.model!r} has no encoder; it is {start.manifest['labeller']}"]
            )
        self.start = start.labeller
        self._features: dict[str, NDArray[np.float32]] = {}

    def fit(self, examples: Sequence[Example]) -> FrozenModel:
        features = np.concatenate([self.features(example) for example in examples])
        targets = np.concatenate([example.targets for example in examples])
        mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
        weight, bias = linear.fit_heads(
            self.codebook,
            (features - mean) / spread,
            targets,
            c=self.options.c / features.shape[1],
            balance=self.options.balance,
            seed=self.seed,
        )
        return FrozenModel(self, weight / spread, bias - (weight / spread) @ mean)

    def features(self, example: Example) -> NDArray[np.float32]:
        """States and rules of the judged sentences, computed once an article. Shapes: (n_judged, width + n_rules)."""
        if example.article not in self._features:
            (states,) = self.start.states([example.text])
            parts = [states, rule_matrix(example.text)] if self.options.uses_rules else [states]
            is_judged = [s.is_judged for s in example.text.sentences]
            self._features[example.article] = np.hstack(parts)[is_judged].astype(np.float32)
        return self._features[example.article]


class FrozenModel:
    """Heads over a shared encoder. Shapes: weight (n_labels, width + n_rules), bias (n_labels,)."""

    def __init__(self, trainer: FrozenTrainer, weight: NDArray[np.floating], bias: NDArray[np.floating]) -> None:
        self.trainer, self.weight, self.bias = trainer, weight.astype(np.float32), bias.astype(np.float32)

    def score(self, examples: Sequence[Example]) -> list[NDArray[np.float32]]:
        return [self.trainer.features(example) @ self.weight.T + self.bias for example in examples]

    def write(self, folder: Path, mixing: Mixing) -> None:
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        for name in ENCODER_FILES:
            shutil.copyfile(self.trainer.folder / name, folder / name)
        features = rules.FEATURES if self.trainer.options.uses_rules else ()
        settings = replace(self.trainer.start.settings, features=features)
        (folder / SETTINGS).write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")
        width = self.trainer.start.weight.shape[1]
        heads = {"weight": self.weight[:, :width], "bias": self.bias}
        if self.trainer.options.uses_rules:
            heads["rules"] = self.weight[:, width:]
        save_file(linear.mixed_heads(heads, mixing), folder / HEADS)
