"""What coders see: the op-ed's sentences, numbered, and nothing about who wrote it, where, or with what lean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.corpus.layout import set_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.corpus.sources import Source

Disputes = dict[int, tuple[str, ...]]  # sentence -> disputed tasks
HIDDEN = frozenset({"byline", "masthead", "bio"})  # name the author or the outlet: reputation decides nothing


def packet(source: Source, disputes: Mapping[int, tuple[str, ...]] | None = None) -> str:
    """With `disputes`, disputed sentences read `[n*]` and name the tasks, never the labels given."""
    lines, n = [source.title, ""], 0
    for block in source.blocks:
        for line in block.lines:
            if block.role == "body":
                lines.append(_numbered(n, line, (disputes or {}).get(n, ())))
            elif block.kind not in HIDDEN:
                lines.append(f"[-] {line}")
            n += 1
        if block.kind not in HIDDEN:
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _numbered(n: int, line: str, disputed: tuple[str, ...]) -> str:
    return f"[{n}*] {line}  <<disputed: {', '.join(disputed)}>>" if disputed else f"[{n}] {line}"


def write_packets(sources: tuple[Source, ...], folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        (folder / f"{source.id}.txt").write_text(packet(source), encoding="utf-8", newline="\n")
    return len(sources)


def write_disputes(sources: tuple[Source, ...], disputes: Mapping[str, Disputes], folder: Path) -> int:
    """Packets of the articles that have disputed sentences; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    disputed = [source for source in sources if disputes.get(source.id)]
    for source in disputed:
        text = packet(source, disputes[source.id])
        (folder / f"{source.id}.txt").write_text(text, encoding="utf-8", newline="\n")
    return len(disputed)


def body_numbers(source: Source) -> tuple[int, ...]:
    """The sentences that coders answer for."""
    return tuple(sentence.n for sentence in set_text(source).sentences if sentence.role == "body")
