"""Whether a text is English: the rules and the default model know no other language."""

from __future__ import annotations

import re

from pipeline.ingest.words import words

READ_CHARS = 4_000  # of the text; more does not change the answer
MIN_WORDS = 20  # fewer say nothing about the language
MIN_COMMON_SHARE = 0.2  # English prose has a third; then the identifier need not be loaded
COMMON = words(
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which "
    "one you were her all their there been if more when will would who so no we our what its has about than"
)
_WORD = re.compile(r"[^\W\d_]+")


def language_warning(text: str) -> tuple[str, ...]:
    """A warning where the text is confidently not English; it is labelled all the same."""
    head = text[:READ_CHARS]
    words = _WORD.findall(head.lower())
    if len(words) < MIN_WORDS or sum(word in COMMON for word in words) >= MIN_COMMON_SHARE * len(words):
        return ()
    from py3langid import classify

    language, _ = classify(head)
    if language == "en":
        return ()
    return (f"language: {language}, not English; labels are not to be trusted",)
