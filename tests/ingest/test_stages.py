"""What holds for the stages together: schemas, batch borders, coverage, and time on hostile text."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from pipeline.core.config import Read
from pipeline.ingest.articles import as_table
from pipeline.ingest.read import read_articles, tables
from tests.ingest.conftest import build_stages, run_stages, table_of

SEEDS = Path(__file__).parents[2] / "seeds"


def seed_table() -> pa.Table:
    ((table, refusals),) = tables(read_articles([str(SEEDS)], Read()), batch=100)
    assert refusals == []
    return table


@pytest.mark.parametrize("table", [as_table([]), table_of("One sentence of text.", "x")])
def test_each_stage_gives_its_output_schema(table: pa.Table) -> None:
    for stage in build_stages():
        assert table.schema.equals(stage.input_schema)
        table = stage(table)
        assert table.schema.equals(stage.output_schema)


def test_any_batch_border_gives_the_same_rows() -> None:
    table = seed_table()
    whole = run_stages(table)
    parts = [run_stages(table.slice(i, 1)) for i in range(table.num_rows)]
    assert pa.concat_tables(parts).to_pylist() == whole.to_pylist()


def test_unknown_options_are_refused() -> None:
    for stage in build_stages():
        with pytest.raises(ValidationError, match="speed"):
            type(stage).Options(speed=1)


def test_every_character_lies_in_one_paragraph_and_one_sentence() -> None:
    for row in run_stages(seed_table()).to_pylist():
        check_coverage(row)


def test_random_layouts_are_covered() -> None:
    rng = random.Random(11)
    pieces = [
        *("By Ada Moor", "Advertisement", "THE PRESIDENT:", "Q\xa0 Why?", "(Applause.)", "Mr. DOE of Iowa. "),
        *("said he", ":"),
        *("The quay is closed. It is cold", ".", "“", "”", '"', "…", "- item", "# Head", "> quoted", "  1. One"),
        *("\n", "\n\n", "\r\n", "    ", "\u2028", "\x0c", "\t", "\ufeff", "\u200b", "— A B (@ab) May 1, 2020"),
    ]  # fmt: skip
    texts = ["".join(rng.choice(pieces) for _ in range(rng.randint(1, 40))) for _ in range(300)]
    for row in run_stages(table_of(*texts)).to_pylist():
        check_coverage(row)


def check_coverage(row: dict[str, object]) -> None:
    text = row["text"]
    assert isinstance(text, str)
    for column in ("paragraphs", "sentences"):
        at, covered = 0, ""
        for span in row[column]:  # type: ignore[attr-defined]
            assert at <= span["start"] < span["end"]
            content = text[span["start"] : span["end"]]
            assert content == content.strip()
            covered, at = covered + content, span["end"]
        assert re.sub(r"\s", "", covered) == re.sub(r"\s", "", text)
    assert [s["n"] for s in row["sentences"]] == list(range(len(row["sentences"])))  # type: ignore[arg-type,attr-defined]
    assert len(row["voices"]) == len(row["sentences"])  # type: ignore[arg-type]
    for sentence, voice in zip(row["sentences"], row["voices"], strict=True):  # type: ignore[call-overload]
        assert (voice["voice"] is not None) == (sentence["role"] == "body")


@pytest.mark.parametrize(
    "hostile",
    [
        "“",
        '"',
        "Go. ",
        "“Go.” ",
        "\n",
        "he said that ",
        "(Applause.) ",
        "a\n\n",
        "A:\n",
        "“Go on\n\n",
        "*",
        ". ",
        "'Go ",
    ],
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    short, long = seconds_for(hostile, n_chars=20_000), seconds_for(hostile, n_chars=80_000)
    assert long < 8 * short + 0.3  # four times the text; quadratic time would be sixteen times as long


def seconds_for(hostile: str, *, n_chars: int) -> float:
    """The least processor time of three: other work on the machine changes it by the caches that it takes."""
    table = table_of(hostile * (n_chars // len(hostile)) + "x")

    def once() -> float:
        start = time.process_time()
        run_stages(table)
        return time.process_time() - start

    return min(once() for _ in range(3))
