"""CoNLL-2010 shared task 1: sentences that are certain or uncertain, in XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.core.config import Section
from pipeline.core.errors import InvalidInputError
from pipeline.training.public.article import PublicArticle, files, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from pipeline.training.public.article import Labels

TITLE = "title"  # in the type of a document's part: its sentences are context


class Conll2010Reader:
    """An XML file, or a folder of them: `Document` with `DocumentPart`, and in it `sentence` with `certainty`."""

    class Options(Section):
        pass

    def __init__(self, labels: Collection[str]) -> None:
        self.labels = labels

    def articles(self, path: Path) -> Iterator[PublicArticle]:
        for file in files(path, ".xml"):
            documents = list(_root(file).iter("Document"))
            if not documents:
                raise InvalidInputError("expected elements Document, found none", where=str(file))
            for n, document in enumerate(documents, 1):
                yield joined(f"{file.stem}-{n}", self._sentences(document, file))

    def _sentences(self, document: Any, file: Path) -> Iterator[tuple[str, Labels]]:
        for part in document.iter("DocumentPart"):
            is_title = TITLE in str(part.get("type", "")).lower()
            for sentence in part.iter("sentence"):
                certainty = sentence.get("certainty")
                if certainty not in self.labels:
                    raise InvalidInputError(
                        f"expected certainty {' or '.join(sorted(self.labels))} of every sentence, found {certainty!r}",
                        where=f"{file}:{sentence.sourceline}",
                        remedy="give the files of task 1, with their labels",
                    )
                yield "".join(sentence.itertext()), None if is_title else frozenset({certainty})


def _root(file: Path) -> Any:
    from lxml import etree

    safe = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(file.read_bytes(), safe)
    except OSError as error:
        raise InvalidInputError(f"cannot be read: {error.strerror or error}", where=str(file)) from error
    except etree.XMLSyntaxError as error:
        raise InvalidInputError(f"not XML: {error.msg}", where=f"{file}:{error.lineno}") from error
