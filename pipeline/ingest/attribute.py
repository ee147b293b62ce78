"""Whose words each sentence gives: the writer's, quoted ones, or somebody's reported claim."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.core.config import Section
from pipeline.core.schemas import ATTRIBUTED, SEGMENTED
from pipeline.ingest.columns import appended
from pipeline.ingest.quotations import Quotation, find_quotations, n_quoted_chars
from pipeline.ingest.speech import MASK, announced_speaker, quote_attribution, reported_claim
from pipeline.ingest.transcript import QUESTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

AUTHOR, QUOTED, REPORTED = "author", "quoted", "reported"
BODY = "body"
QUESTIONER = "Q"
_QUOTE_CHARS = "\"'“”„«»‘’` "
NEAR_SENTENCES = 2  # where the speaker of a quotation is looked for
_PRONOUN = re.compile(r"(?:he|she|they|it|who)$", re.I)
LOOK_BACK_CHARS = 400
_PERSON = re.compile(r"[A-ZÀ-Ž][a-zà-ž’'-]+(?:\s(?:[A-Z]\.\s)?[A-ZÀ-Ž][a-zà-ž’'-]+)+")
_GROUP = re.compile(
    r"\b(?:[Tt]he\s)?(?:[A-Z]\w+(?:ans|ians|ese|ards|ists|crats)\b|(?:[A-Z]\w+\s)?(?:officials|leaders|critics|"
    r"experts|diplomats|generals|"
    r"commanders|analysts|ministers|lawmakers|senators|editorialists|observers|supporters|opponents|advocates|"
    r"strategists|allies)\b)"
)


class QuoteAttributor:
    """Stage `quotes.v1`: appends `voices`, one for each sentence; None where the sentence is not body."""

    name = "quotes.v1"
    input_schema = SEGMENTED
    output_schema = ATTRIBUTED

    class Options(Section):
        """`min_quoted_share`: of a sentence's characters, so that it counts as quoted."""

        min_quoted_share: float = 0.5

    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(self, table: pa.Table) -> pa.Table:
        """Shapes: one row per article, in and out."""
        rows = table.select(["text", "blocks", "paragraphs", "sentences"]).to_pylist()
        return appended(table, self.output_schema, [self._voices(row) for row in rows])

    def _voices(self, row: Mapping[str, Any]) -> list[dict[str, str | None]]:
        voices = attribute(
            row["text"], row["paragraphs"], row["sentences"], row["blocks"], self.options.min_quoted_share
        )
        return [{"voice": voice.voice, "speaker": voice.speaker} for voice in voices]


@dataclass(frozen=True, slots=True)
class Voice:
    """`speaker` is as the article names it, "" for the writer; both None outside the body."""

    voice: str | None
    speaker: str | None


def attribute(
    text: str,
    paragraphs: Sequence[Mapping[str, Any]],
    sentences: Sequence[Mapping[str, Any]],
    blocks: Sequence[Mapping[str, Any]] = (),
    min_quoted_share: float = 0.5,
) -> list[Voice]:
    """One voice per sentence."""
    body = [(p["start"], p["end"]) for p in paragraphs if p["role"] == BODY]
    quotations = sorted([*find_quotations(text, body), *_set_apart(text, paragraphs, blocks)], key=lambda q: q.start)
    near = list(_with_quotations(sentences, quotations))
    kinds = [_kind(text, sentence, own, min_quoted_share) for sentence, own in near]
    questions = _questions(text, paragraphs)
    return _with_speakers(text, near, kinds, questions)


_Near = list[tuple["Mapping[str, Any]", "list[Quotation]"]]


def _with_quotations(
    sentences: Sequence[Mapping[str, Any]], quotations: list[Quotation]
) -> Iterator[tuple[Mapping[str, Any], list[Quotation]]]:
    """Each sentence with the quotations that reach into it."""
    k = 0
    for sentence in sentences:
        while k < len(quotations) and quotations[k].end <= sentence["start"]:
            k += 1
        own, j = [], k
        while j < len(quotations) and quotations[j].start < sentence["end"]:
            own.append(quotations[j])
            j += 1
        yield sentence, own


def _kind(text: str, sentence: Mapping[str, Any], quotations: list[Quotation], min_share: float) -> str | None:
    if sentence["role"] != BODY:
        return None
    start, end = sentence["start"], sentence["end"]
    goes_on = any(q.start < start < q.end or (q.is_carried and q.start == start) for q in quotations)
    if quotations and (
        goes_on
        or _speaks_out(text, start, end, quotations)
        or n_quoted_chars(text, start, end, quotations) >= min_share * (end - start)
    ):
        return QUOTED
    return REPORTED if reported_claim(_masked(text, start, end, quotations)) else AUTHOR


_SPEECH_COMES = re.compile(r"[,:]\s*$")


def _speaks_out(text: str, start: int, end: int, quotations: list[Quotation]) -> bool:
    """A whole sentence is quoted, however long the words that say who speaks: `"Let us be frank," she said.`"""
    for q in quotations:
        words = text[q.start : min(q.end, end)].strip(_QUOTE_CHARS)
        stands_first = q.start == start or _SPEECH_COMES.search(text, max(start, q.start - 4), q.start)
        if stands_first and words[:1].isupper() and (q.start == start or len(words.split()) > 2):
            return q.start > start or text[q.end - 2 : q.end - 1] in ",.?!" or q.end >= end
    return False


def _masked(text: str, start: int, end: int, quotations: list[Quotation]) -> str:
    """The sentence with quoted characters replaced one for one, white space made plain."""
    chars = [" " if char.isspace() else char for char in text[start:end]]
    for quotation in quotations:
        first, last = max(start, quotation.start), min(end, quotation.end)
        chars[first - start : last - start] = MASK * (last - first)
    return "".join(chars)


def _with_speakers(text: str, near: _Near, kinds: list[str | None], turns: list[tuple[int, int, str]]) -> list[Voice]:
    claims: list[str | None] = []
    for (sentence, own), kind in zip(near, kinds, strict=True):
        masked = _masked(text, sentence["start"], sentence["end"], own) if kind in (QUOTED, REPORTED) else ""
        claims.append(quote_attribution(masked) if kind == QUOTED else _reported_speaker(masked) if kind else None)
    voices: list[Voice] = []
    t, last = 0, ""
    for i, ((sentence, own), kind) in enumerate(zip(near, kinds, strict=True)):
        while t < len(turns) and turns[t][1] <= sentence["start"]:
            t += 1
        turn = turns[t][2] if t < len(turns) and turns[t][0] <= sentence["start"] else ""
        if turn and kind is not None:
            voices.append(Voice(QUOTED, turn))
        elif kind in (QUOTED, REPORTED):
            last = _speaker(i, kinds, claims, last)
            last = _resolved(text, sentence["start"], last) if _PRONOUN.match(last) else last
            voices.append(Voice(kind, last))
        else:
            voices.append(Voice(kind, "" if kind else None))
            if kind == AUTHOR and i + 1 < len(kinds) and kinds[i + 1] == QUOTED:
                last = announced_speaker(_masked(text, sentence["start"], sentence["end"], own)) or last
    return voices


def _reported_speaker(masked: str) -> str | None:
    found = reported_claim(masked) if masked else None
    return found.speaker if found else None


def _speaker(i: int, kinds: list[str | None], claims: list[str | None], last: str) -> str:
    """The nearest attribution: in the sentence, in the same quotation behind or ahead, else the speaker before."""
    own = claims[i]
    if own and not _PRONOUN.match(own):
        return own
    around = [i - 1, *range(i + 1, i + 1 + NEAR_SENTENCES)] if own is None else []
    for j in around:
        if 0 <= j < len(kinds) and kinds[j] == kinds[i] == QUOTED and claims[j] and not _PRONOUN.match(claims[j] or ""):
            return (claims[j] or "") if j > i or not last else last
    if last:
        return last
    for j in range(i - 1, max(-1, i - 1 - NEAR_SENTENCES), -1):
        if claims[j] and not _PRONOUN.match(claims[j] or ""):
            return claims[j] or ""
    return own or ""


def _resolved(text: str, at: int, pronoun: str) -> str:
    """Whom a pronoun means: the last group, or the last person, that the text names before `at`."""
    before = text[max(0, at - LOOK_BACK_CHARS) : at]
    pattern = _GROUP if pronoun.lower() == "they" else _PERSON if pronoun.lower() in ("he", "she") else None
    found = pattern.findall(before) if pattern else []
    if not found:
        return pronoun
    name = " ".join(found[-1].split())
    return "the" + name[3:] if name.startswith("The ") else name


def _set_apart(
    text: str, paragraphs: Sequence[Mapping[str, Any]], blocks: Sequence[Mapping[str, Any]]
) -> list[Quotation]:
    """Indented or marked paragraphs under a colon: quotations without marks."""
    in_quote = {block["start"] for block in blocks if block["tag"].startswith("blockquote")}
    found: list[Quotation] = []
    announced = False
    for paragraph in paragraphs:
        if paragraph["role"] != BODY:
            continue
        start, end = paragraph["start"], paragraph["end"]
        indent = start - (max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1)
        is_quote = start in in_quote or text.startswith("> ", start) or (announced and indent > 0)
        if is_quote:
            found.append(Quotation(start, end))
        is_open = is_quote and indent > 0 and (indent > 1 or text[end - 1] not in ".?!…")
        announced = (text[start:end].rstrip().endswith(":") and indent <= 1 and not is_quote) or is_open
    return found


def _questions(text: str, paragraphs: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, str]]:
    """Turns of a conversation that are not the first speaker's, as (start, end, speaker)."""
    turns: list[tuple[int, int, str]] = []
    first, current = "", ""
    for paragraph in paragraphs:
        start, end = paragraph["start"], paragraph["end"]
        if paragraph["rule"] == "speaker_label":
            label = text[start:end].strip(" .:\xa0")
            first = first or label
            current = "" if _surname(label) == _surname(first) else label
        elif paragraph["role"] == BODY:
            current = QUESTIONER if QUESTION.match(text, start, end) else current
            if current:
                turns.append((start, end, current))
    return turns


def _surname(label: str) -> str:
    words = re.sub(r",.*|\(.*", "", label).split()
    return words[-1].upper() if words else ""
