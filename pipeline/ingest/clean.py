"""Cleaning tags and never deletes: every paragraph gets a role and the name of the rule that gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.core.config import Section
from pipeline.core.schemas import ARTICLE, CLEANED
from pipeline.ingest import transcript
from pipeline.ingest.columns import appended
from pipeline.ingest.layout import units
from pipeline.ingest.paragraphs import BODY, FURNITURE
from pipeline.ingest.roles import Tagged, tag_paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa


class RulesCleaner:
    """Stage `rules.v1`: appends `paragraphs`; each character that is no space lies in exactly one of them."""

    name = "rules.v1"
    input_schema = ARTICLE
    output_schema = CLEANED

    class Options(Section):
        """`cuts_speaker_labels`: "Mr. DOE of Iowa." or "THE PRESIDENT:" is a paragraph apart from what is said."""

        cuts_speaker_labels: bool = True

    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(self, table: pa.Table) -> pa.Table:
        """Shapes: one row per article, in and out."""
        rows = table.select(["text", "blocks", "title", "author"]).to_pylist()
        return appended(table, self.output_schema, [self._paragraphs(row) for row in rows])

    def _paragraphs(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        known = {"title": row["title"], "author": row["author"]}
        tagged = clean(row["text"], row["blocks"], known, cuts_speaker_labels=self.options.cuts_speaker_labels)
        return [{"start": p.start, "end": p.end, "role": p.role, "rule": p.rule} for p in tagged]


def clean(
    text: str,
    blocks: Sequence[Mapping[str, Any]] = (),
    known: Mapping[str, str | None] | None = None,
    *,
    cuts_speaker_labels: bool = True,
) -> list[Tagged]:
    """Tagged paragraphs of one article, in order."""
    tagged = tag_paragraphs(text, units(text, blocks), known or {})
    turns = transcript.has_turns([text[p.start : p.start + 80] for p in tagged])
    return [
        piece
        for paragraph in tagged
        for piece in _cut(text, paragraph, has_labels=cuts_speaker_labels, has_turns=turns)
    ]


def _cut(text: str, paragraph: Tagged, *, has_labels: bool, has_turns: bool) -> Iterator[Tagged]:
    """Takes speaker label and stage notes out of a body paragraph."""
    content = text[paragraph.start : paragraph.end]
    cuts = []
    if paragraph.role == BODY:
        length = transcript.speaker_label(content, has_turns=has_turns) if has_labels else 0
        cuts = [(0, length, "speaker_label")] if length else []
        cuts += [cut for cut in transcript.notes(content) if cut[0] >= length]
    at = 0
    for start, end, rule in cuts:
        yield from _trimmed(text, paragraph, at, start)
        yield Tagged(paragraph.start + start, paragraph.start + end, FURNITURE, rule)
        at = end
    yield from _trimmed(text, paragraph, at, len(content))


def _trimmed(text: str, paragraph: Tagged, start: int, end: int) -> Iterator[Tagged]:
    content = text[paragraph.start + start : paragraph.start + end]
    if content.strip():
        first = paragraph.start + start + len(content) - len(content.lstrip())
        yield Tagged(first, paragraph.start + start + len(content.rstrip()), paragraph.role, paragraph.rule)
