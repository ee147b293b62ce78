"""The visible text of an HTML page, paragraph by paragraph, with its place in the source.

Own scanner: `html.parser` of Python 3.11 takes quadratic time on unclosed tags (measured: 300 kB of `<a ` hang), and
`lxml` forgets where in the source a text stood.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from pipeline.ingest.refused import RefusedError
from pipeline.ingest.words import words

MAX_DEPTH = 1_000  # open elements; browsers stop at 512
MAX_TAGS = 100_000
MAX_FAILED_TAGS = 50  # with unbalanced quotes, scanned to the end of the page; then a plain `>` ends a tag
RAW = words("script style textarea title xmp iframe noembed noframes")
SKIPPED = words("noscript template head svg math object video audio canvas select datalist dialog")
VOID = words("area base br col embed hr img input link meta param source track wbr")
LEAVES = words("p li dt dd td th tr tbody thead tfoot option h1 h2 h3 h4 h5 h6 pre summary legend")
CONTAINERS = words(
    "html body div section article main header footer nav aside figure figcaption blockquote ul ol dl table form "
    "fieldset address details center caption hgroup menu button label"
)
FURNITURE_ELEMENTS = words("nav footer aside figcaption form button label menu")
WHOLE_PAGE = words("html body main article")  # their classes describe the layout, not the content
HINTS = {
    **dict.fromkeys(words("dek deck subtitle standfirst subhead subheading subheadline"), "dek"),
    **dict.fromkeys(words("byline authorname dateline timestamp pubdate authors"), "byline"),
    **dict.fromkeys(words("caption figcaption credit"), "caption"),
    **dict.fromkeys(words("bio authorbio authorcard"), "bio"),
    **dict.fromkeys(words("pullquote pulledquote"), "pullquote"),
    **dict.fromkeys(words("advertisement advert ad ads adslot sponsored sponsor"), "advert"),
    **dict.fromkeys(words("newsletter signup subscribe paywall promo promos related recirc trending"), "promo"),
    **dict.fromkeys(
        words("share sharing social tools toolbar nav navigation menu breadcrumb breadcrumbs"),
        "nav",
    ),
    **dict.fromkeys(
        words("masthead kicker eyebrow skip cookie footer sidebar comments disclaimer copyright"),
        "nav",
    ),
}
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]{0,40})")
_TAG_END = re.compile(r"""(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_CLASSES = re.compile(r"""\b(?:class|id)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I)
_HIDDEN = re.compile(r"""\s(?:hidden(?=[\s/>=])|style\s*=\s*["'][^"']*display\s*:\s*none)""", re.I)
_TOKEN = re.compile(r"[a-z]+|[A-Z][a-z]*")
_RAW_END = {name: re.compile(f"</{name}", re.I) for name in RAW}
_SPACES = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Folded text of a block; `tag` may carry the telling class, as in `p.byline`."""

    text: str
    source_start: int
    source_end: int
    tag: str
    is_furniture: bool  # by its element, an element around it, or a class


@dataclass(slots=True)
class _Open:
    name: str
    is_skipped: bool
    hint: str


@dataclass(slots=True)
class _Walk:
    """State of one pass over the page."""

    source: str
    stack: list[_Open] = field(default_factory=list)
    leaf: tuple[str, str] | None = None  # name and hint of an element whose end tag may be left out
    pieces: list[tuple[int, int]] = field(default_factory=list)
    found: list[Paragraph] = field(default_factory=list)
    n_tags: int = 0
    n_failed: int = 0

    def flush(self) -> None:
        raw, self.pieces = self.pieces, []
        texts = [html.unescape(self.source[start:end]) for start, end in raw]
        text = _SPACES.sub(" ", "".join(texts)).strip()
        if not text:
            return
        kept = [span for span, content in zip(raw, texts, strict=True) if content.strip()]
        first, last = self.source[slice(*kept[0])], self.source[slice(*kept[-1])]
        start = kept[0][0] + len(first) - len(first.lstrip())
        end = kept[-1][1] - len(last) + len(last.rstrip())
        name, hint = self._where()
        tag = f"{name}.{hint}" if hint else name
        is_furniture = (bool(hint) and hint != "dek") or any(open.name in FURNITURE_ELEMENTS for open in self.stack)
        self.found.append(Paragraph(text, start, end, tag, is_furniture))

    def _where(self) -> tuple[str, str]:
        containers = [open.name for open in self.stack if open.name in CONTAINERS]
        name = self.leaf[0] if self.leaf else (containers[-1] if containers else "body")
        if name == "p" and "blockquote" in containers:
            name = "blockquote"  # whose words they are matters more than how they are set
        hints = [self.leaf[1]] if self.leaf else []
        hints += [open.hint for open in reversed(self.stack)]
        return name, next((hint for hint in hints if hint), "")

    @property
    def is_visible(self) -> bool:
        return not any(open.is_skipped for open in self.stack)


def visible_paragraphs(source: str) -> list[Paragraph]:
    """Every visible paragraph in page order, site furniture included. Raises: RefusedError on hostile markup."""
    walk, at = _Walk(source), 0
    while at < len(source):
        opening = source.find("<", at)
        end = len(source) if opening < 0 else opening
        if end > at and walk.is_visible:
            walk.pieces.append((at, end))
        at = len(source) if opening < 0 else _after_markup(walk, opening)
    walk.flush()
    return walk.found


def _after_markup(walk: _Walk, at: int) -> int:
    """Takes in the tag, comment or declaration at `at`; returns where the text goes on."""
    source = walk.source
    if source.startswith("<!--", at):
        return _behind(source.find("-->", at + 2), 3, source)
    if source.startswith(("<!", "<?"), at):
        return _behind(source.find(">", at), 1, source)
    name = _NAME.match(source, at)
    if name is None:
        if walk.is_visible:
            walk.pieces.append((at, at + 1))  # a bare "<" is text
        return at + 1
    end = _tag_end(walk, at)
    walk.n_tags += 1
    if walk.n_tags > MAX_TAGS:
        raise RefusedError("too-complex", f"more than {MAX_TAGS:,} tags", "save the article's text as .txt")
    if source[at + 1] == "/":
        _close(walk, name.group(1).lower())
        return end
    return _open(walk, name.group(1).lower(), source[at:end], end)


def _behind(found: int, length: int, source: str) -> int:
    return len(source) if found < 0 else found + length


def _tag_end(walk: _Walk, at: int) -> int:
    if walk.n_failed < MAX_FAILED_TAGS:
        if match := _TAG_END.match(walk.source, at):
            return match.end()
        walk.n_failed += 1
    return _behind(walk.source.find(">", at), 1, walk.source)


def _open(walk: _Walk, name: str, tag: str, end: int) -> int:
    if name in RAW:
        match = _RAW_END[name].search(walk.source, end)
        return _behind(walk.source.find(">", match.end()) if match else -1, 1, walk.source)
    if name in ("br", "hr") or name in LEAVES or name in CONTAINERS:
        walk.flush()
    if name == "body":
        walk.stack = [open for open in walk.stack if open.name != "head"]  # an unclosed head ends here
    hint = _hint(tag) if name not in WHOLE_PAGE else ""
    if name in LEAVES:
        walk.leaf = (name, hint)
    elif name not in VOID and not tag.endswith("/>"):
        if name in CONTAINERS:
            walk.leaf = walk.leaf if walk.leaf and walk.leaf[0] in ("li", "td", "th", "dd") else None
        if name in CONTAINERS or name in SKIPPED or _HIDDEN.search(tag) or hint:
            walk.stack.append(_Open(name, name in SKIPPED or bool(_HIDDEN.search(tag)), hint))
    if len(walk.stack) > MAX_DEPTH:
        raise RefusedError("too-complex", f"more than {MAX_DEPTH:,} elements inside one another", "save it as .txt")
    return end


def _close(walk: _Walk, name: str) -> None:
    if name in LEAVES:
        walk.flush()
        walk.leaf = None
    elif name in CONTAINERS:
        walk.flush()
    for depth in range(len(walk.stack) - 1, -1, -1):
        if walk.stack[depth].name == name:
            del walk.stack[depth:]
            return


def _hint(tag: str) -> str:
    for value in _CLASSES.findall(tag):
        for word in value.strip("\"'").split():
            tokens = [token.lower() for token in _TOKEN.findall(word)]
            for token in (*tokens, "".join(tokens)):
                if token in HINTS:
                    return HINTS[token]
            if "author" in tokens and {"card", "box", "info", "about"} & set(tokens):
                return "bio"
    return ""
