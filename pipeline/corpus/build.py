"""Builds a shipped set from its writers' sources and its coders' answers: `python -m pipeline.corpus.build data/opeds`.

From `sources/*.oped`: `articles/<id>.txt`, `sentences.jsonl`, `articles.jsonl`, and `pages/<id>.html` for every third.
From `coding/<coder>/<id>.tsv`: `coders.jsonl`, `labels.jsonl`, `splits.json`, and the counts of `card.yaml`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core import codebook as codebooks
from pipeline.core.errors import ExitCode, InvalidInputError, Refusal, StanceError
from pipeline.corpus import card, packets, pages, sources
from pipeline.corpus.duplicates import article_clusters
from pipeline.corpus.files import write_jsonl, write_text
from pipeline.corpus.labelled_set import load, read_splits
from pipeline.corpus.layout import SetText, set_text
from pipeline.corpus.merge import Merged, merge
from pipeline.corpus.splitting import assign, by_split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.sources import Source

PAGE_EVERY = 3


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made, and which sources it refused."""

    n_articles: int
    n_pages: int
    n_body: int
    merged: Merged
    refusals: tuple[Refusal, ...]


def build(folder: Path, codebook: Codebook) -> Built:
    """Writes everything that follows from the sources. Raises: InvalidInputError where there is no source."""
    found, refusals = read_sources(folder)
    texts = {source.id: set_text(source) for source in found}
    for source in found:
        write_text(folder / "articles" / f"{source.id}.txt", texts[source.id].text)
    paged = [source for source in found if has_page(source.id)]
    for source in paged:
        write_text(folder / "pages" / f"{source.id}.html", pages.page(source))
    _remove_strays(folder, {source.id for source in found}, {source.id for source in paged})
    write_jsonl(folder / "articles.jsonl", (_article_row(source, texts[source.id]) for source in found))
    write_jsonl(folder / "sentences.jsonl", (row for source in found for row in _sentence_rows(source.id, texts)))
    merged = merge(folder / "coding", texts, codebook)
    _write_labels(folder, merged, found, texts, codebook)
    n_body = sum(source.n_body for source in found)
    return Built(len(found), len(paged), n_body, merged, refusals + merged.refusals)


def _write_labels(
    folder: Path, merged: Merged, found: Sequence[Source], texts: Mapping[str, SetText], codebook: Codebook
) -> None:
    """Nothing is written before the first article has both coders' answers."""
    write_jsonl(folder / "coders.jsonl", merged.coders)
    if not merged.labels:
        return
    write_jsonl(folder / "labels.jsonl", merged.labels)
    labelled = {row["article"] for row in merged.labels}
    strata = {source.id: source.lean for source in found if source.id in labelled}
    sentences = {name: [s.text for s in texts[name].sentences if s.role == "body"] for name in strata}
    splits = assign(strata, article_clusters(sentences), frozen=read_splits(folder / "splits.json"))
    write_text(folder / "splits.json", json.dumps(by_split(splits), indent=1) + "\n")
    labelled_set = load(str(folder), codebook)
    counts = card.counts((article.sentences for article in labelled_set.articles), codebook)
    renewed = card.renewed(folder, codebook, counts=counts.model_dump(), sha256=labelled_set.sha256)
    card.write(folder, renewed)


def read_sources(folder: Path) -> tuple[tuple[Source, ...], tuple[Refusal, ...]]:
    found, refusals = sources.read_all(folder / "sources")
    if not found:
        raise InvalidInputError("no usable source", where=str(folder / "sources"), remedy="expected *.oped files there")
    return found, refusals


def has_page(article: str) -> bool:
    digits = re.sub(r"\D", "", article)
    return bool(digits) and int(digits) % PAGE_EVERY == 0


def _article_row(source: Source, placed: SetText) -> dict[str, Any]:
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


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.corpus.build", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the set, such as data/opeds")
    parser.add_argument("--codebook", default="russia-1.0", help="name of a shipped codebook, or a .yaml file")
    parser.add_argument("--packets", type=Path, metavar="DIR", help="write what coders see, and build nothing")
    parser.add_argument("--disputes", type=Path, metavar="DIR", help="write what a third coder sees; build nothing")
    options = parser.parse_args(arguments)
    try:
        refusals = _run(options)
    except StanceError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for refusal in refusals:
        sys.stderr.write(f"refused {refusal}\n")
    return ExitCode.DONE_IN_PART if refusals else ExitCode.DONE


def _run(options: argparse.Namespace) -> tuple[Refusal, ...]:
    codebook = codebooks.load(options.codebook)
    if options.packets or options.disputes:
        return _write_packets(options, codebook)
    built = build(options.folder, codebook)
    merged = built.merged
    n_labelled = len({row["article"] for row in merged.labels})
    sys.stdout.write(
        f"{built.n_articles} articles, {built.n_body} body sentences, {built.n_pages} pages\n"
        f"{n_labelled} articles labelled, {len(merged.uncoded)} not coded by two; "
        f"{len(merged.pending)} sentences await a third coder, {len(merged.tied)} tied\n"
    )
    for found in merged.tied:
        sys.stdout.write(f"tied {found.article} sentence {found.n}: {', '.join(found.tasks)}\n")
    return built.refusals


def _write_packets(options: argparse.Namespace, codebook: Codebook) -> tuple[Refusal, ...]:
    found, refusals = read_sources(options.folder)
    if options.packets:
        n = packets.write_packets(found, options.packets)
        sys.stdout.write(f"{n} packets in {options.packets}\n")
    if options.disputes:
        merged = merge(options.folder / "coding", {source.id: set_text(source) for source in found}, codebook)
        n = packets.write_disputes(found, merged.disputes, options.disputes)
        n_sentences = sum(map(len, merged.disputes.values()))
        sys.stdout.write(f"{n} packets with {n_sentences} disputed sentences in {options.disputes}\n")
        refusals += merged.refusals
    return refusals


if __name__ == "__main__":
    sys.exit(main())
