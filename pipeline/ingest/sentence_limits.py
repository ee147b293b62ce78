"""Refuses what is no prose before anything is built of it: a sentence of a megabyte, a million one-word sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.ingest.refused import RefusedError

if TYPE_CHECKING:
    from pipeline.core.config import Read

_END = re.compile(r"[.?!…][\"'”’)\]»]*\s|\n\s*\n|\Z")
_LINES = re.compile(r"\n+")


def refuse_no_prose(text: str, limits: Read) -> None:
    """Looks at ends of sentences and lines alone: an upper bound of what will be cut. Raises: RefusedError."""
    n_ends, last = len(_LINES.findall(text)), 0
    for end in _END.finditer(text):
        n_ends += 1
        n_chars, last = end.start() - last, end.end()
        if n_chars > limits.max_sentence_chars:
            detail = f"{n_chars:,} characters without the end of a sentence are more than {limits.max_sentence_chars:,}"
            raise RefusedError("sentence-too-long", detail, "mend the text, or raise read.max_sentence_chars")
    if n_ends > limits.max_sentences:
        detail = f"{n_ends:,} ends of sentences and lines are more than {limits.max_sentences:,}"
        raise RefusedError("too-many-sentences", detail, "split the text, or raise read.max_sentences")
