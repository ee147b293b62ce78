"""What is exchanged: a body sentence with its neighbours and what one coder, or nobody yet, said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.core.errors import InvalidInputError, Refusal, unknown_name
from pipeline.corpus.files import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledArticle, LabelledSet

N_CONTEXT = 2  # sentences before and after: the codebook looks one back and one forward; one more shows whose they are
VOICE = "voice"
ADJUDICATED = "adjudicated"
REASON = "row not understood"
REMEDY = "mend the row in the annotation tool and export again"


@dataclass(frozen=True, slots=True)
class Item:
    """`coder` None: labels suggested by a model, or none at all. A task without an answer is missing from `values`."""

    article: str
    n: int
    start: int
    end: int
    text: str
    before: str
    after: str
    coder: str | None = None
    voice: str | None = None
    speaker: str = ""
    values: Mapping[str, tuple[str, ...]] | None = None

    @property
    def key(self) -> str:
        return f"{self.article}/{self.n}"


@dataclass(frozen=True, slots=True)
class Imported:
    items: tuple[Item, ...]
    refusals: tuple[Refusal, ...]


def items_of(labelled: LabelledSet, *, coder: str | None = ADJUDICATED, is_blank: bool = False) -> tuple[Item, ...]:
    """Every body sentence; with `is_blank` without its labels, to be coded afresh."""
    return tuple(
        item for article in labelled.articles for item in _of_article(article, None if is_blank else coder, is_blank)
    )


def _of_article(article: LabelledArticle, coder: str | None, is_blank: bool) -> Iterator[Item]:
    texts = [article.sentence_text(sentence) for sentence in article.sentences]
    for at, sentence in enumerate(article.sentences):
        if not sentence.is_body:
            continue
        item = Item(
            article.article,
            sentence.n,
            sentence.start,
            sentence.end,
            texts[at],
            before=" ".join(texts[max(0, at - N_CONTEXT) : at]),
            after=" ".join(texts[at + 1 : at + 1 + N_CONTEXT]),
        )
        if is_blank:
            yield item
        else:
            yield labelled_as(item, coder, sentence.voice, sentence.speaker or "", sentence.values)


def labelled_as(
    item: Item, coder: str | None, voice: str | None, speaker: str, values: Mapping[str, tuple[str, ...]]
) -> Item:
    return replace(item, coder=coder, voice=voice, speaker=speaker, values=dict(values))


def blank(item: Item) -> Item:
    """The sentence with its context and without anybody's labels."""
    return replace(item, coder=None, voice=None, speaker="", values=None)


def place(item: Item) -> dict[str, Any]:
    """The columns that say which sentence it is; every tool carries them."""
    return {
        "article": item.article,
        "n": item.n,
        "start": item.start,
        "end": item.end,
        "text": item.text,
        "before": item.before,
        "after": item.after,
    }


def item_at(fields: Mapping[str, Any]) -> Item:
    """The sentence of a row, unlabelled. Raises: InvalidInputError for a missing or ill-typed column."""
    if missing := [key for key in ("article", "n", "start", "end", "text") if fields.get(key) in (None, "")]:
        raise InvalidInputError(f"no value for {', '.join(missing)}")
    n, start, end = (whole_number(fields[key], key) for key in ("n", "start", "end"))
    if not isinstance(fields["text"], str):
        raise InvalidInputError(f"text: expected a text, found {type(fields['text']).__name__}")
    before, after = (str(fields.get(key) or "") for key in ("before", "after"))
    return Item(str(fields["article"]), n, start, end, str(fields["text"]), before, after)


def questions(codebook: Codebook) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
    """(name, labels, many allowed) of voice and of every task."""
    tasks = ((task.name, task.values, task.kind == "multi") for task in codebook.tasks)
    return ((VOICE, codebook.voices, False), *tasks)


def answers_of(item: Item) -> dict[str, tuple[str, ...]]:
    """Voice and tasks in one mapping, unanswered ones left out."""
    return ({VOICE: (item.voice,)} if item.voice else {}) | dict(item.values or {})


def with_answers(
    item: Item, codebook: Codebook, *, coder: object, speaker: object, answers: Mapping[str, Sequence[str]]
) -> Item:
    """The item with a coder's answers; `coder` and `speaker` as the tool has them, None or empty where it has none.

    Raises: InvalidInputError for what the codebook does not know, and for a single-label task without an answer.
    """
    known = {name: (labels, is_multi) for name, labels, is_multi in questions(codebook)}
    checked: dict[str, tuple[str, ...]] = {}
    for name, given in answers.items():
        if name not in known:
            raise InvalidInputError(unknown_name("task", name, known))
        labels, is_multi = known[name]
        for label in given:
            if label not in labels:
                raise InvalidInputError(unknown_name(f"{name} label", str(label), labels))
        if not is_multi and len(given) != 1:
            raise InvalidInputError(f"{name}: expected one label, found {len(given)}: {', '.join(given)}")
        checked[name] = tuple(label for label in labels if label in given)
    if missing := [task.name for task in codebook.tasks if task.kind != "multi" and task.name not in checked]:
        raise InvalidInputError(f"no label for {', '.join(missing)}")
    voice = checked.pop(VOICE, (None,))[0]
    return labelled_as(item, str(coder) if coder else None, voice, str(speaker or ""), checked)


def read_each(path: Path, rows: Iterable[tuple[int, Any]], convert: Callable[[Any], Iterable[Item]]) -> Imported:
    """Converts row by row; a row that cannot be mapped is refused, the others stay."""
    items: list[Item] = []
    refusals: list[Refusal] = []
    for line, row in rows:
        try:
            items += convert(row)
        except InvalidInputError as error:
            refusals.append(Refusal(str(path), REASON, error.problem, error.remedy or REMEDY, line))
    return Imported(tuple(items), tuple(refusals))
