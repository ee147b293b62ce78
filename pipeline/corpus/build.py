"""Builds a shipped set from its writers' sources and its coders' answers: `python -m pipeline.corpus.build data/opeds`.

From `sources/*.oped`: `articles/<id>.txt`, `sentences.jsonl`, `articles.jsonl`, and `pages/<id>.html` for every third.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import ExitCode, InvalidInputError, Refusal, StanceError
from pipeline.corpus import packets, pages, sources
from pipeline.corpus.layout import SetText, set_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE_EVERY = 3


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made, and which sources it refused."""

    n_articles: int
    n_pages: int
    n_body: int
    refusals: tuple[Refusal, ...]


def build(folder: Path) -> Built:
    """Writes everything that follows from the sources. Raises: InvalidInputError where there is no source."""
    found, refusals = read_sources(folder)
    texts = {source.id: set_text(source) for source in found}
    for source in found:
        _write(folder / "articles" / f"{source.id}.txt", texts[source.id].text)
    paged = [source for source in found if has_page(source.id)]
    for source in paged:
        _write(folder / "pages" / f"{source.id}.html", pages.page(source))
    _remove_strays(folder, {source.id for source in found}, {source.id for source in paged})
    _write_jsonl(folder / "articles.jsonl", (_article_row(source, texts[source.id]) for source in found))
    _write_jsonl(folder / "sentences.jsonl", (row for source in found for row in _sentence_rows(source.id, texts)))
    return Built(len(found), len(paged), sum(source.n_body for source in found), refusals)


def read_sources(folder: Path) -> tuple[tuple[sources.Source, ...], tuple[Refusal, ...]]:
    found, refusals = sources.read_all(folder / "sources")
    if not found:
        raise InvalidInputError("no usable source", where=str(folder / "sources"), remedy="expected *.oped files there")
    return found, refusals


def has_page(article: str) -> bool:
    digits = re.sub(r"\D", "", article)
    return bool(digits) and int(digits) % PAGE_EVERY == 0


def _article_row(source: sources.Source, placed: SetText) -> dict[str, Any]:
    fields = {key: getattr(source, key) for key in sources.FRONT_MATTER if key != "id"}
    return {"article": source.id, **fields, "layout": placed.style, "page": has_page(source.id)}


def _sentence_rows(article: str, texts: dict[str, SetText]) -> list[dict[str, Any]]:
    return [
        {"article": article, "n": s.n, "start": s.start, "end": s.end, "role": s.role, "kind": s.kind}
        for s in texts[article].sentences
    ]


def _remove_strays(folder: Path, articles: set[str], paged: set[str]) -> None:
    """A refused or withdrawn op-ed must not stay in the set as a text without sentences."""
    for path in (folder / "articles").glob("*.txt"):
        if path.stem not in articles:
            path.unlink()
    for path in (folder / "pages").glob("*.html"):
        if path.stem not in paged:
            path.unlink()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def _write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    _write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.corpus.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="the set, such as data/opeds")
    parser.add_argument("--packets", type=Path, metavar="DIR", help="write what coders see, and build nothing")
    options = parser.parse_args(arguments)
    try:
        refusals = _packets(options) if options.packets else _build(options)
    except StanceError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for refusal in refusals:
        sys.stderr.write(f"refused {refusal}\n")
    return ExitCode.DONE_IN_PART if refusals else ExitCode.DONE


def _packets(options: argparse.Namespace) -> tuple[Refusal, ...]:
    found, refusals = read_sources(options.folder)
    n = packets.write_packets(found, options.packets)
    sys.stdout.write(f"{n} packets in {options.packets}\n")
    return refusals


def _build(options: argparse.Namespace) -> tuple[Refusal, ...]:
    built = build(options.folder)
    sys.stdout.write(f"{built.n_articles} articles, {built.n_body} body sentences, {built.n_pages} pages\n")
    return built.refusals


if __name__ == "__main__":
    sys.exit(main())
