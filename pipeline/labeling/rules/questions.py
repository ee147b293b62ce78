"""Questions: put to assert or to lead to the writer's own answer, or really asked (codebook 1.0, sections 4 and 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.labeling.rules.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.labeling.rules.reading import Reading
    from pipeline.labeling.rules.tokens import Hit

FEATURES = (
    "question.ends",
    "question.own",
    "question.inside",
    "question.yes_no",
    "question.why",
    "question.how",
    "question.what",
    "question.who",
    "question.what_next",
    "question.fragment",
    "question.negative",
    "question.tag",
    "question.can_it",
    "question.should",
    "question.future",
    "question.alternatives",
    "question.series",
    "question.answered",
    "question.answered_yes_no",
    "question.followed_by_doubt",
    "question.quoted",
    "question.interview",
    "question.in_interview",
    "question.you",
    "question.judging",
    "question.opens_with_but",
    "question.last",
    "question.after_question",
    "question.indirect",
)
_AUX = word_set(
    "is are was were do does did has have had can could will would should may might must shall am isn't aren't "
    "wasn't weren't don't doesn't didn't hasn't haven't can't couldn't won't wouldn't shouldn't"
)
_WH = word_set("why how what who whom whose which where when")
_ANSWERS = word_set("yes no because not hardly perhaps maybe probably certainly nothing none never simple easy clearly")
_ANSWER_PHRASES = (
    "the answer",
    "of course",
    "in fact",
    "that is",
    "one answer",
    "the reason",
    "the truth",
    "one reason",
    "the short",
)
_LEADS = word_set("so but and then well or yet if now")


def find(readings: Sequence[Reading], at: int) -> Iterator[Hit]:
    reading = readings[at]
    words = reading.words
    if "?" not in words:
        if "certainty.question_is" in reading.cues and "certainty.whether" in reading.cues:
            yield reading.hit("question.indirect", 1.0, *reading.cues["certainty.whether"])
        return
    mark = len(words) - 1 - words[::-1].index("?")
    if not reading.is_question:
        yield reading.hit("question.inside", 1.0, (mark, mark + 1))
        return
    place = (0, len(words))
    yield reading.hit("question.ends", 1.0, place)
    signs = {*_form(reading), *_setting(readings, at)}
    if signs.isdisjoint({"quoted", "interview", "in_interview"}):
        signs.add("own")
    for feature in sorted(signs):
        yield reading.hit(f"question.{feature}", 1.0, place)


def _form(reading: Reading) -> Iterator[str]:
    words = [w for w in reading.words if w[0].isalnum()]
    while words and words[0] in _LEADS:
        words = words[1:]
    if not words:
        return
    first, second = words[0], words[1] if len(words) > 1 else ""
    wh = next((w for w in words[:3] if w in _WH), "") or next((w for w in words if w in _WH), "")
    if first in _AUX or (wh == "" and second in _AUX):
        yield "yes_no"
    elif wh:
        yield {"why": "why", "how": "how", "who": "who", "whom": "who", "whose": "who"}.get(wh, "what")
    if words[:2] == ["what", "if"] or "next" in words or words[:2] in (["what", "about"], ["now", "what"]):
        yield "what_next"
    if len(words) <= 4:
        yield "fragment"
    if first.endswith("n't") or "not" in words[:4] or words[:2] == ["why", "not"]:
        yield "negative"
    if len(words) > 3 and (words[-2].endswith("n't") or words[-1] in {"right", "not"}):
        yield "tag"
    if {"can", "could", "really", "ever", "possibly", "anyone", "anybody", "seriously"} & set(words[:6]):
        yield "can_it"
    if {"should", "must"} & set(words[:4]):
        yield "should"
    if {"will", "would", "might", "may"} & set(words[:5]):
        yield "future"
    if "or" in words:
        yield "alternatives"
    if {"you", "your"} & set(words):
        yield "you"
    if "loaded.judging" in reading.cues:
        yield "judging"
    if reading.words[0] in _LEADS:
        yield "opens_with_but"


def _setting(readings: Sequence[Reading], at: int) -> Iterator[str]:
    reading = readings[at]
    before = readings[at - 1] if at else None
    after = readings[at + 1] if at + 1 < len(readings) else None
    if (before and before.is_question) or (after and after.is_question):
        yield "series"
    if before and before.is_question:
        yield "after_question"
    if after is None:
        yield "last"
    elif not after.is_question:
        yield from _answer(after)
    if reading.opens_in_quote or any(last - first > 4 for first, last in reading.quoted):
        yield "quoted"
    if _has_label(reading):
        yield "interview"
    if any(_has_label(r) for r in readings[max(0, at - 4) : at + 5]):
        yield "in_interview"


def _answer(after: Reading) -> Iterator[str]:
    words = [w for w in after.words[:6] if w[0].isalnum()]
    opening = " ".join(words)
    if opening.startswith(_ANSWER_PHRASES) or (words and words[0] in _ANSWERS):
        yield "answered"
    if words and (words[0] in {"yes", "no", "not", "hardly", "nothing"} or len(after.words) < 6):
        yield "answered_yes_no"
    if "certainty.may" in after.cues or "certainty.maybe" in after.cues or "certainty.unknown" in after.cues:
        yield "followed_by_doubt"


def _has_label(reading: Reading) -> bool:
    """The sentence opens with a speaker's name in a transcript: "HOST: What ..."."""
    for at in range(1, min(5, len(reading.words))):
        if reading.words[at] == ":":
            forms = reading.sentence.forms[:at]
            return all(f.isupper() for f in forms) and len(forms[0]) > 0 and reading.words[0] not in {"i", "a"}
    return False
