"""Tables and records of error for a codebook of other labels than the shipped one: nothing is hard-coded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from pipeline.core import codebook as codebooks
from pipeline.core import schemas
from pipeline.core.codebook import Codebook
from pipeline.profiles.error import ClassifierError

WIND_FARMS = b"""
format: 1
name: wind-farms
version: "2.0"
title: Wind farms
target: wind farms
roles: {values: [{value: body, definition: text}, {value: headline, definition: title}]}
voices: {values: [{value: author, definition: writer}, {value: quoted, definition: others}]}
tasks:
- name: line
  kind: single
  poles: {positive: in_favour, negative: opposed}
  labels: [{value: opposed, definition: o}, {value: in_favour, definition: f}, {value: open, definition: n}]
- name: force
  kind: ordinal
  labels: [{value: firm, definition: f}, {value: soft, definition: s}]
- name: figures
  kind: multi
  labels: [{value: image, definition: i}, {value: echo, definition: e}]
"""
SURE = 0.8  # probability of a chosen label; the others share the rest

Row = dict[str, Any]


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return codebooks.parse(WIND_FARMS, where="wind-farms.yaml")


@pytest.fixture(scope="session")
def poleless() -> Codebook:
    return codebooks.parse(WIND_FARMS.replace(b"  poles: {positive: in_favour, negative: opposed}\n", b""), where="x")


def probabilities(codebook: Codebook, row: Row) -> Row:
    found = {}
    for task in codebook.tasks:
        for value in task.values:
            is_chosen = value in row[task.name] if task.kind == "multi" else value == row[task.name]
            rest = (1 - SURE) / (1 if task.kind == "multi" else len(task.values) - 1)
            found[f"p_{task.name}_{value}"] = SURE if is_chosen else rest
    return found


def table_of(codebook: Codebook, rows: list[Row]) -> pa.Table:
    """A sentence table; a row needs `article` and has `line`, `force`, `figures`, `voice` and any column by choice."""
    numbers: dict[str, int] = {}
    full = []
    for given in rows:
        row = {"role": "body", "rule": "text", "voice": "author", "speaker": "", "text": "The mills turn."} | given
        row = {"line": "open", "force": "firm", "figures": [], "abstained": [], "start": 0, "end": 15} | row
        row["n"] = row.get("n", numbers.get(row["article"], 0))
        numbers[row["article"]] = row["n"] + 1
        if row["role"] == "body":
            row = probabilities(codebook, row) | row
        else:
            row |= {"voice": None, "speaker": None} | {task.name: None for task in codebook.tasks}
        row |= {f"evidence_{task.name}": [] for task in codebook.tasks}
        full.append(row | dict.fromkeys(schemas.IDENTITY.names, ""))
    return pa.Table.from_pylist(full, schema=schemas.sentence_table(codebook))


@pytest.fixture
def make_table(codebook: Codebook) -> Callable[[list[Row]], pa.Table]:
    return lambda rows: table_of(codebook, rows)


def lines(article: str, text: str, **more: Any) -> list[Row]:
    """One sentence per letter: + in favour, - opposed, . open."""
    names = {"+": "in_favour", "-": "opposed", ".": "open"}
    return [{"article": article, "line": names[letter], **more} for letter in text]


@pytest.fixture
def make_lines() -> Callable[..., list[Row]]:
    return lines


@pytest.fixture(scope="session")
def error(codebook: Codebook, record_of_error: Callable[..., ClassifierError]) -> ClassifierError:
    return record_of_error(codebook, n_articles=60, quality=0.85, seed=3)


@pytest.fixture(scope="session")
def make_error(codebook: Codebook, record_of_error: Callable[..., ClassifierError]) -> Callable[..., ClassifierError]:
    return lambda **options: record_of_error(codebook, **({"seed": 3} | options))
