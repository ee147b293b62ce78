"""What publishers put around a text, as a readable table of named patterns."""

from __future__ import annotations

import re

MAX_WORDS = 70  # no pattern below is looked for in a longer paragraph
MAX_CHARS = 1_000
_I = re.IGNORECASE

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE_WORD = re.compile(
    rf"\b(?:{_MONTH}|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?|\d{1,4}(?:st|nd|rd|th)?|\d{1,2}[:.]\d{2}|[ap]\.?\s?m\b\.?|e[sd]?t|c[sde]?t|cest|gmt|utc|bst|p[sd]t|"
    r"m[sd]t|updated|published|posted|last|modified|print|edition|issue|vol|no|at|on|of|the|time|read|mins?|minutes?|"
    r"spring|summer|autumn|fall|winter|morning|evening|session|page|pp?)\b\.?|[\W_]",
    _I,
)
_DATE_ANCHOR = re.compile(
    rf"\b{_MONTH}\s*\d|\d\s*(?:st|nd|rd|th)?\s+{_MONTH}|{_MONTH},?\s+(?:1[89]|20)\d\d|\b\d{{1,2}}[:.]\d\d\b|"
    r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b(?:spring|summer|autumn|fall|winter)\s+(?:1[89]|20)\d\d",
    _I,
)

PATTERNS: dict[str, re.Pattern[str]] = {
    "advertisement": re.compile(
        r"(?:paid |sponsored )?advert(?:ise|ori|ize)?(?:ment|al)?s?\b\W*(?:$|[–—:.-])|sponsored (?:content|by)\b|"
        r"ads by\b|"
        r"(?:story|article) continues\b|(?:scroll|continue)(?: down)? (?:to continue|for more|reading)\b|"
        r".*\b(?:reader offer|your ad here|advertise with us)\b",
        _I,
    ),
    "copyright": re.compile(
        r"(?:©|\(c\)\s|copyright(?:\W*$|\W+(?:\d{4}|by\b|the\b|c\b)))|"
        r".*(?:©\s*\d{4}|\ball rights reserved\b|\bno part of this publication\b|"
        r"\breprint permission\b)",
        _I,
    ),
    "newsletter": re.compile(
        r"(?:please )?(?:sign up|signup|subscribe|register (?:now|here|for)|donate|enter your e-?mail|"
        r"become a (?:member|subscriber|patron|friend|supporter)|already a (?:subscriber|member)|"
        r"support (?:our|independent|quality|local|this) \w+|log in\b|start your (?:free )?(?:trial|subscription)|"
        r"try \w+ (?:free|for)|unlock\b|download our|get (?:the|our|your|this|more|all)\b.*\b(?:inbox|newsletter|"
        r"delivered|"
        r"e-?mail|app|alerts)\b|(?:you have|you’ve|you've) .{0,40}\b(?:free )?articles? (?:left|remaining)|"
        r"(?:thank you|thanks) for (?:reading|subscribing)|by signing up|buy a (?:copy|subscription)|"
        r"this (?:article|story|essay|column) is (?:for|free|available))\b|"
        r".*\b(?:gift subscription|our (?:free |daily |weekly )?newsletters?|to (?:our|the|"
        r"my) (?:\w+ ){0,3}newsletters?|"
        r"in your (?:inbox|mailbox)|to your inbox|manage newsletters)\b|"
        r"if you (?:value|enjoy|like|liked|enjoyed|appreciate|found|care)\b.*\b(?:subscri|donat|member|support|"
        r"newsletter|"
        r"letter|sign up)|.*\bdepends? on (?:its|our|your) (?:readers|support|subscribers)\b",
        _I,
    ),
    "mailing": re.compile(
        r"(?:to (?:receive|get)|receive|would you like|want|if you(?:['’]d| would) like|never miss|"
        r"for a (?:weekly|monthly|daily))\b.{0,120}"
        r"\b(?:e-?mail|newsletter|letter|address|inbox|note|secretariat|free|no cost)\b|"
        r"our (?:[\w-]+ ){0,3}(?:newsletter|letter|briefing|digest|bulletin)\b|one e-?mail a\b|keep (?:us|"
        r"this (?:site|page)) going\b|"
        r"readers who sign up|.{0,120}\bsubscribe (?:for free|now|today)\b|.{0,80}\bsign up (?:free|here|today|"
        r"now)\b|.{0,60}\bfree of charge\.$|.{0,60}(?:—|-) it['’]s free\.?$",
        _I,
    ),
    "follow": re.compile(
        r"follow\s+(?:@|us\b|me\b|him\b|her\b|them\b|the\b.{0,60}\b(?:on|by|feed|rss)\b|.{2,60}\b(?:on (?:twitter|"
        r"facebook|x\b|"
        r"instagram|linkedin|bluesky|mastodon|threads|telegram|youtube)|opinions?follow|opinions?$|@\w))|"
        r"(?:find|like|join|friend|watch|hear) (?:us|me|him|her|them)\b.{0,30}(?:@|\bon\b|\bat\b)|(?:on )?twitter:|"
        r"(?:@\w+[\s,|]*)+$",
        _I,
    ),
    "share": re.compile(
        r"(?:(?:share|tweet|e-?mail|print|save|gift|pin|post|like|comment|facebook|twitter|linkedin|whatsapp|"
        r"reddit|pocket|"
        r"copy|link|this|article|story|on|by|via|to|a|friend|larger|smaller|text|send|listen|bookmark|permalink|"
        r"icon|button|x|&|and|it)\b[\W_]*){1,12}$",
        _I,
    ),
    "comments": re.compile(
        r"\d+\s+(?:readers? have commented|comments?|letters?|responses?|replies|signatures?)\b|comments? (?:are|"
        r"on this|is|have|\(|will)\b|comments?\W*$|"
        r"(?:join|leave|view|read|post|add|show|see|log in to|be the first to|hide|write) .{0,30}\b(?:comments?|"
        r"conversation|"
        r"discussion)\b|have your say\b|(?:send|write) (?:us )?(?:a letter|letters|your letters)\b|guestbook\b|"
        r"(?:to submit|submit) (?:a|an|your) (?:letter|op-ed|column|comment|guest)|"
        r"letters .{0,60}\b(?:may be (?:cut|shortened|edited)|must be signed|should reach us)|"
        r"letters (?:to the editor )?(?:may|must|should|are|of up to|of no more|will be|intended)\b",
        _I,
    ),
    "related": re.compile(
        r"(?:(?:related|next|tomorrow|in (?:our|the) next|also in this|elsewhere (?:in|on)|on other|"
        r"from the special|more (?:in|from)|"
        r"in the)(?: [\w’'-]+){0,3}|related|recommended|see also|also read|read also|read next|read more|more|"
        r"more from|more on|more in|"
        r"most (?:read|popular|viewed)|trending|editors?['’]?s? picks?|you may (?:also )?like|up next|don['’]t miss|"
        r"further reading|from the archives?|elsewhere|in this (?:issue|section)|previously|also (?:in|on|from)|"
        r"keep reading|"
        r"related (?:articles?|stories|links?|content|coverage|reading)|watch|video|listen|photos?|gallery|podcast|"
        r"now watch|just watched|must watch|in case you missed it)\s*(?::|\||»|$)|(?:JUST|MUST|NOW) WATCH(?:ED)?\b|"
        r"read (?:more|our|the full|the rest|the whole)\b.{0,60}$|click (?:here|for|to|on|below)\b|"
        r"watch .{0,60}\b(?:coverage|live|video|here)\b",
        _I,
    ),
    "disclaimer": re.compile(
        r".*\b(?:(?:views?|opinions?) (?:expressed|presented|stated|in this (?:\w+ )?(?:article|column|essay|"
        r"piece|commentary))|"
        r"(?:not|do not|does not|don['’]t) necessarily (?:reflect|represent|those)|no institutional positions?|"
        r"contributed (?:reporting )?to this (?:report|story|article|column)|(?:article|column|essay|piece|"
        r"commentary|post) (?:was |is |has been )?"
        r"(?:originally|first|also) (?:appeared|published|ran|posted)|syndicated column(?:ist)?s?|"
        r"terms of (?:use|service)|privacy policy|best viewed (?:in|with)|(?:has not|have not) been corrected|"
        r"may be reproduced|reproduction is (?:permitted|prohibited)|manuscripts? (?:can|will)|printed on recycled|"
        r"editorials? (?:are|is|reflects?|represents?|express(?:es)?)\b.{0,60}\b(?:board|opinions?|consensus|"
        r"written)|opinion of the (?:newspaper|paper)['’]?s?|"
        r"transcripts? (?:are created|provided|has not)|is (?:now )?closed\. [—–-] ed)\b|(?:re)?printed (?:with|"
        r"by) permission|"
        r"distributed by\b|you can read (?:diverse|more|other)\b|accuracy and availability",
        _I,
    ),
    "editors_note": re.compile(
        r"(?:\(?\s*)(?:editor['’]?s?['’]? notes?|author['’]s note|publisher['’]s note|note to readers|correction|"
        r"clarification|"
        r"this (?:article|column|essay|post|piece|commentary|story|editorial|op-ed|speech|text)\s+(?:(?:is|was|"
        r"has been)\s+)?"
        r"(?:originally|first|also|adapted|excerpted|updated|corrected|part of|based on|reprinted|edited|produced|"
        r"republished|"
        r"appeared|translated))\b",
        _I,
    ),
    "caption": re.compile(
        r".*\((?:[^()]{0,120}\b(?:photo(?:s|graph|graphy)?|images?|reuters|getty|afp|ap|epa|handout|illustration|"
        r"file|via|"
        r"wire|shutterstock|istock|pool|courtesy|press|sputnik|tass|upi|bloomberg)\b[^()]{0,120}|"
        r"[^()]{3,60}\s?/\s?[^()]{2,60})\)\s*$|"
        r".*\b(?:photo|photograph|photography|image|picture|illustration|graphic|cartoon|drawing|woodcut|map)s?"
        r"(?: credits?| courtesy)?\s*(?::|by (?:the author|(?-i:[A-Z]))|/|—)|(?:wire photo|file photo|"
        r"photo credit|image credit)\b|.{0,40}\b(?:file|staff|archive|wire|handout) photo(?:graph)?s?\W*$|"
        r".{0,60}\b(?:wire services?|archive photo|news service|getty images)\s*$",
        _I,
    ),
    "contact": re.compile(
        r".*(?:\w@[\w-]+\.\w{2,}|\b(?:reach(?:ed)?|contact|e-?mail|write to|follow)\b[^.]{0,40}@\w|"
        r"\b(?:can|may) be (?:reached|contacted|e-?mailed)\b)",
        _I,
    ),
    "bare_link": re.compile(r"(?:https?://|www\.)\S+$", _I),
    "section_label": re.compile(
        r"(?:an? (?:editorial|letter|column|essay|opinion)|opinions?|op-?eds?|columns?|columnists?|commentary|"
        r"analysis|essays?|editorials?|letters?(?: to the editor)?|"
        r"perspectives?|viewpoints?|views?|our view|your view|guest (?:column|essay|opinion|commentary|post)|"
        r"(?:opinion|guest|op-?ed) (?:contributor|columnist|writer|editor|essay|column)s?|first person|"
        r"contributing (?:writer|columnist|editor|opinion writer)|staff(?: writer| reports?)?|"
        r"world|politics|national|international|news|home|feature[sd]?|foreign (?:policy|affairs)|the editorial board|"
        r"editorial board|sponsored|exclusive|premium|subscriber[- ]only|live|breaking(?: news)?|transcript|"
        r"analysis\s*/\s*opinion|leading article|leader|to the editor|(?:dear )?(?:sirs?|editor|madam|"
        r"sir or madam))\s*[:,.]?$",
        _I,
    ),
    "procedure": re.compile(
        r"\((?:Mr|Mrs|Ms|Miss|The)\.? [A-Z][^()]*\)$|(?:the (?:bill |legislative |assistant )*clerk (?:will call|"
        r"proceeded|called)|"
        r"there (?:was|being) no objection|the (?:senator|gentle(?:man|woman|lady)) from [\w ]+ is recognized\b|"
        r"the time of the (?:senator|gentle(?:man|woman|lady))\b.{0,40}\bexpired|members are reminded to|"
        r"the question was taken|"
        r"i suggest the absence of a quorum\.$|(?:mr|mrs|ms)\. (?-i:[A-Z]{3,}[A-Z-]*) ordered|"
        r"the (?:yeas and nays|vote) (?:were|was) "
        r"ordered)",
        _I,
    ),
    "page_mark": re.compile(
        r"(?:page [a-z]?\d+|\{time\}.*|\[(?:\w+\.? \d{1,2}, \d{4}|page .*)\]|(?:exhibit|annex) \w+|#{2,}|"
        r"-?\s*\d{1,4}\s*-?)$",
        _I,
    ),
    "separator": re.compile(r"[\W_]+$"),
    "image": re.compile(r"!\[[^\]]*\]\([^)]*\)$|\[?image:", _I),
}
"""Looked for in this order at the start of a paragraph; the first that fits names the rule."""

FULL_SENTENCES_ARE_SAFE = frozenset({"related", "section_label", "comments", "follow", "share", "caption"})
MAX_SAFE_WORDS = 25  # a longer paragraph that ends like a sentence is not taken for one of those

MASTHEAD_NOUN = re.compile(
    r"\b(?-i:Times|Post|Gazette|Herald|Review|Journal|Tribune|Globe|Star|Monitor)(?-i:(?=[A-Z]))|"
    r""  # name and motto run together
    r"\b(?:times|post|gazette|herald|review|journal|courier|tribune|institute|cent(?:er|re)|magazine|news|daily|"
    r"chronicle|"
    r"standard|press|sentinel|record|mercury|argus|dispatch|globe|star|mail|telegraph|guardian|observer|examiner|"
    r"inquirer|"
    r"bulletin|quarterly|monthly|weekly|register|beacon|ledger|foundation|council|digest|notebook|blog|"
    r"proceedings|senate|house|congress|chamber|project|society|advocate|spectator|economist)\b",
    _I,
)
VENUE = re.compile(
    r"\b(?:room|house|garden|castle|cent(?:er|re)|hall|ballroom|lawn|airport|base|theat(?:er|re)|hotel|university|"
    r"library|palace|"
    r"auditorium|embassy|chamber|building|studio)\b",
    _I,
)
PLACE = re.compile(
    rf"[*_]*(?:.{{0,40}}(?i:{VENUE.pattern})(?:\s?(?:in|of|at|,)\s*.{{2,30}})?|"
    rf"[A-Z][\w.]+(?:\s[A-Z]\w+)?,\s[A-Z][\w.]+(?:\s[A-Z][\w.]+)?)[*_]*$"
)
CITY_LINE = re.compile(r"[A-ZÀ-Ž][A-ZÀ-Ž .,'’/-]{2,40}\s?[-–—:]$")
CAPTION_SHAPE = re.compile(
    r".*(?:\bin this (?:image|photo|picture|file|handout|undated|\w+ \d)|\b(?:shown|pictured|seen) (?:here|in|at|"
    r"on|above)|\((?:left|right|center|centre)\)|,\s(?:left|right|"
    r"center|centre)\b|\bthe author (?:is|with|at)\b)",
    _I,
)
CAPTION_END = re.compile(
    r".*(?:,\s(?:[A-Z][a-z]+\.? )?(?:19|20)\d\d|,\slast (?:week|month|year|spring|summer|autumn|fall|winter)|"
    r"\bphotographed in \d{4})\.$"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|do|does|did|I|we|he|she|it|"
    r"they|you)\b",
    _I,
)
_NAV_MARK = re.compile(r"\s*[|·•»›~*]\s*|\s+/\s+|\s+::\s+|\]\s*\[|\s{3,}|\t")
_DATE_LEFTOVER_WORDS = 3  # "Bishkek time", "Warsaw, Poland"


def furniture_rule(text: str, n_words: int, *, is_ended: bool) -> str | None:
    """The name of the pattern that a paragraph fits, None for none."""
    if n_words > MAX_WORDS:
        return None
    plain = text.strip("*_#> \t\xa0")[:MAX_CHARS]
    for name, pattern in PATTERNS.items():
        if pattern.match(plain or text):
            is_safe = is_ended and n_words > MAX_SAFE_WORDS and name in FULL_SENTENCES_ARE_SAFE
            if not is_safe:
                return name
    if is_dateline(plain, n_words) or CITY_LINE.match(plain):
        return "dateline"
    if is_navigation(plain, n_words, is_ended=is_ended):
        return "navigation"
    return None


def is_caption_line(text: str, n_words: int) -> bool:
    """A phrase without a finite verb that ends in a date: what stands under a picture."""
    return 4 < n_words <= 25 and CAPTION_END.match(text) is not None and not _FINITE.search(text)


def is_dateline(text: str, n_words: int) -> bool:
    """A line that holds a date or a time and hardly anything besides."""
    if n_words > 14 or not _DATE_ANCHOR.search(text):
        return False
    n_left = len(_DATE_WORD.sub(" ", text).split())
    return n_left <= min(1 if text.endswith(("?", "!", ".")) else _DATE_LEFTOVER_WORDS, n_words // 2)


def is_navigation(text: str, n_words: int, *, is_ended: bool) -> bool:
    """Short items between bars, dots or slashes, or far apart."""
    if len(dashed := re.split(r"\s+[–—-]+\s+", text)) > 2 and all(len(part.split()) <= 3 for part in dashed):
        return True
    parts = [part for part in _NAV_MARK.split(text) if part.strip()]
    if is_ended or len(parts) < 2 or n_words > 40:
        return False
    return len(parts) > 3 or all(len(part.split()) <= 8 for part in parts)
