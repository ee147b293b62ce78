"""The rules keep their quality on real articles that cannot be shipped; skipped where the set is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.benchmarks.ingest_quality import Counts, count, f1_table, found_sentences, labelled_rows

SET = Path(os.environ.get("STANCE_GOLD_DEV", Path(__file__).parents[3] / "shared" / "gold-dev"))
pytestmark = pytest.mark.skipif(not (SET / "labels.jsonl").is_file(), reason="the development set is not here")
FIRST = "putin_cant_afford_crises"


@pytest.fixture(scope="module")
def counted() -> dict[str, Counts]:
    found, _ = found_sentences(SET)
    counts = {}
    for article, rows in labelled_rows(SET).items():
        counts[article] = Counts()
        count(rows, found[article], counts[article])
    return counts


def test_the_first_op_ed_is_taken_apart_without_error(counted: dict[str, Counts]) -> None:
    counts = counted[FIRST]
    assert counts.n_same_spans == counts.n_gold_spans == counts.n_found_spans == 40
    assert counts.roles == {("body", "body"): 40, ("headline", "headline"): 1, ("furniture", "furniture"): 6}
    assert counts.voices["quoted", "quoted"] == 6
    assert counts.n_speakers_right == counts.n_speakers


def test_all_articles_together_stay_above_the_measured_level(counted: dict[str, Counts]) -> None:
    total = Counts()
    for counts in counted.values():
        total.roles += counts.roles
        total.voices += counts.voices
    n_right = sum(n for (gold, found), n in total.roles.items() if gold == found)
    assert n_right / total.roles.total() > 0.98, f1_table(total.roles, ("body", "headline", "furniture"))
    n_right = sum(n for (gold, found), n in total.voices.items() if gold == found)
    assert n_right / total.voices.total() > 0.97, f1_table(total.voices, ("author", "quoted", "reported"))
