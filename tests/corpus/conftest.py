"""A small set of op-eds written for these tests, with the answers of two coders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.core import codebook as codebooks
from pipeline.corpus import sources
from pipeline.corpus.layout import set_text

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.core.codebook import Codebook

HEADER = "n\tvoice\tspeaker\tstance\tcertainty\tdevices"
PARAGRAPHS = (
    (
        "The ferry to the {place} stopped running in May, and nobody at the harbour office would say why.",
        "A clerk there shrugged at me, twice.",
    ),
    (
        "“We were told to wait,” said Ada Brenner, who mends {thing} on the quay.",
        "Moscow should be made to pay for every one of the {thing} it burned.",
        "Might it?",
    ),
)
FILLS = (
    {"place": "northern islands", "thing": "nets"},
    {"place": "salt works", "thing": "clocks"},
    {"place": "old fort", "thing": "bicycles"},
    {"place": "lighthouse", "thing": "engines"},
)


def oped(name: str, *, lean: str = "hawkish", **fills: str) -> str:
    first, second = ("\n".join(lines).format(**fills) for lines in PARAGRAPHS)
    return f"""---
id: {name}
title: Waiting at the {fills["place"]}
author: Mo Ternes
outlet: The Quay
date: 2014-05-02
register: blog post
lean: {lean}
topic: gas and pipelines
---
@masthead The Quay
# Waiting at the {fills["place"]}
> A morning by the water
@byline Mo Ternes

{first}
@advert Advertisement

## On the quay

{second}
@bio Mo Ternes writes about {fills["thing"]} & ships.
"""


def answers(first: int, *, stance: str = "hawkish", devices: str = "") -> str:
    """Rows for the five body sentences of an op-ed of these tests."""
    rows = [
        f"{first}\tauthor\t\tneutral\tcertain\t",
        f"{first + 1}\tauthor\t\tneutral\tcertain\t",
        f"{first + 4}\tquoted\tAda Brenner\tneutral\tcertain\t",
        f"{first + 5}\tauthor\t\t{stance}\tcertain\t{devices}",
        f"{first + 6}\tauthor\t\tneutral\tuncertain\trhetorical_question",
    ]
    return "\n".join([HEADER, *rows]) + "\n"


FIRST_BODY = 4  # after masthead, title, subtitle, byline


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return codebooks.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four op-eds, coded by two who agree on everything."""
    root = tmp_path / "harbour"
    for i, fills in enumerate(FILLS, 1):
        name = f"op00{i}"
        write(root / "sources" / f"{name}.oped", oped(name, lean="hawkish" if i % 2 else "mixed", **fills))
        for coder in "ab":
            write(root / "coding" / coder / f"{name}.tsv", answers(FIRST_BODY, devices="loaded_language"))
    return root


@pytest.fixture
def source(folder: Path) -> sources.Source:
    found = sources.read(folder / "sources" / "op001.oped")
    assert next(s.n for s in set_text(found).sentences if s.role == "body") == FIRST_BODY
    return found
