"""How well files become attributed sentences, on a labelled set: `python tests/benchmarks/ingest_quality.py SET`.

SET is a folder with `labels.jsonl` and `articles/`. Labelled sentences are matched with the found one that shares most
characters. Sentences whose reference split is doubtful (`sentence_ok` false) are counted apart.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.core.config import Read
from pipeline.ingest.attribute import QuoteAttributor
from pipeline.ingest.clean import RulesCleaner
from pipeline.ingest.read import read_articles, tables
from pipeline.ingest.segment import SentencexSegmenter

BODY = "body"


@dataclass
class Counts:
    """Pairs of (labelled, found) values, and spans of well-cut body sentences."""

    roles: Counter[tuple[str, str]] = field(default_factory=Counter)
    voices: Counter[tuple[str, str]] = field(default_factory=Counter)
    doubtful_voices: Counter[tuple[str, str]] = field(default_factory=Counter)
    n_speakers: int = 0
    n_speakers_right: int = 0
    n_gold_spans: int = 0
    n_found_spans: int = 0
    n_same_spans: int = 0


def labelled_rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows.setdefault(row["article"], []).append(row)
    return rows


def found_sentences(folder: Path) -> tuple[dict[str, list[dict[str, Any]]], float]:
    """Sentences with voices by article, and the sentences a second."""
    stages = [stage(stage.Options()) for stage in (RulesCleaner, SentencexSegmenter, QuoteAttributor)]
    found, n_sentences, start = {}, 0, time.process_time()
    for table, _ in tables(read_articles([str(folder / "articles")], Read()), batch=32):
        for stage in stages:
            table = stage(table)
        for row in table.select(["article", "sentences", "voices"]).to_pylist():
            found[row["article"]] = [s | v for s, v in zip(row["sentences"], row["voices"], strict=True)]
            n_sentences += len(row["sentences"])
    return found, n_sentences / (time.process_time() - start)


def count(gold: list[dict[str, Any]], found: list[dict[str, Any]], counts: Counts) -> None:
    for row in gold:
        best = max(found, key=lambda s: min(s["end"], row["end"]) - max(s["start"], row["start"]))
        is_well_cut = row.get("sentence_ok", True)
        counts.roles[row["role"], best["role"]] += 1
        if row["role"] != BODY:
            continue
        pair = (row["voice"], best["voice"] or "none")
        (counts.voices if is_well_cut else counts.doubtful_voices)[pair] += 1
        if row.get("speaker"):
            counts.n_speakers += 1
            counts.n_speakers_right += best["speaker"] == row["speaker"]
    count_spans(gold, found, counts)


def count_spans(gold: list[dict[str, Any]], found: list[dict[str, Any]], counts: Counts) -> None:
    """Body spans; found ones that touch a doubtful or unlabelled stretch are left out."""
    well_cut = {(r["start"], r["end"]) for r in gold if r["role"] == BODY and r.get("sentence_ok", True)}
    others = [(r["start"], r["end"]) for r in gold if (r["start"], r["end"]) not in well_cut]
    last = max(r["end"] for r in gold)
    own = {(s["start"], s["end"]) for s in found if s["role"] == BODY and s["end"] <= last}
    own = {(start, end) for start, end in own if not any(start < b and a < end for a, b in others)}
    counts.n_gold_spans += len(well_cut)
    counts.n_found_spans += len(own)
    counts.n_same_spans += len(well_cut & own)


def f1_table(pairs: Counter[tuple[str, str]], labels: tuple[str, ...]) -> str:
    lines, f1s = [], []
    for label in labels:
        hits = pairs[label, label]
        n_gold = sum(n for (gold, _), n in pairs.items() if gold == label)
        n_found = sum(n for (_, found), n in pairs.items() if found == label)
        f1s.append(2 * hits / max(1, n_gold + n_found))
        precision, recall = hits / max(1, n_found), hits / max(1, n_gold)
        lines.append(f"  {label:<10} precision {precision:.3f}  recall {recall:.3f}  F1 {f1s[-1]:.3f}  n {n_gold}")
    right = sum(n for (gold, found), n in pairs.items() if gold == found)
    lines.append(
        f"  accuracy {right / max(1, pairs.total()):.3f}  macro-F1 {sum(f1s) / len(f1s):.3f}  n {pairs.total()}"
    )
    return "\n".join(lines)


def main(folder: Path) -> None:
    gold, (found, speed) = labelled_rows(folder), found_sentences(folder)
    counts = Counts()
    for article, rows in gold.items():
        count(rows, found[article], counts)
    print(f"{folder.name}: {len(gold)} articles, {speed:,.0f} sentences/s of processor time")
    print("roles", f1_table(counts.roles, ("body", "headline", "furniture")), sep="\n")
    span_f1 = 2 * counts.n_same_spans / max(1, counts.n_gold_spans + counts.n_found_spans)
    print(f"spans of body sentences: F1 {span_f1:.3f}, {counts.n_same_spans} of {counts.n_gold_spans}")
    print("voices", f1_table(counts.voices, ("author", "quoted", "reported")), sep="\n")
    doubtful = counts.doubtful_voices
    print(f"doubtful splits: voice right in {sum(n for (g, f), n in doubtful.items() if g == f)} of {doubtful.total()}")
    if counts.n_speakers:
        print(f"speakers: {counts.n_speakers_right} of {counts.n_speakers}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
