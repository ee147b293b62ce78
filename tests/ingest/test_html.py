"""Pages become their visible text, block by block, each with its place in the source."""

from __future__ import annotations

import time

import pytest

from pipeline.ingest.html import read_page
from pipeline.ingest.markup import visible_paragraphs
from pipeline.ingest.refused import RefusedError

RUNNING = "The harbour froze early this year, and with it went the last of the grain."
SECOND = "Nobody in the town was surprised, for the almanac had said as much since the spring."
THIRD = "What remains is to ask who profits, and the answer is not the one that the ministry gives."
PULLED = "The almanac is seldom wrong about ice, and never, so far, about the price of a loaf of bread."
PAGE = f"""<!DOCTYPE html><html><head><title>Ice &amp; grain | The Quay</title>
<meta name="author" content="Ada Moor"><meta name="date" content="2020-01-02">
<meta property="og:site_name" content="The Quay">
<script>var text = "<p>not this</p>";</script><style>p {{ color: red }}</style></head>
<body><nav><ul><li>Home<li>World</ul></nav>
<article><h1>Ice &amp; grain</h1>
<p class="dek">A cold year, and a dear one.</p>
<p class="byline">By <a href="#">Ada Moor</a></p>
<figure><img src="x.png" alt="not this"><figcaption>The quay in March.</figcaption></figure>
<p>{RUNNING.replace("grain", "<em>grain</em>")}</p>
<p>{SECOND.replace("the town", "the&nbsp;town")}</p><div class="ad-slot">Advertisement</div>
<p class="pull-quote">{PULLED}</p><blockquote><p>{THIRD}</p></blockquote>
</article>
<noscript>Turn it on.</noscript><p hidden>kept: a paragraph has no sure end</p><div style="display:none">gone</div>
<footer><p>&copy; 2020 The Quay</p></footer></body></html>"""


def test_every_visible_text_is_kept_and_nothing_else() -> None:
    text = read_page(PAGE).text
    for visible in ("Home", "World", "Ice & grain", "The quay in March.", RUNNING, "Advertisement", "© 2020 The Quay"):
        assert visible in text
    for invisible in ("not this", "color: red", "Turn it on", "gone"):
        assert invisible not in text


def test_blocks_join_to_the_text_and_lead_back_to_the_source() -> None:
    page = read_page(PAGE)
    assert "\n\n".join(page.text[block.start : block.end] for block in page.blocks) == page.text
    for block in page.blocks:
        source = PAGE[block.source_start : block.source_end]
        assert source[0] == page.text[block.start] or source.startswith("&")
        assert "<p" not in source


def test_tags_and_the_main_part_are_told() -> None:
    page = read_page(PAGE)
    found = {page.text[block.start : block.end]: (block.tag, block.is_main) for block in page.blocks}
    assert found[RUNNING] == ("p", True)
    assert found[THIRD] == ("blockquote", True)
    assert found["A cold year, and a dear one."][0] == "p.dek"
    assert found["By Ada Moor"] == ("p.byline", False)
    assert found["The quay in March."] == ("figcaption", False)
    assert found["Advertisement"] == ("div.advert", False)
    assert found[PULLED] == ("p.pullquote", False)
    assert found["Home"] == ("li", False)


def test_metadata_comes_from_the_page() -> None:
    assert dict(read_page(PAGE).known) == {
        "title": "Ice & grain", "author": "Ada Moor", "outlet": "The Quay", "date": "2020-01-02",
    }  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><ul><li>Home</li><li>World</li></ul></body></html>",
        "<html><body></body></html>",
        "<p>Too short.</p>",
    ],
)
def test_a_page_without_an_article_is_refused(page: str) -> None:
    with pytest.raises(RefusedError, match="no-article"):
        read_page(page)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(RefusedError, match="too-complex"):
        read_page(f"<p>{RUNNING}</p>" + "<div>" * 100_000)


@pytest.mark.parametrize("hostile", ["<", "<a ", '<a "', "<!--", "&", "</x>", "<p>x", "<b>", "<script>", "<![CDATA["])
def test_broken_markup_takes_linear_time(hostile: str) -> None:
    start = time.process_time()
    try:
        visible_paragraphs(f"<p>{RUNNING}</p>" + hostile * (300_000 // len(hostile)))
    except RefusedError as refused:
        assert refused.reason == "too-complex"
    assert time.process_time() - start < 5


def test_an_unclosed_head_or_paragraph_loses_no_text() -> None:
    texts = [p.text for p in visible_paragraphs("<head><title>t</title><body><p>one<p>two<br>three<td>four")]
    assert texts == ["one", "two", "three", "four"]
