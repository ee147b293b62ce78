"""Speaker labels and stage notes of transcripts, cut from the running text around them."""

from __future__ import annotations

import re

MIN_TURNS = 2  # labels such as "DOE:"; a single one may be a dateline ("MOSCOW: ...")
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Sen|Rep|Gov|Senator|Representative|Chairman|Chairwoman|Chair)\.?"
_CAPITALS = r"(?:Mc|Mac|De|Di|Van |Von |La |Le |O['’])?[A-Z][A-ZÀ-Ž'’-]+"
_PARENTHESIS = r"(?:\s\([^)]{1,40}\))?"
RECORD_LABEL = re.compile(
    rf"{_TITLE}\s(?:{_CAPITALS}\s?){{1,3}}(?:\sof\s[A-Z]\w+(?:\s[A-Z]\w+)?|(?<=\s)of\s[A-Z]\w+(?:\s[A-Z]\w+)?)?"
    rf"{_PARENTHESIS}[.:](?=\s|$)"
)
CHAIR = re.compile(
    r"(?:the|madam|mr\.?)\s(?:presiding officer|speaker(?: pro tempore)?|acting president(?: pro tempore)?|"
    r"vice president|chair(?:man|woman)?|clerk|(?:bill|legislative|assistant) clerk)(?:\s\([^)]{1,60}\))?\.(?=\s|$)",
    re.IGNORECASE,
)
OFFICE_LABEL = re.compile(
    rf"(?:THE\s(?:VICE\s)?(?:PRESIDENT|CHANCELLOR|PRIME MINISTER|SECRETARY|MODERATOR|FIRST LADY)|"
    rf"(?:(?:VICE )?PRESIDENT|CHANCELLOR|PRIME MINISTER|SECRETARY|AMBASSADOR|SENATOR|GENERAL|MR|MRS|MS|DR)\.?"
    rf"(?:\s{_CAPITALS}){{1,3}}|{_TITLE}(?:\s{_CAPITALS}){{1,3}}){_PARENTHESIS}:(?=\s|$)"
)
NAME_LABEL = re.compile(rf"{_CAPITALS}(?:\s{_CAPITALS}){{0,3}}(?:,\s[A-Z]{{2,20}})?{_PARENTHESIS}:(?=\s|$)")
QUESTION = re.compile(r"Q[:.]?\s[\xa0\s]*(?=[(A-Z“\"])")
TWEET_SIGNATURE = re.compile(
    r"(?:(?:pic\.twitter\.com/|https?://t\.co/)\S+\s+)*[—–-]\s?[^()]{2,60}\s\(@\w{1,30}\)(?:\s\w+ \d{1,2}, \d{4})?"
)
STAGE_NOTE = re.compile(
    r"\((?:Applause|Laughter|Laughs|Cross-?talk|Inaudible|Cheers|Crosstalk|Pause|Music|Boos|Disturbance|Chants?|"
    r"Singing|Standing ovation|Recess|Off-mic|No response)\b[^()]{0,80}\)",
    re.IGNORECASE,
)
MAX_NOTE_CHARS = 200
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[.?!…—–:][\"'”’)]*\s*$")


def speaker_label(text: str, *, has_turns: bool) -> int:
    """Length of the label that opens a paragraph, 0 for none; `has_turns` lets bare names count."""
    for pattern in (RECORD_LABEL, OFFICE_LABEL, NAME_LABEL):
        match = pattern.match(text)
        if match and (has_turns or pattern is not NAME_LABEL):
            return match.end()
    return 0


def has_turns(paragraphs: list[str]) -> bool:
    """Whether the text is a conversation of labelled speakers: a label comes back."""
    labels = [match.group() for text in paragraphs if (match := NAME_LABEL.match(text))]
    return len(labels) >= MIN_TURNS and len(set(labels)) < len(labels)


def notes(text: str) -> list[tuple[int, int, str]]:
    """Where stage notes stand between sentences (one inside a sentence is left in it), and signatures of posts."""
    found = [(*match.span(), "post_signature") for match in TWEET_SIGNATURE.finditer(text)]
    for match in STAGE_NOTE.finditer(text):
        before, after = text[max(0, match.start() - 12) : match.start()].rstrip(), text[match.end() :][:12].lstrip()
        stands_apart = not before or _SENTENCE_END.search(before)
        if stands_apart and match.group()[1].isupper() and not after[:1].islower():
            found.append((*match.span(), "stage_note"))
    return sorted(found)


def is_only_notes(text: str) -> bool:
    """A turn that holds nothing but a stage note, whoever's it is."""
    label = QUESTION.match(text)
    rest = text[label.end() if label else speaker_label(text, has_turns=True) :]
    return len(rest) < MAX_NOTE_CHARS and bool(STAGE_NOTE.match(rest)) and not _WORD.search(STAGE_NOTE.sub("", rest))
