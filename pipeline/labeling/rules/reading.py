"""An article read once for all rules: tokens, cues, zones and quotation marks of its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.labeling.rules.lexicons import lexicon
from pipeline.labeling.rules.tokens import Hit, Sentence, read
from pipeline.labeling.rules.wordlists import is_content
from pipeline.labeling.rules.zones import zones

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.lexicons import Cues

MAX_CARRIED_QUOTE = 8  # sentences; a quotation open for longer is a stray mark


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as the rules see it.

    Shapes: `zones` is parallel to the tokens, `quoted` holds token ranges, `content` the places of content words.
    """

    sentence: Sentence
    words: tuple[str, ...]  # those of the sentence
    cues: Cues
    zones: Sequence[int]
    quoted: tuple[tuple[int, int], ...]
    opens_in_quote: bool
    content: tuple[int, ...]
    content_words: frozenset[str]
    word_set: frozenset[str]

    @property
    def is_question(self) -> bool:
        return self.sentence.final() == "?"

    def hit(self, feature: str, value: float, *places: tuple[int, int]) -> Hit:
        """A hit whose evidence are the tokens of `places`."""
        starts, ends = self.sentence.starts, self.sentence.ends
        return Hit(feature, value, tuple([(starts[first], ends[last - 1]) for first, last in places]))


def read_article(text: str, sentences: Sequence[tuple[int, int]]) -> list[Reading]:
    cue_lists = lexicon()
    readings: list[Reading] = []
    n_carried = 0
    for start, end in sentences:
        sentence = read(text, start, end)
        quoted, is_open = _quoted(sentence, is_open=n_carried > 0)
        words = sentence.words
        content = tuple([at for at, word in enumerate(words) if is_content(word)])
        content_words = frozenset([words[at] for at in content])
        cues = cue_lists.find(words)
        readings.append(
            Reading(
                sentence, words, cues, zones(sentence), quoted, n_carried > 0, content, content_words, frozenset(words)
            )
        )
        n_carried = n_carried + 1 if is_open and n_carried < MAX_CARRIED_QUOTE else 0
    return readings


def strength(n: int) -> float:
    """Of `n` cues: one is half the evidence, each further one adds half of what is left."""
    return 1.0 - 0.5**n


def agreement(feature: str, signals: Sequence[Hit]) -> Iterator[Hit]:
    """One hit for several rules that speak for the same figure: together they say more than their sum."""
    if signals:
        weight = sum(hit.value for hit in signals)
        spans = tuple(dict.fromkeys(span for hit in signals for span in hit.spans))
        yield Hit(feature, 1.0 - 0.5**weight, spans)


def _quoted(sentence: Sentence, *, is_open: bool) -> tuple[tuple[tuple[int, int], ...], bool]:
    """Token ranges between double quotation marks, and whether one stays open. The form of a curly mark decides."""
    found: list[tuple[int, int]] = []
    first = 0
    for at, word in enumerate(sentence.words):
        if word != '"':
            continue
        form = sentence.forms[at]
        closes = is_open if form not in "“”" else form == "”"
        if closes and is_open:
            found.append((first, at))
            is_open = False
        elif not closes:
            first, is_open = at + 1, True
    if is_open and first < len(sentence):
        found.append((first, len(sentence)))
    return tuple(found), is_open
