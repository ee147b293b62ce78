"""Cue lists of `lexicon.yaml`, matched over tokens in one pass.

A cue is words with blanks between; in a word, `a|b` are alternatives, a final `*` is any ending, `_` is any word, and
`_?` is any word or none (not as the first). After a blank, `is|'s` is also the contraction: "it is|'s" finds "it's".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEXICON = Path(__file__).with_name("lexicon.yaml")
MAX_PLACES = 24  # of one list in a sentence; more is no further evidence
MAX_STEM = 24  # letters; no stem is longer
N_KNOWN_WORDS = 50_000  # bound of the word cache, so that hostile text cannot fill memory

Cues = dict[str, list[tuple[int, int]]]
"""Cue list -> token ranges where one of its cues stands."""


@dataclass(frozen=True, slots=True)
class _Word:
    exact: frozenset[str]
    stems: tuple[str, ...]
    is_any: bool

    def fits(self, word: str) -> bool:
        return word in self.exact or (self.is_any and word[0].isalnum()) or word.startswith(self.stems)


@dataclass(frozen=True, slots=True)
class _Cue:
    name: str
    rest: tuple[_Word, ...]


@dataclass(slots=True)
class _Openings:
    """What a word can open: cues of one word, longer cues by their second word, and those whose second is open."""

    single: tuple[str, ...]
    by_second: dict[str, list[_Cue]]
    loose: list[_Cue]


class Lexicon:
    """Finds cues by their first two words; what a word can open is looked up once and then remembered."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self.names = tuple(lists)
        self._exact: dict[str, list[_Cue]] = {}
        self._stems: dict[str, list[_Cue]] = {}
        self._known: dict[str, _Openings | None] = {}
        for name, cues in lists.items():
            for cue in cues:
                for spelling in dict.fromkeys((cue.replace(" is|'s", " is"), cue.replace(" is|'s", "'s"))):
                    for words in _variants(spelling.split()):
                        self._add(name, words)

    def _add(self, name: str, words: Sequence[str]) -> None:
        cue = _Cue(name, tuple(_word(w) for w in words[1:]))
        for first in words[0].split("|"):
            table, key = (self._stems, first[:-1]) if first.endswith("*") else (self._exact, first)
            table.setdefault(key, []).append(cue)

    def find(self, words: Sequence[str]) -> Cues:
        """Places of every list's cues; within a list the longest cue of a place wins and none overlap."""
        found: Cues = {}
        known = self._known
        for at, word in enumerate(words):
            opened = known[word] if word in known else self._look_up(word)
            if opened is None:
                continue
            if opened.by_second or opened.loose:
                second = words[at + 1] if at + 1 < len(words) else ""
                for cue in (*opened.by_second.get(second, ()), *opened.loose):
                    end = at + 1 + len(cue.rest)
                    if end <= len(words) and all(map(_Word.fits, cue.rest, words[at + 1 : end])):
                        _note(found, cue.name, at, end)
            for name in opened.single:
                _note(found, name, at, at + 1)
        return found

    def _look_up(self, word: str) -> _Openings | None:
        cues = [*self._exact.get(word, ())]
        for length in range(1, min(len(word), MAX_STEM) + 1):
            cues += self._stems.get(word[:length], ())
        opened = _openings(cues) if cues else None
        if len(self._known) < N_KNOWN_WORDS:
            self._known[word] = opened
        return opened


def _note(found: Cues, name: str, first: int, last: int) -> None:
    places = found.get(name)
    if places is None:
        found[name] = [(first, last)]
    elif first >= places[-1][1] and len(places) < MAX_PLACES:
        places.append((first, last))


def _openings(cues: Sequence[_Cue]) -> _Openings:
    opened = _Openings(tuple(dict.fromkeys(cue.name for cue in cues if not cue.rest)), {}, [])
    for cue in sorted((cue for cue in cues if cue.rest), key=lambda cue: -len(cue.rest)):
        second = cue.rest[0]
        if second.is_any or second.stems:
            opened.loose.append(cue)
        for word in second.exact if not (second.is_any or second.stems) else ():
            opened.by_second.setdefault(word, []).append(cue)
    return opened


def _variants(words: Sequence[str]) -> Iterator[list[str]]:
    if "_?" not in words:
        yield list(words)
        return
    at = list(words).index("_?")
    for filler in ([], ["_"]):
        for rest in _variants(words[at + 1 :]):
            yield [*words[:at], *filler, *rest]


def _word(pattern: str) -> _Word:
    parts = pattern.split("|")
    stems = tuple(part[:-1] for part in parts if part.endswith("*"))
    return _Word(frozenset(p for p in parts if not p.endswith("*")), stems, pattern == "_")


@cache
def lexicon() -> Lexicon:
    """The shipped cue lists, as `group.name`."""
    groups = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))
    return Lexicon(
        {
            f"{group}.{name}": [cue.strip() for cue in cues.split(",") if cue.strip()]
            for group, lists in groups.items()
            for name, cues in lists.items()
        }
    )
