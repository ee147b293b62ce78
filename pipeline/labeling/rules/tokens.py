"""Sentences as tokens with offsets into the article, and what a rule yields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pipeline.labeling.rules.wordlists import word_set

MAX_TOKENS = 400  # a longer "sentence" is a list or an attack; its head is enough for evidence
MAX_WORD = 40  # letters; what is longer is no word and only its head is kept
N_KNOWN_FORMS = 65_536  # bound of the cache of spellings, so that hostile text cannot fill memory
PAUSES = frozenset({",", ";", ":", "-", "(", ")", "[", "]", ".", "!", "?", "..."})
QUOTES = frozenset({'"'})

_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}"  # U.S., i.e.
    r"|\d+(?:[.,:]\d+)+"  # 1,000 and 10:30
    r"|[^\W_]+(?:['’‑-][^\W_]+)*"  # don't, short-sighted
    r"|\.{2,}|-{2,}|''|``|[^\w\s]|_"
)
_SAME = {
    **dict.fromkeys("“”„«»", '"'),
    "''": '"',
    "``": '"',
    **dict.fromkeys("–—―‒", "-"),
    "…": "...",
    "’": "'",
    "‘": "'",
}
_KEEP_S = word_set("it he she that there what who here let where how")  # their 's is a verb


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule fired on a sentence. Units: `value` 0 to 1; `spans` are offsets into the article's text."""

    feature: str
    value: float
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens of one sentence. `words` are lower-case, straight-quoted and without a possessive 's; `forms` as written.

    Shapes: `words`, `forms`, `starts` and `ends` are parallel; `clauses` are token ranges between pauses.
    """

    words: tuple[str, ...]
    forms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    clauses: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.words)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Characters of tokens `first` to `last`, half-open."""
        return self.starts[first], self.ends[last - 1]

    def word(self, at: int) -> str:
        """The token at a place, empty where there is none."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def final(self) -> str:
        """The closing mark, behind quotation marks and brackets."""
        for word in reversed(self.words[-4:]):
            if word not in "\"')]":
                return word
        return ""


def read(text: str, start: int, end: int) -> Sentence:
    """Tokenizes `text[start:end]`."""
    matches = list(islice(_TOKEN.finditer(text, start, end), MAX_TOKENS))
    forms = [match[0] for match in matches]
    words = [_normal(form) if len(form) <= MAX_WORD else form[:MAX_WORD].lower() for form in forms]
    starts = tuple([match.start() for match in matches])
    ends = tuple([match.end() for match in matches])
    return Sentence(tuple(words), tuple(forms), starts, ends, _clauses(words))


@lru_cache(maxsize=N_KNOWN_FORMS)
def _normal(form: str) -> str:
    if not form[0].isalnum():
        return "-" if form.startswith("--") else "..." if form.startswith("..") else _SAME.get(form, form)
    word = form.lower()
    if "’" in word or "‑" in word:
        word = word.replace("’", "'").replace("‑", "-")
    if word.endswith("'s") and word[:-2] not in _KEEP_S:
        return word[:-2]
    return word


def _clauses(words: list[str]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    first = 0
    for at, word in enumerate(words):
        if word in PAUSES:
            if at > first:
                found.append((first, at))
            first = at + 1
    if first < len(words):
        found.append((first, len(words)))
    return tuple(found)
