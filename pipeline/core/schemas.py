"""Arrow schemas of the datum's path. One row is one article; each stage appends one column.

    read -> clean -> segment -> attribute -> label -> profile
    ARTICLE + paragraphs + sentences + voices + judgements + profile

`sentences`, `voices` and `judgements` are parallel lists: element i of each speaks of sentence i.
Offsets count characters (Unicode code points) of `text`, half-open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from pipeline.core.codebook import Codebook, Task

PARAGRAPH = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),  # the name of the rule that gave the role
    ]
)
SENTENCE = pa.struct(
    [
        pa.field("n", pa.int32(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
    ]
)
VOICE = pa.struct(
    [
        pa.field("voice", pa.string()),  # None where the sentence is not body
        pa.field("speaker", pa.string()),  # "" for the author
    ]
)
EVIDENCE = pa.struct(
    [
        pa.field("label", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("weight", pa.float32(), nullable=False),  # logits that these words gave the label
    ]
)
RESULT_MARKS = frozenset({"model_sha256", "text_sha256", "role", "voice"})  # tell results from a table of articles
METADATA = pa.struct([pa.field("key", pa.string(), nullable=False), pa.field("value", pa.string(), nullable=False)])
# a span of the source file behind a span of `text`; lets a reader find HTML text in the file it came from
SOURCE_SPAN = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),  # in `text`
        pa.field("end", pa.int32(), nullable=False),
        pa.field("source_start", pa.int32(), nullable=False),  # in the decoded file
        pa.field("source_end", pa.int32(), nullable=False),
        pa.field("is_main", pa.bool_(), nullable=False),  # inside what the HTML extractor took for the article
        pa.field("tag", pa.string(), nullable=False),  # innermost block element: p, h1, li, figcaption ...
    ]
)

ARTICLE = pa.schema(
    [
        pa.field("article", pa.string(), nullable=False),  # the file's stem, or the row's id
        pa.field("source", pa.string(), nullable=False),  # the path as given, "-" for standard input
        pa.field("line", pa.int32()),  # the row's line for jsonl and csv, counted from 1
        pa.field("format", pa.string(), nullable=False),  # txt, md, html
        pa.field("encoding", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("text_sha256", pa.string(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("author", pa.string()),
        pa.field("outlet", pa.string()),
        pa.field("date", pa.string()),
        pa.field("metadata", pa.list_(METADATA), nullable=False),  # every other column
        pa.field("warnings", pa.list_(pa.string()), nullable=False),
        pa.field("blocks", pa.list_(SOURCE_SPAN), nullable=False),  # filled for html alone
    ]
)
CLEANED = ARTICLE.append(pa.field("paragraphs", pa.list_(PARAGRAPH), nullable=False))
SEGMENTED = CLEANED.append(pa.field("sentences", pa.list_(SENTENCE), nullable=False))
ATTRIBUTED = SEGMENTED.append(pa.field("voices", pa.list_(VOICE), nullable=False))

REFUSAL = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("line", pa.int32()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("remedy", pa.string(), nullable=False),
    ]
)


def _task_fields(task: Task) -> list[pa.Field]:
    value = pa.list_(pa.string()) if task.kind == "multi" else pa.string()
    return [
        pa.field(task.name, value),
        *(pa.field(f"p_{task.name}_{label.value}", pa.float32()) for label in task.labels),
        pa.field(f"evidence_{task.name}", pa.list_(EVIDENCE), nullable=False),
    ]


def judgement(codebook: Codebook) -> pa.StructType:
    """What is said of one sentence; every task field is None where the sentence is not body."""
    fields = [field for task in codebook.tasks for field in _task_fields(task)]
    return pa.struct([*fields, pa.field("abstained", pa.list_(pa.string()), nullable=False)])


def labelled(codebook: Codebook) -> pa.Schema:
    return ATTRIBUTED.append(pa.field("judgements", pa.list_(judgement(codebook)), nullable=False))


IDENTITY = pa.schema(
    [
        pa.field("text_sha256", pa.string(), nullable=False),
        pa.field("model", pa.string(), nullable=False),  # "default", or the registered name
        pa.field("model_version", pa.string(), nullable=False),
        pa.field("model_sha256", pa.string(), nullable=False),
        pa.field("config_sha256", pa.string(), nullable=False),
        pa.field("codebook", pa.string(), nullable=False),  # "russia 1.0"
        pa.field("codebook_sha256", pa.string(), nullable=False),
        pa.field("package_version", pa.string(), nullable=False),
    ]
)


def sentence_table(codebook: Codebook) -> pa.Schema:
    """The long table that users get: one row per sentence, furniture included."""
    judged = judgement(codebook)
    return pa.schema(
        [
            pa.field("article", pa.string(), nullable=False),
            pa.field("n", pa.int32(), nullable=False),
            pa.field("start", pa.int32(), nullable=False),
            pa.field("end", pa.int32(), nullable=False),
            pa.field("text", pa.string(), nullable=False),
            pa.field("role", pa.string(), nullable=False),
            pa.field("rule", pa.string(), nullable=False),
            pa.field("voice", pa.string()),
            pa.field("speaker", pa.string()),
            *(judged.field(i) for i in range(judged.num_fields)),
            *(pa.field(name, pa.string()) for name in ("source", "title", "author", "outlet", "date")),
            *IDENTITY,
        ]
    )
