"""Words that carry no theme of their own, and names that a text about Russia cannot but repeat."""

from __future__ import annotations

from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    """The words of a text, as one writes them: "a an the"."""
    return frozenset(words.split())


@lru_cache(maxsize=65_536)
def is_content(word: str) -> bool:
    """Whether a token carries a theme: a word that is no stopword."""
    return word[0].isalpha() and word not in STOPWORDS


def is_theme(word: str) -> bool:
    """A content word that is no name which texts about Russia cannot but repeat."""
    return is_content(word) and word not in NAMES_OF_THE_SUBJECT


def word_tuple(words: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(words.split())


STOPWORDS = word_set(
    "a about above after again against ago all almost along already also although always am among an and another "
    "any anyone anything are aren't around as at away back be became because become been before being below "
    "between both but by can can't cannot come could couldn't did didn't do does doesn't doing don't done down "
    "during each either else enough even ever every everyone everything few first for from further get give given "
    "go going got had has have haven't having he he's her here hers herself him himself his how however i i'm "
    "i've if in indeed instead into is isn't it it's its itself just kind last least less let like made make "
    "makes making many may maybe me might mine more most much must my myself near need neither never new next no "
    "nobody none nor not nothing now of off often on once one ones only onto or other others our ours ourselves "
    "out over own part perhaps quite rather really s same say says said see seem seems several shall she should "
    "since so some someone something soon still such take taken than that that's the their theirs them themselves "
    "then there there's these they they're thing things this those though three through thus to today together "
    "too toward towards two under unless until up upon us use used very via was wasn't way we we're we've well "
    "went were weren't what what's whatever when where whether which while who whom whose why will with within "
    "without won't would wouldn't year years yes yet you you're your yours yourself mr mrs"
)
NAMES_OF_THE_SUBJECT = word_set(
    "russia russian russians moscow kremlin putin medvedev yeltsin soviet union ukraine ukrainian ukrainians nato "
    "europe european europeans eu west western us u.s america american americans united states trump obama bush "
    "clinton president government country countries state world policy war military minister georgia china "
    "chinese security nuclear foreign political economic"
)
