"""The parts that a configuration can name, as a table of import paths; a part is imported when it is used.

A new behaviour is a new version in a new row. An old row stays while a saved model cites it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pipeline.core.errors import ConfigError, unknown_name

PARTS: dict[str, dict[str, str]] = {
    "cleaner": {
        "rules.v1": "pipeline.ingest.clean:RulesCleaner",
    },
    "segmenter": {
        "sentencex.v1": "pipeline.ingest.segment:SentencexSegmenter",
    },
    "attributor": {
        "quotes.v1": "pipeline.ingest.attribute:QuoteAttributor",
    },
    "labeller": {
        "encoder.v1": "pipeline.labeling.encoder:EncoderLabeller",
        "tfidf.v1": "pipeline.labeling.tfidf:TfidfLabeller",
    },
    "trainer": {
        "finetune.v1": "pipeline.training.finetune:FinetuneTrainer",
        "frozen.v1": "pipeline.training.frozen:FrozenTrainer",
        "tfidf.v1": "pipeline.training.tfidf:TfidfTrainer",
    },
    "public_set": {
        "conll2010.v1": "pipeline.training.public.conll2010:Conll2010Reader",
        "hypo.v1": "pipeline.training.public.hypo:HypoReader",
        "ptc.v1": "pipeline.training.public.ptc:PtcReader",
    },
}


ENGINES: dict[str, str] = {
    "local": "pipeline.engines.local:opened",
    "ray": "pipeline.engines.ray:opened",
}


def engine(name: str) -> Any:
    """The function behind `label.engine`. Raises: ConfigError with the known names and the nearest one."""
    if name not in ENGINES:
        raise ConfigError([unknown_name("engine", name, ENGINES, where="label.engine")])
    return _imported(ENGINES[name])


def load(category: str, kind: str, *, where: str | None = None) -> Any:
    """The class behind a name. Raises: ConfigError with the known names and the nearest one."""
    rows = PARTS[category]
    if kind not in rows:
        raise ConfigError([unknown_name(category, kind, rows, where=where)])
    return _imported(rows[kind])


def _imported(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)
