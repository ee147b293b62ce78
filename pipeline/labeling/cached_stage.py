"""The labelling stage for articles that may have been judged before."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core.fingerprints import sha256_json, sha256_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.labeling.kept_judgements import KeptJudgements
    from pipeline.labeling.stage import LabelStage

READ = ("text", "sentences", "voices")  # all that the labelling stage reads of an article
FORMAT = 1
"""Raise it when a judgement of the same article by the same model can be another, or is written in another way."""


class CachedLabelStage:
    """Gives what `LabelStage` gives. Kept are labels, probabilities and offsets; of the text its hash alone.

    The unit is the article: its sentences are read in its context, and its scores do not depend on other articles.
    """

    name = "label"

    def __init__(self, stage: LabelStage, kept: KeptJudgements, *, settings: Mapping[str, Any]) -> None:
        """`settings`: whatever changes a judgement besides model and article."""
        self.input_schema, self.output_schema = stage.input_schema, stage.output_schema
        self._stage, self._kept = stage, kept
        self._made_by = sha256_json([FORMAT, stage.model.sha256, stage.abstain, dict(settings)])

    def __call__(self, table: pa.Table) -> pa.Table:
        articles = list(zip(*(table[name].to_pylist() for name in READ), strict=True))
        keys = [self._key(*article) for article in articles]
        found = self._kept.find(keys)
        known = [_unpacked(found.get(key), len(article[1])) for key, article in zip(keys, articles, strict=True)]
        missing = [i for i, rows in enumerate(known) if rows is None]
        if missing:
            fresh = self._stage(table.take(missing))["judgements"].to_pylist()
            self._kept.add({keys[i]: _packed(rows) for i, rows in zip(missing, fresh, strict=True)})
            for i, rows in zip(missing, fresh, strict=True):
                known[i] = rows
        field = self.output_schema.field("judgements")
        return table.append_column(field, pa.array(known, field.type))

    def _key(self, text: str, sentences: Sequence[Any], voices: Sequence[Any]) -> bytes:
        spans = [[s["start"], s["end"], s["role"], v["voice"]] for s, v in zip(sentences, voices, strict=True)]
        return bytes.fromhex(sha256_json([self._made_by, sha256_text(text), spans]))


def _packed(rows: Sequence[Any]) -> bytes:
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def _unpacked(value: bytes | None, n_sentences: int) -> list[dict[str, Any]] | None:
    """None where nothing is kept, or nothing that can be read."""
    try:
        rows = json.loads(zlib.decompress(value)) if value is not None else None
    except (zlib.error, ValueError, TypeError):
        return None
    return rows if isinstance(rows, list) and len(rows) == n_sentences else None
