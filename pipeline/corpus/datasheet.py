"""Tables of the data sheet: `python -m pipeline.corpus.datasheet data/README.md` renews those between its marks.

A mark is `<!-- labels opeds -->` or `<!-- figures opeds -->`; the table runs to `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core import codebook as codebooks
from pipeline.core.errors import ExitCode, InvalidInputError, StanceError
from pipeline.corpus import card as cards
from pipeline.corpus import labelled_set
from pipeline.corpus.stats import stats

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.corpus.card import Alpha, Card
    from pipeline.corpus.stats import Stats

MARK = re.compile(r"(<!-- (labels|figures) ([a-z0-9-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def label_table(card: Card) -> str:
    """Counts of every label, with the coders' agreement where the card has it."""
    rows = [
        (task, label, str(n), _alpha(card.agreement.get(f"{task}.{label}") or card.agreement.get(task)))
        for task, labels in card.counts.labels.items()
        for label, n in labels.items()
    ]
    counts = card.counts
    head = f"{counts.articles} articles, {counts.sentences:,} sentences, {counts.body:,} of them body.\n\n"
    return head + _markdown(("task", "label", "sentences", "alpha (95 %)"), rows)


def figures_table(found: Stats) -> str:
    """What the texts are like, and how far from the set they were compared with."""
    lengths, quartiles = found.lengths, "/".join(f"{value:.0f}" for value in found.lengths.quartiles)
    spread = f"mean {lengths.mean:.1f}, sd {lengths.sd:.1f}, {lengths.minimum} to {lengths.maximum}, {quartiles}"
    ratio = "too short" if found.type_token_ratio is None else f"{found.type_token_ratio:.3f}"
    rows = [
        ("words", f"{found.n_words:,}"),
        ("words a sentence (quartiles last)", spread),
        ("type-token ratio, windows of 1,000 words", ratio),
        ("5-grams that stand more than once", f"{found.repeated_share:.2%}"),
        *((f"{t.rows} by {t.columns}, Cramér's V", f"{t.cramers_v:.2f}") for t in found.tables),
        *((f"articles in {split}", str(n)) for split, n in sorted(found.splits.items())),
    ]
    if found.distance:
        told = f"AUC {found.distance.auc:.2f}, balanced accuracy {found.distance.accuracy:.2f}"
        rows.append((f"told from {found.distance.other} by TF-IDF", told))
    return _markdown(("figure", "value"), rows)


def renew(path: Path, *, against: str | None = None) -> int:
    """Rewrites the tables between the marks; how many. Raises: InvalidInputError for a set without a card."""
    text = path.read_text(encoding="utf-8")
    renewed, n = MARK.subn(lambda found: found[1] + _table(found[2], found[3], against) + found[4], text)
    path.write_bytes(renewed.encode())
    return n


def _table(kind: str, name: str, against: str | None) -> str:
    codebook = codebooks.load()
    if kind == "labels":
        folder = labelled_set.find(name)
        card = cards.read(folder)
        if card is None:
            raise InvalidInputError("no card", where=str(folder))
        return label_table(card)
    other = labelled_set.load(against, codebook) if against else None
    return figures_table(stats(name, codebook, against=other))


def _alpha(found: Alpha | None) -> str:
    if found is None or found.alpha is None:
        return ""
    interval = "" if found.low is None or found.high is None else f" ({found.low:.2f} to {found.high:.2f})"
    return f"{found.alpha:.2f}{interval}"


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.corpus.datasheet", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--against", metavar="SET", help="a set of real texts, to measure the distance from")
    options = parser.parse_args(arguments)
    try:
        n = renew(options.sheet, against=options.against)
    except StanceError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{n} tables in {options.sheet}\n")
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main())
