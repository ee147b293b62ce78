"""Propaganda Techniques Corpus (SemEval-2020 task 11): articles of a sentence a line, and spans with a technique."""

from __future__ import annotations

import codecs
import logging
import re
from typing import TYPE_CHECKING

from pipeline.core.config import Section
from pipeline.core.errors import InvalidInputError, unknown_name
from pipeline.corpus.files import read_text, whole_number
from pipeline.training.public.article import PublicArticle, PublicSentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

ARTICLE = re.compile(r"article(\w+)\.txt")
SPANS = re.compile(r"article(\w+)\.task(?:2-TC|-flc-tc)\.labels")  # as in the shared task, and in the corpus since
COLUMNS = "article id, technique, start, end"


class PtcReader:
    """The folder with articles (`article123.txt`) and their spans (`article123.task2-TC.labels`), in folders below it
    or not. An article without a file of spans is of a test set, and left out; an empty file says that it has none.
    """

    class Options(Section):
        pass

    def __init__(self, labels: Collection[str]) -> None:
        self.labels = labels

    def articles(self, path: Path) -> Iterator[PublicArticle]:
        texts, spans = _by_id(path, ARTICLE), _by_id(path, SPANS)
        labelled = sorted(texts.keys() & spans.keys())
        if not labelled:
            raise InvalidInputError(
                f"expected article123.txt and article123.task2-TC.labels, found {len(texts)} articles and {len(spans)} "
                "files of spans, none of the same article",
                where=str(path),
                remedy="give the folder that holds both",
            )
        log.info("%s: %d articles, %d without labels left out", path, len(labelled), len(texts) - len(labelled))
        for number in labelled:
            yield self._article(number, texts[number], spans[number])

    def _article(self, number: str, text_file: Path, span_file: Path) -> PublicArticle:
        text = read_text(text_file).replace("\r\n", "\n").replace("\r", "\n")  # offsets count a line's end as one
        if text_file.read_bytes().startswith(codecs.BOM_UTF8):
            raise InvalidInputError(
                "a byte order mark, of which nobody knows whether the offsets count it",
                where=str(text_file),
                remedy="remove it, or put a space in its place where the offsets count it",
            )
        spans = list(self._spans(number, span_file, n_chars=len(text)))
        lines = text.split("\n")
        has_title = len(lines) > 1 and not lines[1].strip()
        sentences, at = [], 0
        for n, line in enumerate(lines):
            start, end = at + len(line) - len(line.lstrip()), at + len(line.rstrip())
            at += len(line) + 1
            if start < end:
                labels = frozenset(label for label, a, z in spans if a < end and z > start)
                sentences.append(PublicSentence(start, end, None if has_title and n == 0 else labels))
        return PublicArticle(number, text, tuple(sentences))

    def _spans(self, number: str, file: Path, *, n_chars: int) -> Iterator[tuple[str, int, int]]:
        for n, line in enumerate(read_text(file).splitlines(), 1):
            if not line.strip():
                continue
            where, cells = f"{file}:{n}", line.split("\t")
            if len(cells) != 4:
                found = f"{len(cells)} cells"
                raise InvalidInputError(f"expected {COLUMNS}, separated by tabs, found {found}", where=where)
            article, label, *place = (cell.strip() for cell in cells)
            if article != number:
                raise InvalidInputError(f"expected a span of article {number}, found one of {article!r}", where=where)
            if label not in self.labels:
                raise InvalidInputError(unknown_name("technique", label, self.labels), where=where)
            try:
                start, end = (whole_number(cell, "offset") for cell in place)
            except InvalidInputError as error:
                raise InvalidInputError(error.problem, where=where) from error
            if not start < end <= n_chars:
                raise InvalidInputError(
                    f"no span {start} to {end} in an article of {n_chars} characters",
                    where=where,
                    remedy="give articles and labels of one version of the corpus",
                )
            yield label, start, end


def _by_id(path: Path, pattern: re.Pattern[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in sorted(path.rglob("article*")):
        if match := pattern.fullmatch(file.name):
            if other := found.get(match[1]):
                raise InvalidInputError(
                    f"the same article as {other}", where=str(file), remedy="give one copy's folder"
                )
            found[match[1]] = file
    return found
