"""How a text names its writer: bylines, names alone, and the biography at its foot."""

from __future__ import annotations

import re

_TITLE = r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Sen|Rep|Gov|Gen|Col|Capt|Sir|Rev)\.?\s+)?"
_NAME_WORD = r"[A-ZÀ-Ž][\w.’'-]*"
_NAME = rf"{_TITLE}{_NAME_WORD}(?:\s+(?:(?:de|da|del|van|von|der|den|la|le|bin|al|of|the)\s+)*{_NAME_WORD}){{0,4}}"
BYLINE = re.compile(
    rf"(?:[Bb][Yy]|(?:FROM|From)(?= (?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|the )\b)|[Pp]osted by|[Ww]ritten by|[Ss]tory by|"
    rf"[Oo]pinion by|[Ii]nterview by)[:\s]+(?:the )?(?:{_NAME}|\w+$)"
    r"[^.?!]{0,90}\.?$|"
    rf"{_NAME}(?:,? (?:and|&) {_NAME})?\s*[,|–—]\s*(?:an? )?(?:[\w-]+ ){{0,3}}"
    r"(?i:contributor|columnist|writer|correspondent|editor|fellow|director|professor|analyst|reporter|staff|"
    r"board|leader|lecturer|"
    r"chairman|researcher|scholar|economist|associate)\b[^.?!]{0,80}$|"
    r"[\w .’'-]{2,40},?\s?(?:leading article|leader|editorial board|Editorial Board)$"
)
_PLAIN_NAME = r"[A-ZÀ-Ž][\w.’'-]*(?:\s+(?:(?:de|da|del|van|von|der|den|la|le|bin|al)\s+)*[A-ZÀ-Ž][\w.’'-]*){0,3}"
NAMES_ONLY = re.compile(
    rf"(?!(?:The|A|An|On|In|Of|How|Why|What|When|No|Not|Our|My|To|From|For|At|And)\b){_PLAIN_NAME}(?:(?:,? and |, |"
    rf" & ){_PLAIN_NAME}){{0,3}}$"
)
_BIO_NOUN = (
    r"(?:fellow|author|co-?author|editor|professor|columnist|writer|director|contributor|researcher|scholar|"
    r"analyst|ambassador|"
    r"retired|reporter|correspondent|former|founder|chair|chairman|chairwoman|president|minister|member|secretary|"
    r"lecturer|"
    r"historian|economist|novelist|journalist|lawyer|attorney|officer|executive|adviser|advisor|consultant|"
    r"strategist|teacher|"
    r"commentator|student|candidate|physician|engineer|partner|co-?founder|diplomat|expert|specialist|veteran|"
    r"publisher|critic)s?"
)
_BIO_VERB = (
    r"(?:serve[sd]|teach(?:es)?|taught|lives?|lectures?|writes?|direct(?:s|ed)|reports?|reported|covers?|covered|blogs|"
    r"publishes|edits|edited|hosts|heads|leads|chairs|holds|studies|runs?|ran|works?|worked|farms|raises|kept|"
    r"keeps|mends|plays|"
    r"practi[cs]es|retired|has (?:written|worked|reported|taught|served|covered)|is writing|spent)"
)
_PERSON = (
    r"[—–*•_\s-]*(?:\(?(?:Dr|Prof|Professor|Mr|Mrs|Ms|Sir|Dame|Col|Gen|Lt|Capt|Maj|Adm|Amb|Rev|The Rev)\.?\)?\s+)?"
    r"(?!(?:As|In|On|At|But|And|Once|When|If|The|So|For|Of|To|After|Before|While|Now|Then)\b)"
    r"(?:[A-ZÀ-Ž][\w.’'-]*\s+){1,4}[A-ZÀ-Ž][\w’'-]+"
)
BIO = re.compile(
    rf"{_PERSON}(?:\s+\([^)]{{1,40}}\))?(?:,\s.{{1,150}}?,|,\s[^,]{{2,60}})?(?:\s+and\s+.{{3,40}}?)?\s+"
    rf"(?:(?:is|was|are|were)\s+(?:.{{0,120}}?\b)?{_BIO_NOUN}\b|(?:also |now |currently |previously |"
    rf"most recently )*{_BIO_VERB}\b)"
)
LOOSE_BIO = re.compile(
    rf"{_PERSON}(?:,\s.{{1,150}}?,|,\s[^,]{{2,60}})?\s+(?:is|was|has been) (?:an?|the|in|at|on|with|for|among|one)\b|"
    rf"{_PERSON}\)?,\s[^.?!]{{0,100}}$"
)
WRITER_BIO = re.compile(
    r"[—–*•_\s(-]*(?:(?:[^.?!]{2,60}[.,] )?the (?:writer|author|columnist|reviewer)s?\s+(?:is|was|are|were|has|"
    r"teaches|lives|served|works|writes)\b|"
    r"(?:he|she|they) (?:can be reached|tweets|blogs|is the author|lives in|writes (?:for|about|from)))",
    re.IGNORECASE,
)
