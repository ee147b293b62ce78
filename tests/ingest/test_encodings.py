"""Bytes become text in the encodings that users' files have; anything else is refused with a reason."""

from __future__ import annotations

import pytest

from pipeline.ingest.encodings import decode
from pipeline.ingest.refused import RefusedError

TEXT = "“Enough,” wrote the café owner — and he meant it.\n"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", TEXT.encode()),
        ("utf-8-sig", b"\xef\xbb\xbf" + TEXT.encode()),
        ("utf-16", TEXT.encode("utf-16")),
        ("utf-16-le", TEXT.encode("utf-16-le")),
        ("utf-16-be", TEXT.encode("utf-16-be")),
        ("utf-32", TEXT.encode("utf-32")),
        ("cp1252", TEXT.encode("cp1252")),
    ],
)
def test_text_survives_each_encoding(encoding: str, content: bytes) -> None:
    decoded = decode(content)
    assert (decoded.text, decoded.encoding) == (TEXT, encoding)


def test_line_ends_are_kept_so_that_offsets_hold() -> None:
    assert decode(b"one\r\ntwo\rthree\n").text == "one\r\ntwo\rthree\n"


def test_an_accent_at_the_end_of_a_windows_file_is_no_cut_character() -> None:
    assert decode("He sat in the café".encode("cp1252")).encoding == "cp1252"


def test_an_encoding_that_the_page_names_is_used_where_utf_8_fails() -> None:
    decoded = decode("Москва слезам не верит".encode("cp1251"), declared="windows-1251")
    assert decoded.text == "Москва слезам не верит"


def test_cyrillic_in_one_byte_is_not_read_as_western_letters() -> None:
    text = "Москва слезам не верит, и никто здесь не удивлен этому обстоятельству. " * 5
    assert "Москва" in decode(text.encode("cp1251")).text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 ...", "binary"),
        (b"PK\x03\x04 docx", "binary"),
        (b"\x89PNG\r\n\x1a\n", "binary"),
        (b"\xff\xd8\xff\xe0 jpeg", "binary"),
        (b"PAR1....", "binary"),
        (b"text\x00with\x00\x00nul bytes in odd places", "binary"),
        (bytes(range(1, 32)) * 20, "binary"),
        ("He said “no”".encode()[:-1], "truncated"),
        ("“yes” “no” “yes”".encode() + b" \xff end", "encoding"),
        (TEXT.encode("utf-16")[:-1], "truncated"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        decode(content)


def test_a_refusal_says_what_to_do() -> None:
    with pytest.raises(RefusedError, match=r"PDF.*extract its text"):
        decode(b"%PDF-1.4")
