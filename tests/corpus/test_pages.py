from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import html

from pipeline.corpus import pages
from pipeline.corpus.skeletons import PLAIN, SKELETONS
from pipeline.corpus.sources import FURNITURE, Block


def _page_of(source, skeleton, monkeypatch):
    monkeypatch.setattr(pages, "SKELETONS", (skeleton,))
    return pages.page(source)


@pytest.mark.parametrize("skeleton", SKELETONS, ids=lambda skeleton: skeleton.name)
def test_a_page_shows_every_sentence_in_order(source, skeleton, monkeypatch):
    document = html.fromstring(_page_of(source, skeleton, monkeypatch).encode())
    shown = re.sub(r"\s+", " ", document.text_content())
    at = 0
    for line in (line for block in source.blocks for line in block.lines):
        assert line in shown[at:]
        at = shown.index(line, at) + len(line)


@pytest.mark.parametrize("skeleton", SKELETONS, ids=lambda skeleton: skeleton.name)
def test_text_that_looks_like_markup_stays_text(source, skeleton, monkeypatch):
    hostile = "Is <b>5 < 6 & {top}</b> “law”?"
    blocks = (*source.blocks[:4], Block("paragraph", (hostile,)))
    page = _page_of(replace(source, blocks=blocks, title="<script>{x}"), skeleton, monkeypatch)
    assert hostile in html.fromstring(page.encode()).text_content()
    assert "<b>5" not in page
    assert "<script>{x}" not in page


def test_skeletons_differ_and_know_every_kind_of_furniture():
    assert set(FURNITURE) < set(PLAIN)
    assert len({skeleton.document for skeleton in SKELETONS}) == 5
    for skeleton in SKELETONS:
        assert set(skeleton.elements) <= set(PLAIN)
        assert all(skeleton.element(kind).count("{}") == 1 for kind in PLAIN)


def test_words_inside_paragraphs_are_sometimes_linked_or_set_apart(source):
    many = replace(source, blocks=(source.blocks[1], Block("paragraph", source.blocks[4].lines * 40)))
    assert re.search(r"<(em|strong|span|a href=\"/archive/\d+\")>\w+</", pages.page(many))
