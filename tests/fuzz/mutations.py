"""Ways to spoil an input, drawn by hypothesis so that a failing input shrinks to a small one."""

from __future__ import annotations

from hypothesis import strategies as st

TOKENS = (
    *(b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\x1b[2J", b"\x85"),
    *("\u2028".encode(), "\u0130".encode(), "\ufeff".encode(), "e\u0301".encode(), "“".encode(), "”".encode()),
    *(b"'", b'"', b"''", b"``", b"...", b". . .", b"?!", b"Mr.", b"p.m.", b"\r", b"\n\n", b"\r\n\r\n", b"\t", b"  "),
    *(b"<", b">", b"</p>", b"<p>", b"<b>", b"<!--", b"-->", b"<script>", b"<a href='", b"&#x110000;", b"&#0;", b"&lt;"),
    *(b"{", b"}", b"[", b"]", b":", b",", b";", b"- ", b"*a", b"&a ", b"!!python/object:x ", b"!!int ", b"? ", b"| "),
    *(b"null", b"true", b"NaN", b"1e999", b"-1", b"9" * 20, b"9" * 5_000, b"0x_", b"2001-99-99", b"1:99", b"\\ud800"),
    *(
        b"body",
        b"author",
        b"../../x",
        b"/etc/passwd",
        b"hawkish",
        b"stance:",
        b"0.5",
        b'"\\u0000"',
        b"[]",
        b"{}",
        b'""',
    ),
)
BYTES = st.binary(min_size=1, max_size=4)
PLACE = st.floats(0, 1, exclude_max=True, width=32)
LENGTH = st.sampled_from((1, 2, 3, 8, 40, 200, 1_000))
TIMES = st.sampled_from((2, 3, 10, 60))
MAX_BYTES = 40_000  # of an input: repeats of repeats grow without bound


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """One of the seeds with one to six changes: bytes put in, cut out, repeated, moved, or taken from another."""
    content = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 6))):
        content = draw(_changed(content, seeds))[:MAX_BYTES]
    return content


@st.composite
def _changed(draw: st.DrawFn, content: bytes, seeds: tuple[bytes, ...]) -> bytes:
    at = int(draw(PLACE) * len(content))
    kind = draw(st.sampled_from(("token", "token", "bytes", "cut", "drop", "repeat", "move", "replace", "piece")))
    if kind == "cut":
        return content[:at]
    if kind in ("token", "bytes"):
        return content[:at] + draw(st.sampled_from(TOKENS) if kind == "token" else BYTES) + content[at:]
    end = at + draw(LENGTH)
    if kind == "drop":
        return content[:at] + content[end:]
    if kind == "repeat":
        return content[:at] + content[at:end] * draw(TIMES) + content[end:]
    if kind == "replace":
        return content[:at] + draw(st.sampled_from(TOKENS)) + content[end:]
    if kind == "move":
        to = int(draw(PLACE) * len(content))
        return content[:to] + content[at:end] + content[to:]
    other = draw(st.sampled_from(seeds))
    return content[:at] + other[at:end] + content[at:]
