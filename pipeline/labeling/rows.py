"""From one row per article to the table that users get: one row per sentence, each with its identity."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import __version__
from pipeline.core import schemas

if TYPE_CHECKING:
    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Config
    from pipeline.labeling.model import Model

PER_ARTICLE = ("article", "source", "title", "author", "outlet", "date", "text_sha256")


@dataclass(frozen=True, slots=True)
class Identity:
    """What made a row; the text's hash is each article's own."""

    model: str
    model_version: str
    model_sha256: str
    config_sha256: str
    codebook: str
    codebook_sha256: str
    package_version: str = __version__


def identity(model: Model, config: Config, *, name: str | None = None, version: str | None = None) -> Identity:
    """`name` and `version` are the registry's, where the model came from one."""
    return Identity(
        model=name or model.name,
        model_version=version or model.version,
        model_sha256=model.sha256,
        config_sha256=config.sha256,
        codebook=model.codebook.id,
        codebook_sha256=model.codebook.sha256,
    )


def sentence_rows(labelled: pa.Table, codebook: Codebook, made_by: Identity) -> pa.Table:
    """Shapes: a table of `schemas.labelled` to one of `schemas.sentence_table`, in the order of the text."""
    schema = schemas.sentence_table(codebook)
    lists = labelled.select(["sentences", "voices", "judgements"]).combine_chunks()
    parents = pc.list_parent_indices(lists["sentences"])
    columns = {name: labelled[name].take(parents) for name in PER_ARTICLE}
    for name in lists.column_names:
        structs = pc.list_flatten(lists[name]).combine_chunks()
        for field in structs.type:
            columns[field.name] = structs.field(field.name)
    texts = labelled["text"].to_pylist()
    spans = zip(parents.to_pylist(), columns["start"].to_pylist(), columns["end"].to_pylist(), strict=True)
    columns["text"] = pa.array([texts[i][start:end] for i, start, end in spans], pa.string())
    n_rows = len(parents)
    for name, value in asdict(made_by).items():
        columns[name] = pa.array([value], pa.string()).take(pa.array([0] * n_rows, pa.int32()))
    return pa.table([columns[name] for name in schema.names], schema=schema)
