"""Sentence states of an encoder that nobody fine-tuned, and the rules' features, kept on disk an article at a time.

    python tests/benchmarks/frozen_states.py [SET ...]

Only computes them, so that `baselines.py` and `learning_curve.py` find them; a run that is cut off goes on where it
was.
"""

import argparse
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from samples import COMPOSED, FOLDS, HELD_OUT, REAL

from pipeline.core import codebook as codebooks
from pipeline.core.fingerprints import sha256_text
from pipeline.corpus import labelled_set
from pipeline.labeling.encoder import HEADS, EncoderLabeller, EncoderSettings, rule_matrix
from pipeline.labeling.rules import FEATURES
from pipeline.labeling.scores import ArticleText
from pipeline.training import encoders, export
from pipeline.training.examples import article_folds, examples

MORE = "attached/real-opeds-2"
CACHE = platformdirs.user_cache_path("stance-benchmarks") / "frozen"
ENCODER = "minilm"
VIEWS = ("windows", "alone", "rules")  # each sentence read in its window; by itself; what the rules say of it
WINDOW, OVERLAP = 254, 1
N_HASH = 12


def raw_labeller(folder=CACHE / ENCODER, *, threads=1):
    """The pretrained encoder in the form that inference runs, with empty heads; exported once."""
    if not (folder / HEADS).is_file():  # written last
        start = encoders.load(ENCODER)
        export.write_encoder(folder, start.encoder, start.tokenizer, quantisation="none")
        tokenizer = start.tokenizer
        settings = export_settings(tokenizer)
        width = start.encoder.config.hidden_size
        export.write_heads(
            folder, {"weight": np.zeros((1, width), np.float32), "bias": np.zeros(1, np.float32)}, settings
        )
    return EncoderLabeller.open(folder, threads=threads)


def export_settings(tokenizer):
    return EncoderSettings(WINDOW, OVERLAP, tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id or 0)


@dataclass
class FrozenStates:
    """Features of judged sentences, computed on demand. The labeller is opened only where something is missing."""

    folder: Path = CACHE
    labeller: EncoderLabeller | None = None

    def of(self, example, view):
        """Shapes: (n_judged, width of the view)."""
        rules_version = hashlib.sha256("\n".join(FEATURES).encode()).hexdigest()[:N_HASH] if view == "rules" else ""
        spans = sha256_text(repr([(s.start, s.end, s.is_judged) for s in example.text.sentences]))[:N_HASH]
        name = f"{sha256_text(example.text.text)[:N_HASH]}-{spans}{rules_version and '-' + rules_version}.npy"
        path = self.folder / view / name
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                np.save(file, self._computed(example.text, view))
            part.replace(path)
        return np.load(path)

    def matrix(self, rows, views):
        """Shapes: (sum of n_judged, sum of widths)."""
        return np.vstack([np.hstack([self.of(row, view) for view in views]) for row in rows])

    def _computed(self, article, view):
        is_judged = [sentence.is_judged for sentence in article.sentences]
        if view == "rules":
            return rule_matrix(article)[is_judged]
        self.labeller = self.labeller or raw_labeller()
        if view == "windows":
            return self.labeller.states([article])[0][is_judged]
        each = [ArticleText(article.text, (sentence,)) for sentence in article.sentences if sentence.is_judged]
        return np.vstack(self.labeller.states(each))


def rows_of(reference, book):
    return examples([labelled_set.load(reference, book)], book)


def held_out_split(book):
    """The fold of the experiment table: what is learned from, and what is held out. Shapes: two lists of examples."""
    real = rows_of(REAL, book)
    fold_of = article_folds(real, k=FOLDS)
    learned = [row for row, fold in zip(real, fold_of, strict=True) if fold != HELD_OUT]
    return learned, [row for row, fold in zip(real, fold_of, strict=True) if fold == HELD_OUT]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=[REAL, MORE, COMPOSED])
    parser.add_argument("--views", nargs="+", choices=VIEWS, default=["windows", "rules"])
    options, book, states = parser.parse_args(), codebooks.load(), FrozenStates()
    for reference in options.sets:
        rows = rows_of(reference, book)
        for i, row in enumerate(rows, 1):
            for view in options.views:
                states.of(row, view)
            print(f"{reference}: {i} of {len(rows)} articles", end="\r" if i < len(rows) else "\n", flush=True)


if __name__ == "__main__":
    main()
