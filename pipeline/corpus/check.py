"""What is wrong with a labelled set: schema, offsets, hashes, codebook, duplicates, leakage, counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pipeline.core.errors import InvalidInputError
from pipeline.corpus import card as cards
from pipeline.corpus import labelled_set, real
from pipeline.corpus.duplicates import Duplicate, Passage, near_duplicate_articles, near_duplicate_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.core.codebook import Codebook
    from pipeline.corpus.labelled_set import LabelledSentence, LabelledSet

Severity = Literal["error", "warning"]
Rows = list[tuple[int, dict[str, Any]]]
SHOWN_CHARS = 70


@dataclass(frozen=True, slots=True)
class Finding:
    """An `error` makes the set unfit for use; a `warning` is for a person to judge."""

    severity: Severity
    check: str
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`sha256` is the set's version, None where it does not load; `has_texts` False for a set shipped without them."""

    folder: Path
    name: str
    has_texts: bool
    sha256: str | None
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


def check(reference: str, codebook: Codebook, *, others: Sequence[LabelledSet] = ()) -> Checked:
    """`others` are sets that may not overlap with this one, such as those that models are evaluated on."""
    folder = labelled_set.find(reference)
    has_texts = (folder / "articles").is_dir()
    rows, findings = _schema(folder, codebook)
    findings += _offsets(folder, rows, has_texts=has_texts)
    version = None
    if not findings and has_texts:
        loaded = labelled_set.load(str(folder), codebook)
        version = loaded.sha256
        findings += [*_splits(folder, loaded), *_duplicates(folder, loaded, others)]
    elif not findings:
        version = real.version(folder)
        findings += _sources(folder, rows)
    findings += _card(folder, rows, version, codebook)
    return Checked(folder, folder.name, has_texts, version, tuple(findings))


def _schema(folder: Path, codebook: Codebook) -> tuple[Rows, list[Finding]]:
    """Every bad row, where loading stops at the first."""
    path, rows, findings = folder / "labels.jsonl", [], []
    seen: set[tuple[str, int]] = set()
    for line, row in labelled_set.read_rows(path):
        where = f"{path}:{line}"
        try:
            sentence = labelled_set.sentence_from_row(row, codebook, where)
        except InvalidInputError as error:
            findings.append(Finding("error", "schema", where, error.problem))
            continue
        key = (str(row["article"]), sentence.n)
        if key in seen:
            findings.append(Finding("error", "schema", where, f"sentence {key[1]} of {key[0]!r} stands twice"))
        seen.add(key)
        rows.append((line, row))
    return rows, findings


def _offsets(folder: Path, rows: Rows, *, has_texts: bool) -> list[Finding]:
    by_article: dict[str, Rows] = {}
    for line, row in rows:
        by_article.setdefault(str(row["article"]), []).append((line, row))
    findings = []
    for article, found in by_article.items():
        path = folder / "articles" / f"{article}.txt"
        if has_texts and not path.is_file():
            findings.append(Finding("error", "offsets", str(path), "labels speak of an article whose text is missing"))
            continue
        try:
            text = path.read_bytes().decode("utf-8") if has_texts else None
        except UnicodeDecodeError as error:
            findings.append(Finding("error", "offsets", str(path), f"not UTF-8 at byte {error.start}"))
            continue
        place = str(folder / "labels.jsonl")
        findings += [Finding("error", "offsets", f"{place}:{line}", why) for line, why in _misplaced(found, text)]
    return findings


def _misplaced(rows: Rows, text: str | None) -> Iterator[tuple[int, str]]:
    last_end = 0
    for line, row in sorted(rows, key=lambda pair: pair[1]["n"]):
        start, end = row["start"], row["end"]
        if not 0 <= start < end or (text is not None and end > len(text)):
            yield line, f"sentence {row['n']} spans {start} to {end}" + (f" of {len(text)}" if text is not None else "")
            continue
        if start < last_end:
            yield line, f"sentence {row['n']} begins at {start}, inside the one before it, which ends at {last_end}"
        last_end = end
        found = text[start:end] if text is not None else None
        if found is not None and row.get("text", found) != found:
            yield line, f"text is {row['text'][:SHOWN_CHARS]!r}, the article has {found[:SHOWN_CHARS]!r}"
        if found is not None and found != found.strip():
            yield line, f"sentence {row['n']} begins or ends with white space"


def _sources(folder: Path, rows: Rows) -> Iterator[Finding]:
    path = folder / "sources.jsonl"
    listed = {str(row.get("article")): row for _, row in labelled_set.read_rows(path)} if path.is_file() else {}
    for article in sorted({str(row["article"]) for _, row in rows} - listed.keys()):
        yield Finding("error", "hashes", str(path), f"no source for article {article!r}, and no text of it")
    for line, row in rows:
        if len(str(row.get("sha256", ""))) != real.HASH_HEX:
            yield Finding("error", "hashes", f"{folder / 'labels.jsonl'}:{line}", "no hash of the sentence")


def _card(folder: Path, rows: Rows, version: str | None, codebook: Codebook) -> Iterator[Finding]:
    where = str(folder / cards.CARD)
    try:
        card = cards.read(folder)
    except InvalidInputError as error:
        yield Finding("error", "card", where, error.problem)
        return
    if card is None:
        yield Finding("warning", "card", where, "no card: origin, licence and kind of coder are unknown")
        return
    if card.codebook_sha256 != codebook.sha256:
        detail = f"made under {card.codebook} ({card.codebook_sha256[:12]}), checked under {codebook.id}"
        yield Finding("error", "codebook", where, f"{detail} ({codebook.sha256[:12]})")
    if version is not None and card.sha256 != version:
        yield Finding("error", "hashes", where, f"the card's version is {card.sha256}, the set's {version}")
    if version is not None and card.counts != (counted := _counts(rows, codebook)):
        yield Finding("error", "counts", where, f"the card's counts differ: the set has {counted.body} body sentences")
    if missing := [name for name in ("origin", "licence", "how_made") if not getattr(card, name)]:
        yield Finding("warning", "card", where, f"nothing said of {', '.join(missing)}")
    if card.superseded_by:
        yield Finding("warning", "card", where, f"superseded by {card.superseded_by}")


def _counts(rows: Rows, codebook: Codebook) -> cards.Counts:
    by_article: dict[str, list[LabelledSentence]] = {}
    for _, row in rows:
        by_article.setdefault(str(row["article"]), []).append(labelled_set.sentence_from_row(row, codebook, ""))
    return cards.counts(by_article.values(), codebook)


def _splits(folder: Path, loaded: LabelledSet) -> Iterator[Finding]:
    where = str(folder / "splits.json")
    articles = {article.article for article in loaded.articles}
    if not loaded.splits:
        return
    for article in sorted(articles - loaded.splits.keys()):
        yield Finding("error", "splits", where, f"article {article!r} is in no split")
    for article in sorted(loaded.splits.keys() - articles):
        yield Finding("warning", "splits", where, f"article {article!r} has no labels")


def _duplicates(folder: Path, loaded: LabelledSet, others: Sequence[LabelledSet]) -> Iterator[Finding]:
    sets = [loaded, *others]
    for pair in (*near_duplicate_articles(_articles(sets)), *near_duplicate_sentences(_sentences(sets))):
        if (severity := _severity(pair, loaded)) is not None:
            kind = "exact duplicate" if pair.is_exact else f"near duplicate ({pair.jaccard:.2f})"
            check = "leakage" if severity == "error" else "duplicates"
            detail = f"{kind} of {_name(pair.right)}: {pair.left.text[:SHOWN_CHARS]!r}"
            yield Finding(severity, check, f"{folder.name} {_name(pair.left)}", detail)


def _severity(pair: Duplicate, loaded: LabelledSet) -> Severity | None:
    """Across sets or splits an error; else a warning; pairs of other sets alone are not this set's matter."""
    names = {pair.left.set_name, pair.right.set_name}
    if loaded.name not in names:
        return None
    if len(names) > 1:
        return "error"
    splits: Mapping[str, str] = loaded.splits
    is_cut = splits.get(pair.left.article) != splits.get(pair.right.article)
    return "error" if is_cut else "warning"


def _name(passage: Passage) -> str:
    sentence = "" if passage.n is None else f" sentence {passage.n}"
    return f"{passage.set_name}/{passage.article}{sentence}"


def _articles(sets: Sequence[LabelledSet]) -> list[Passage]:
    """Body sentences alone: two op-eds of one outlet share their furniture."""
    return [
        Passage(
            s.name, a.article, None, " ".join(a.sentence_text(sentence) for sentence in a.sentences if sentence.is_body)
        )
        for s in sets
        for a in s.articles
    ]


def _sentences(sets: Sequence[LabelledSet]) -> list[Passage]:
    return [
        Passage(s.name, a.article, sentence.n, a.sentence_text(sentence))
        for s in sets
        for a in s.articles
        for sentence in a.sentences
        if sentence.is_body
    ]
