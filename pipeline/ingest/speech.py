"""Whose claim a sentence gives: attributions such as "Moscow says that", "critics argue", "according to"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.ingest.words import words

MAX_CHARS = 2_000  # of a sentence that is looked at
MAX_SUBJECT_WORDS = 20
MASK = "\x01"  # stands for quoted characters

_SAY = (
    r"say|says|said|saying|claim(?:s|ed)?|argue[sd]?|insist(?:s|ed)?|contend(?:s|ed)?|assert(?:s|ed)?|"
    r"complain(?:s|ed)?|"
    r"warn(?:s|ed)?|caution(?:s|ed)?|alleg(?:e[sd]?)|maintain(?:s|ed)?|declare[sd]?|announce[sd]?|"
    r"acknowledge[sd]?|admit(?:s|ted)?|"
    r"concede[sd]?|predict(?:s|ed)?|note[sd]?|observe[sd]?|remark(?:s|ed)?|add(?:s|ed)?|explain(?:s|ed)?|"
    r"report(?:s|ed)?|"
    r"conclude[sd]?|assume[sd]?|respond(?:s|ed)?|repl(?:y|ies|ied)|stress(?:es|ed)?|emphasi[sz]e[sd]?|boast(?:s|"
    r"ed)?|joke[sd]?|"
    r"speculate[sd]?|testif(?:y|ies|ied)|stated|states|hint(?:s|ed)?|suggest(?:s|ed)?|point(?:s|ed)? out|"
    r"counter(?:s|ed)?|"
    r"den(?:y|ies|ied)|write[s]?|wrote|written|confirm(?:s|ed)?|promise[sd]?|vow(?:s|ed)?|reiterate[sd]?|quip(?:s|"
    r"ped)?|"
    r"protest(?:s|ed)?|swear[s]?|swore|muse[sd]?|recall(?:s|ed)?|repeat(?:s|ed)?|proclaim(?:s|ed)?|ask(?:s|ed)?|"
    r"concur(?:s|red)?|"
    r"like to point out|go on to \w+"
)
_THINK = r"believe[sd]?|think[s]?|thought|fear(?:s|ed)?|suspect(?:s|ed)?|worr(?:y|ies|ied)|doubt(?:s|ed)?|assume[sd]?"
_TELL = r"tell[s]?|told|assure[sd]?|remind(?:s|ed)?|inform(?:s|ed)?|warn(?:s|ed)?"
_ACT = (
    r"accuse[sd]?\b.{1,80}\bof\b|blame[sd]?\s.{1,60}\bfor\b|complain(?:s|ed)? (?:about|of)\b|den(?:y|ies|ied)\b|"
    r"describe[sd]? .{1,80}\bas\b|"
    r"(?:denounce|dismiss|condemn|view|characterize|cast)(?:e?s|e?d)? .{1,80}\bas\b|see .{1,60}\bas\b|"
    r"would prefer\b|prefers?\b|questions? (?:the|whether|U\.?S|his|her|its|their|how|why)\b|"
    r"express(?:es|ed)? (?:\w+ )?(?:concern|shock|doubts?|surprise|alarm|fear)s?\b|object(?:s|ed)? (?:to|that)\b|"
    r"charge[sd]? that\b|"
    r"(?:indicate|signal|intimate|advise|express|affirm)(?:l?e?d|s)? that\b|consider(?:s|ed)? (?:the|it|this|that|"
    r"[A-Z])|"
    r"rule[sd]? out\b|(?:remain|be|is|are|was|were) convinced that\b|(?:is|are|was|were) (?:\w+ )?(?:clear|"
    r"adamant|certain|sure|worried|afraid) that\b|"
    r"put it\b"
)
_NOT_BEFORE_VERB = re.compile(
    r"(?:\b(?:the|an?|my|our|your|his|her|their|its|this|these|those|any|no|some|of|to|for|in|on|at|by|with|from|"
    r"as|or|other|own|same|"
    r"last|first|second|only|key|big|real|such|than|into|about|not|more|most|is|are|was|were|be)|['’]s?)$",
    re.I,
)
_AUX = (
    r"(?:(?:has|have|had|is|are|was|were|do|does|did|been|be|now|also|often|still|even|already|recently|"
    r"repeatedly|publicly|"
    r"once|again|rightly|wrongly|then|later|long|explicitly|openly|frequently|always|like to|went on to|goes on to|"
    r"\w+ly)\s+)*"
)
_NAME_WORD = r"[A-ZÀ-Ž][\w.’'-]*"
_LINK = r"(?:of|the|and|for|de|van|von|al|bin)"
SOURCE = rf"(?:[Tt]he\s+)?(?:[a-z-]+\s+){{0,3}}{_NAME_WORD}(?:\s+{_LINK}?\s*{_NAME_WORD}){{0,6}}"
_FIRST_PERSON = re.compile(
    r"\b(?:I|we|We|you|You|us|me|one|One|nobody|Nobody|[Nn]o one|[Nn]obody|[Ww]ho|[Ww]hat|[Ww]hoever)\b"
)
_NO_SPEAKER = re.compile(
    r"^(?:whatever|whoever|those who|front of|spite of|terms of|"
    r"it|this|that|these|those|which|there|what|here|evidence|data|history|the (?:fact|evidence|data|record|"
    r"result|answer|question|point|"
    r"reason|problem|lesson|truth|idea|treaty|constitution|resolution|agreement|story))\b",
    re.I,
)
_SUBORDINATE = re.compile(
    r"^(?:But |And |Yet |So |Or )?(?:if|when|while|although|though|because|since|given|after|before|unless|once|"
    r"whether|even if|"
    r"even though|as|until|whenever|wherever|where|to|by|in|at|on|for|with|during|from|despite|without|unlike|"
    r"like|under|over|"
    r"throughout|among|amid|against|last|earlier|later|recently|meanwhile|indeed|moreover|however|still|nevertheless|"
    r"similarly|likewise|instead|first|second|third|finally|then|now|today|yesterday|besides|speaking|according)\b",
    re.I,
)
_RELATIVE = re.compile(
    r"\b(?:who|which|that|if|because|when|whether|would|could|should|can|may|might|must|will|shall|to|not|never|"
    r"n['’]t)\b|n['’]t\b",
    re.I,
)
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|does|did|do|remains?|became|becomes?|seems?)\b", re.I)
_CONJUNCTION = re.compile(
    r"^(?:But|And|Yet|So|Or|Still|Indeed|Then|Now|Thus|Meanwhile|Even|Also|Nor|For)\s+,?\s*(?=\S)"
)

_THAT = rf"(?:\s+(?!that)[\w{MASK}’'-]+){{0,3}}?\s+that\b"
_BARE = (
    r"\s+(?:(?:the|a|an|his|her|their|its|it|he|she|they|there|we|this|these|those|no|some|many|most|all|both|if|"
    r"nothing|"
    r"Russia|NATO|Nato|Putin|[A-Z][\w’'.-]+)\b)(?:\s+[\w’'.-]+){0,14}?\s+(?:is|are|was|were|has|have|had|will|"
    r"would|can|could|should|"
    r"must|may|might|does|did|do|want[s]?|need[s]?|never|not|won['’]t|can['’]t|[a-z]+ed|[a-z]{3,}s)\b|\s+(?:it|he|"
    r"she|they)['’](?:s|d|ll|re|ve)\b"
)
_CONTENT = rf"(?:{_THAT}|:|,?\s*[“\"]?{MASK}|{_BARE}|\s+(?:how|why|whether)\b)"
_MAIN = re.compile(
    rf"(?P<subject>[^;:()]{{1,160}}?)\s+(?P<aux>{_AUX})(?:(?P<verb>(?:says?|said)\b(?= [\w{MASK}]+ \w|:|,? ?{MASK})|"
    rf"(?:{_SAY})\b(?={_CONTENT})|(?:{_THINK})\b(?={_THAT}|{_BARE})|"
    rf"(?:{_TELL})\s+(?:\w+\s+){{1,5}}?(?:that\b|:|,?\s*{MASK})|(?P<act>\b(?:{_ACT}))))"
)
_ASIDE = (
    r"says?|said|argue[sd]?|claim(?:s|ed)?|insist(?:s|ed)?|contend(?:s|ed)?|maintain(?:s|ed)?|believe[sd]?|"
    r"writes?|wrote|explain(?:s|ed)|"
    r"note[sd]|add(?:s|ed)|report(?:s|ed)|suggest(?:s|ed)|observe[sd]|recall(?:s|ed)|complain(?:s|ed)?|warn(?:s|"
    r"ed)?|assert(?:s|ed)?|"
    r"concede[sd]?|predict(?:s|ed)?|conclude[sd]|remark(?:s|ed)|fear(?:s|ed)?|told (?:me|us|him|her|them)"
)
_MID = re.compile(
    rf",\s+(?P<subject>(?:(?:the|some|many|most|his|her|"
    rf"their)\s+)?[\w.’'-]+(?:\s+[\w.’'-]+){{0,6}}?)\s+{_AUX}(?:{_ASIDE})\b"
    r"(?:\s+(?:in|on|at|to|last|this|yesterday|recently|during|after|of|here|me|us|him|her|them|the|"
    r"a)\b[^,]{0,60})?\s*(?:,|\.?[\"”’')]*\.?$|[?!]?$)"
)
_AS_SAID = re.compile(
    rf"\b[Aa]s\s+(?P<subject>(?!I\b|we\b|you\b|if\b|far\b|long\b|much\b|"
    rf"many\b)[\w.’'-]+(?:\s+[\w.’'-]+){{0,7}}?)(?:,\s[^,]{{2,60}},)?"
    rf"\s+{_AUX}(?:{_ASIDE}|said|declared|stated|puts? it|sees? it)\b(?:\s+(?:in|on|at|last|this|recently|"
    rf"yesterday|during|to|back)\b[^,.;]{{0,60}})?"
    rf"\s*(?:[,.;—–)]|{MASK}|$)|\b[Aa]s\s+(?:said|noted|argued|reported)\s+by\s+(?P<subject2>{SOURCE})"
)
_BEHIND_VERB = (
    rf"(?P<subject>(?:the\s+)?(?:[a-z-]+\s+){{0,4}}{_NAME_WORD}(?:\s+{_NAME_WORD}){{0,4}}|"
    rf"(?:an?|one|the)\s+[\w’'-]+(?:\s+[\w’'-]+){{0,3}})"
)
_INVERTED = re.compile(rf"(?:,|{MASK})\s*(?:{_ASIDE})\s+{_BEHIND_VERB}")
_INVERTED_QUOTE = re.compile(rf"{MASK}\s*,?\s*(?:{_SAY})\s+{_BEHIND_VERB}")
_AFTER_QUOTE = re.compile(
    rf"{MASK}\s*,?\s*(?P<subject>(?:(?!\bbut\b)[\w.’'-]+\s+){{1,14}}?)(?P<aux>{_AUX})(?:{_SAY}|{_TELL})\b"
)
_ACCORDING = re.compile(r"\b[Aa]ccording to (?P<subject>(?:(?!\b(?:is|are|was|were|has|have)\b)[^,;:.()]){2,90})")
_IN_VIEW = re.compile(
    r"\b[Ii]n (?P<subject>(?:(?!\bmy\b|\bour\b)[\w.’' -]){2,50}?)(?:['’]s?|(?<=\btheir)|(?<=\bhis)|"
    r"(?<=\bher))\s+(?:own\s+)?(?:view|opinion|telling|words|account|judgment|estimation|reading|mind)\b|"
    r"\b[Ff]rom (?P<subject2>[\w.’' -]{2,60}?)['’]s? (?:perspective|standpoint|point of view|viewpoint)\b"
)
_PASSIVE = re.compile(
    r"\b(?:it|It) (?:is|was|has been) (?:\w+ly )?(?:said|feared|reported|claimed|alleged|argued|believed|thought|"
    r"assumed|rumou?red) (?:that|to)\b|"
    r"\b(?:is|are|was|were) (?:said|alleged|reported|rumou?red|believed|thought) to\b|\bthe (?:thinking|argument|"
    r"logic|theory|story) (?:goes|went|ran|runs)\b"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to claim. `speaker` is empty where the sentence names nobody."""

    speaker: str
    has_that: bool = True


def reported_claim(masked: str) -> Attribution | None:
    """The attribution of a sentence's main claim to a third person; quoted characters are masked."""
    sentence = masked[:MAX_CHARS]
    return None if sentence.rstrip().endswith(":") else _attribution(sentence)  # a colon only announces what follows


def announced_speaker(masked: str) -> str:
    """Who is said to speak in what follows a colon, "" where nobody is."""
    sentence = masked[:MAX_CHARS].rstrip()
    found = _attribution(f"{sentence} {MASK}") if sentence.endswith(":") else None
    return found.speaker if found else ""


def _attribution(sentence: str) -> Attribution | None:
    for pattern in (_ACCORDING, _IN_VIEW, _AS_SAID):
        if match := pattern.search(sentence):
            subject = match.group("subject") or match.groupdict().get("subject2") or ""
            if _is_speaker(subject):
                return Attribution(_noun_phrase(subject))
    found = _main_clause(sentence)
    if found:
        return found
    for pattern in (_MID, _INVERTED):
        match = pattern.search(sentence)
        if match and _is_speaker(match.group("subject")):
            return Attribution(_noun_phrase(match.group("subject")))
    return Attribution("") if _PASSIVE.search(sentence) else None


def quote_attribution(masked: str) -> str | None:
    """The speaker that stands beside a quotation, None where nobody does."""
    sentence = masked[:MAX_CHARS]
    for pattern in (_INVERTED_QUOTE, _AFTER_QUOTE, _INVERTED, _MID):
        match = pattern.search(sentence)
        if match and _is_third_person(match.group("subject")):
            return _noun_phrase(match.group("subject"))
    found = reported_claim(sentence)
    return found.speaker if found else None


def _main_clause(sentence: str) -> Attribution | None:
    starts = [0]
    if _SUBORDINATE.match(sentence):
        comma = sentence.find(",")
        starts = [comma + 1] if 0 < comma < 300 else starts
    for start in starts:
        clause = _CONJUNCTION.sub("", sentence[start:].lstrip())
        match = _MAIN.match(clause)
        if match is None:
            continue
        subject = match.group("subject")
        head, _, aside = subject.partition(",")
        if not _is_third_person(subject) or _RELATIVE.search(head) or _RELATIVE.search(match.group("aux")):
            continue
        if aside and not clause[: match.end("subject")].rstrip().endswith(",") and "," not in aside:
            continue
        if len(head.split()) <= MAX_SUBJECT_WORDS and not _NOT_BEFORE_VERB.search(subject.rstrip(" ,")):
            return Attribution(_noun_phrase(head))
    return None


def _is_speaker(subject: str) -> bool:
    """Whether a stretch of words beside a verb can be its subject."""
    return (
        _is_third_person(subject)
        and not _RELATIVE.search(subject)
        and not _FINITE.search(subject)
        and not _NOT_BEFORE_VERB.search(subject.strip())
    )


def _is_third_person(subject: str) -> bool:
    words = subject.strip(" ,")
    return bool(words) and not _FIRST_PERSON.search(words) and not _NO_SPEAKER.match(words)


_LEADING = re.compile(
    r"^(?:(?:and|but|yet|or|so|then|now|even|as|that|while|for example|indeed|likewise|former(?:ly)?|still|also|"
    r"meanwhile|later)\s+)+",
    re.I,
)
_NAMED = re.compile(rf"(?:{_NAME_WORD}\s+)*{_NAME_WORD}$")
_TITLES = words(
    "president prime minister foreign defense defence interior finance secretary state senator representative general "
    "gen col lt chancellor ambassador deputy vice chief chairman chairwoman chair house speaker director dr mr mrs ms "
    "professor prof king queen sir lady lord adm admiral major sen rep gov governor attorney justice judge pope "
    "bishop patriarch colonel captain undersecretary under national security adviser advisor russian american german "
    "french british ukrainian polish chinese european us u.s u.k un u.n eu nato then-president labor energy treasury "
    "democratic republican political affairs of"
)
_BEFORE_PLACE = ("to", "of", "in", "for", "at", "and", "from")


def _noun_phrase(subject: str) -> str:
    """The subject as the article names it: a person without titles, else the phrase without what leads in."""
    words = _LEADING.sub("", " ".join(subject.replace(MASK, " ").split()).strip(" ,.")).strip(" ,.")
    name = _NAMED.search(words)
    if name is None or " " not in name.group():
        return words
    parts = name.group().split()
    before = words[: name.start()].split()
    if len(parts) > 2 and before and before[-1].lower() in _BEFORE_PLACE:
        parts = parts[1:]  # "ambassador to Ukraine Jane Doe"
    bare = list(parts)
    while bare and bare[0].strip(".,").lower() in _TITLES:
        bare = bare[1:]
    if len(bare) < 2 and [word.lower() for word in before] != ["the"]:
        return words if before else " ".join(bare or parts)
    return " ".join(bare or parts) if len(bare) != 1 or len(parts) > 1 else words
