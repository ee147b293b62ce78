"""Makes a labelled set of imported labels and the texts that they speak of."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError, Refusal
from pipeline.core.places import is_file
from pipeline.corpus import card
from pipeline.corpus.adjudicate import majority
from pipeline.corpus.coding import Answer, task_columns
from pipeline.corpus.files import not_utf8
from pipeline.corpus.labelled_set import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.exchange.items import Item

UNNAMED = "unnamed"
GET_TEXTS = "give the folder of the texts, unchanged since they were exported"


@dataclass(frozen=True, slots=True)
class Taken:
    """The set that was made; sentences on which the coders are tied are among the refusals, their labels are kept."""

    folder: Path
    sha256: str
    n_articles: int
    n_sentences: int
    coders: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def take_in(items: Sequence[Item], texts_dir: Path, out: Path, codebook: Codebook) -> Taken:
    """Writes `articles/`, `labels.jsonl`, `coders.jsonl` and a card. Raises: InvalidInputError where nothing fits."""
    texts = _texts(texts_dir, {item.article for item in items})
    refusals: list[Refusal] = []
    placed: dict[tuple[str, int], list[Item]] = {}
    for item in items:
        if (problem := _problem(item, texts, placed)) is not None:
            refusals.append(Refusal(f"{item.key} by {item.coder or UNNAMED}", "label not taken", problem, GET_TEXTS))
            continue
        placed.setdefault((item.article, item.n), []).append(item)
    labels, ties = _labels(placed, codebook)
    refusals += ties
    if not labels:
        remedy = str(refusals[0]) if refusals else GET_TEXTS
        raise InvalidInputError("no label could be taken", where=str(texts_dir), remedy=remedy)
    coded = [item for by_coder in placed.values() for item in by_coder]
    _write(out, texts, labels, [_row(item, codebook) | {"coder": item.coder or UNNAMED} for item in coded])
    coders = tuple(sorted({item.coder or UNNAMED for item in coded}))
    made = _write_card(out, codebook, len(coders))
    n_articles = len({row["article"] for row in labels})
    return Taken(out, made, n_articles, len(labels), coders, tuple(refusals))


def with_refusals(taken: Taken, earlier: Sequence[Refusal]) -> Taken:
    """What the reader of the file had refused stands first."""
    return replace(taken, refusals=(*earlier, *taken.refusals))


def _texts(folder: Path, articles: Iterable[str]) -> dict[str, str]:
    """From `folder`, or from `folder/articles` where that is a labelled set."""
    texts = {}
    for article in articles:
        name = f"{article}.txt"
        found = [path for path in (folder / name, folder / "articles" / name) if is_file(path)]
        if found and Path(name).name == name:  # an article's name from a file may not lead out of the folder
            texts[article] = _text(found[0])
    return texts


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # a byte order mark counts: offsets do
    except UnicodeDecodeError as error:
        raise not_utf8(error, where=str(path)) from error


def _problem(item: Item, texts: dict[str, str], placed: dict[tuple[str, int], list[Item]]) -> str | None:
    if item.values is None:
        return "it carries no label"
    if item.article not in texts:
        return f"no text {item.article}.txt"
    if texts[item.article][item.start : item.end] != item.text:
        return f"the text at {item.start} to {item.end} is not {item.text[:60]!r}"
    if item.coder in {other.coder for other in placed.get((item.article, item.n), ())}:
        return "the coder has labelled the sentence twice"
    return None


def _labels(
    placed: dict[tuple[str, int], list[Item]], codebook: Codebook
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    labels, ties = [], []
    for (article, n), items in sorted(placed.items()):
        answers = [_answer(item) for item in items]
        made = majority(answers, codebook)
        if made.tied:
            detail = f"coders are tied on {', '.join(made.tied)}"
            ties.append(Refusal(f"{article}/{n}", "not adjudicated", detail, "let one more coder label it"))
            continue
        agreed = replace(items[0], voice=made.voice, speaker=made.speaker, values=made.values)
        labels.append(_row(agreed, codebook) | {"role": "body", "sentence_ok": True})
    return labels, ties


def _answer(item: Item) -> Answer:
    return Answer(item.article, item.n, item.coder or UNNAMED, item.voice, item.speaker, item.values or {})


def _row(item: Item, codebook: Codebook) -> dict[str, Any]:
    """An untouched multi-label task is the empty set: tools export nothing for it."""
    row: dict[str, Any] = {
        "article": item.article,
        "n": item.n,
        "start": item.start,
        "end": item.end,
        "text": item.text,
    }
    no_labels: dict[str, tuple[str, ...]] = {task.name: () for task in codebook.tasks if task.kind == "multi"}
    values = no_labels | dict(item.values or {})
    return row | {"voice": item.voice, "speaker": item.speaker} | task_columns(values, codebook)


def _write(out: Path, texts: dict[str, str], labels: list[dict[str, Any]], coders: list[dict[str, Any]]) -> None:
    (out / "articles").mkdir(parents=True, exist_ok=True)
    for article in {row["article"] for row in labels}:
        (out / "articles" / f"{article}.txt").write_bytes(texts[article].encode())
    for name, rows in (("labels.jsonl", labels), ("coders.jsonl", coders)):
        (out / name).write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())


def _write_card(out: Path, codebook: Codebook, n_coders: int) -> str:
    """What coders they were, whence the texts come and under what licence is for the owner to fill in."""
    loaded = load(str(out), codebook)
    counts = card.counts((article.sentences for article in loaded.articles), codebook)
    coders = card.Coders(n=n_coders)
    made = card.Card(
        name=card.set_name(out.name),
        codebook=codebook.id,
        codebook_sha256=codebook.sha256,
        coders=coders,
        counts=counts,
        sha256=loaded.sha256,
    )
    card.write(out, made)
    return loaded.sha256
