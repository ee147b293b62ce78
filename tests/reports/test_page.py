"""The page as text: its policy, what it holds of every part, its size, other codebooks and groups."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from pipeline.core import codebook as codebooks
from pipeline.core.errors import StanceError
from pipeline.labeling.rows import Identity
from pipeline.profiles.build import build_profiles
from pipeline.reports.page import page, write_page

SENTENCE = (
    "The ministers met again on Tuesday to weigh what the port, the pipeline and the treaty would cost them both. "
)


def test_policy_allows_the_one_script_and_style_and_nothing_else(make_contents, make_lines) -> None:
    html = page(make_contents([*make_lines("a", "+" * 12), *make_lines("b", "-" * 12)]))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html).group(1)
    assert "default-src 'none'" in policy.replace("&#39;", "'")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy.replace("&#39;", "'")


def test_page_is_the_same_each_time_and_tells_what_made_it(make_contents, make_lines) -> None:
    contents = make_contents([*make_lines("a", "+" * 12), *make_lines("b", "-" * 12)])
    html = page(contents)
    assert html == page(contents)
    for told in ("default 7", "a" * 64, "b" * 64, contents.codebook.sha256, contents.identity.package_version):
        assert told in html


def test_ten_long_op_eds_stay_under_three_megabytes(make_contents, make_lines) -> None:
    evidence = [{"label": "hawkish", "start": k, "end": k + 5, "weight": 0.25} for k in (4, 14, 30, 50)]
    rows = [
        row
        for i in range(10)
        for row in make_lines(f"op-ed {i}", "+-." * 25, text=SENTENCE * 2, evidence_stance=evidence, devices=["irony"])
    ]
    assert len(page(make_contents(rows)).encode()) < 3_000_000


def test_uncorrected_figures_say_so_and_corrected_ones_do_not(make_contents, make_lines, error) -> None:
    rows = [*make_lines("a", "+" * 20), *make_lines("b", "-" * 20)]
    assert "Counted, not corrected" in page(make_contents(rows))
    assert "Counted, not corrected" not in page(make_contents(rows, error=error))


def test_a_verdict_names_the_side_that_its_difference_favours(make_contents, make_lines, error) -> None:
    html = page(make_contents([*make_lines("dove", "-" * 30), *make_lines("hawk", "+" * 30)], error=error))
    row = re.search(r'<tr class="more">(.*?)</tr>', html, flags=re.DOTALL).group(1)
    assert "hawk is more hawkish than dove" in row
    assert re.search(r'<td class="num">\+\d\.\d\d', row), "the first named less the second"


def test_a_verdict_of_ignorance_names_both_sides_however_short_their_names(make_contents, make_lines, error) -> None:
    html = page(make_contents([*make_lines("t", "+.-..-.+" * 2), *make_lines("e", "..+-.+.-" * 2)], error=error))
    assert re.search(r"t \| e: cannot tell", html)


def test_groups_are_compared_under_their_own_names(make_contents, make_lines, error) -> None:
    rows = [row for i in range(3) for row in make_lines(f"h{i}", "+" * 15, outlet="Herald", title=f"Harder {i}")]
    rows += [row for i in range(3) for row in make_lines(f"t{i}", "-" * 15, outlet="Tribune", title=f"Softer {i}")]
    html = page(make_contents(rows, error=error, by="outlet"))
    assert "Herald is strongly hawkish on Russia" in html
    assert html.count('<article class="panel"') == 6


def test_labelled_articles_have_a_page_without_verdicts(make_contents, make_lines) -> None:
    both = make_contents([*make_lines("a", "+" * 12), *make_lines("b", "-" * 12)])
    html = page(replace(both, comparison=None))
    assert 'id="verdicts"' not in html
    assert 'id="contrasts"' not in html
    assert html.count('<article class="panel"') == 2


def test_an_article_without_a_body_sentence_has_a_place_too(make_contents, make_lines) -> None:
    rows = [*make_lines("a", "+" * 12), {"article": "empty", "role": "furniture", "text": "Subscribe now"}]
    html = page(make_contents(rows))
    assert "Nothing to judge" in html


def test_articles_past_what_a_page_holds_are_told(make_contents, make_lines) -> None:
    rows = [row for i in range(42) for row in make_lines(f"n{i}", "+.")]
    contents = replace(make_contents(rows[:4]), sentences=make_contents(rows).sentences, n_more=5)
    html = page(contents)
    assert "7 further articles are not shown here" in html
    assert html.count('<article class="panel"') == 40


def test_formulas_are_disarmed_in_the_embedded_table(make_contents, make_lines) -> None:
    html = page(make_contents([*make_lines("a", "+", text="=cmd()|' /C calc'!A0"), *make_lines("b", "-")]))
    content = re.search(r"base64,([A-Za-z0-9+/=]+)", html).group(1)
    assert "'=cmd()" in base64.b64decode(content).decode("utf-8-sig")


def test_data_for_the_script_is_json_that_cannot_close_its_element(make_contents, make_lines) -> None:
    html = page(make_contents([*make_lines("</script>", "+"), *make_lines("b", "-")]))
    data = json.loads(re.search(r'id="data-p">(.*?)</script>', html, flags=re.DOTALL).group(1))
    assert data["p"]["a0"][0][:3] == [80, 10, 10]


def test_another_codebook_without_poles_or_degrees_makes_a_page(make_contents, make_lines) -> None:
    import pyarrow as pa

    from pipeline.core import schemas

    book = codebooks.parse(OTHER, where="other.yaml")
    given = {"article": "x", "text": "It rains.", "start": 0, "end": 9, "role": "body", "rule": "text", "speaker": ""}
    given |= {"voice": "author", "topic": "trade", "p_topic_trade": 0.9, "p_topic_war": 0.1, "abstained": []}
    rows = [given | {"n": n, "evidence_topic": []} | dict.fromkeys(schemas.IDENTITY.names, "") for n in range(12)]
    table = pa.Table.from_pylist(rows, schema=schemas.sentence_table(book))
    config = make_contents([*make_lines("a", "+"), *make_lines("b", "-")]).config
    profiles = tuple(build_profiles(table, book, error=None, settings=config.profile, seed=0))
    base = make_contents([*make_lines("a", "+"), *make_lines("b", "-")])
    made_by = Identity("m", "1", "a", "b", book.id, book.sha256)
    html = page(replace(base, sentences=table, profiles=profiles, comparison=None, codebook=book, identity=made_by))
    assert "topic-trade" in html
    assert "hawkish" not in html


OTHER = b"""
format: 1
name: topics
version: "1.0"
title: Topics
target: ""
roles: {values: [{value: body, definition: text}]}
voices: {values: [{value: author, definition: writer}]}
tasks:
- name: topic
  kind: single
  labels: [{value: trade, definition: t}, {value: war, definition: w}]
"""


def test_a_page_that_cannot_be_written_says_where(tmp_path, make_contents, make_lines) -> None:
    (tmp_path / "file").write_text("")
    contents = make_contents([*make_lines("a", "+"), *make_lines("b", "-")])
    with pytest.raises(StanceError, match=r"page\.html: cannot write the page"):
        write_page(tmp_path / "file" / "page.html", contents)
