"""From bytes to text: UTF-8 first, UTF-16 by its marks, Windows-1252, and a guess only as the last resort."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipeline.ingest.refused import RefusedError

MAGIC_NUMBERS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3", "a SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
)
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HEAD_BYTES = 4_096  # what the look for NULs reads
MIN_NUL_SHARE = 0.35  # of the bytes at one parity, in UTF-16 of a European language
MAX_CONTROL_SHARE = 0.01  # of characters
MAX_ACCENTED_SHARE = 0.25  # of letters; more is not Windows-1252 prose
SAVE_AS_UTF8 = "save the file as UTF-8 text"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ACCENTED = re.compile(r"[^\W\d_a-zA-Z]")
_LETTER = re.compile(r"[^\W\d_]")
_MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]{1,3}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` without a byte order mark; `encoding` as Python names it."""

    text: str
    encoding: str


def decode(content: bytes, *, declared: str | None = None) -> Decoded:
    """The text of a file's bytes; `declared` is the encoding an HTML page names, used where UTF-8 fails.

    Raises: RefusedError for binary, truncated or undecodable content.
    """
    refuse_binary(content)
    encoding = marked_encoding(content)
    decoded = _strictly(content, encoding) if encoding else _unmarked(content, declared)
    if len(_CONTROLS.findall(decoded.text)) > MAX_CONTROL_SHARE * len(decoded.text):
        raise RefusedError("binary", "too many control characters for a text", SAVE_AS_UTF8)
    return decoded


def refuse_binary(content: bytes) -> None:
    """Raises: RefusedError where the first bytes are those of a known binary format."""
    for magic, what in MAGIC_NUMBERS:
        if content.startswith(magic):
            raise RefusedError("binary", f"the content is {what}", "extract its text and save that as .txt in UTF-8")


def marked_encoding(content: bytes) -> str | None:
    """The encoding that a byte order mark or the pattern of NUL bytes tells, None where neither does."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    head = content[:HEAD_BYTES]
    if b"\x00" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd / half >= MIN_NUL_SHARE and even / half < MAX_CONTROL_SHARE:
        return "utf-16-le"
    if even / half >= MIN_NUL_SHARE and odd / half < MAX_CONTROL_SHARE:
        return "utf-16-be"
    raise RefusedError("binary", "the content holds NUL bytes", SAVE_AS_UTF8)


def _strictly(content: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(content.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        reason = "truncated" if _is_cut_at_end(content, error) else "encoding"
        detail = f"not {encoding} at byte {error.start}: {error.reason}"
        raise RefusedError(reason, detail, "fetch the whole file again, or " + SAVE_AS_UTF8) from error


def _unmarked(content: bytes, declared: str | None) -> Decoded:
    if b"\x00" in content:
        raise RefusedError("binary", "the content holds NUL bytes", SAVE_AS_UTF8)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        n_valid = len(_MULTIBYTE.findall(content))
        if _is_cut_at_end(content, error) and (n_valid or error.end - error.start > 1):
            detail = f"the last character is cut at byte {error.start}"
            raise RefusedError("truncated", detail, "fetch the whole file again") from error
        if n_valid >= 2 * _n_invalid(content):
            detail = f"UTF-8 with a broken byte {content[error.start]:#04x} at byte {error.start}"
            raise RefusedError("encoding", detail, SAVE_AS_UTF8) from error
    return _single_byte(content, declared)


def _is_cut_at_end(content: bytes, error: UnicodeDecodeError) -> bool:
    return error.end >= len(content) and ("end of data" in error.reason or "truncated" in error.reason)


def _n_invalid(content: bytes) -> int:
    return content.decode("utf-8", "replace").count("\N{REPLACEMENT CHARACTER}")


def _single_byte(content: bytes, declared: str | None) -> Decoded:
    for encoding in ([declared] if declared else []) + ["cp1252"]:
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if encoding == declared or _is_plausible(text):
            return Decoded(text, codecs.lookup(encoding).name)
    return _guessed(content)


def _is_plausible(text: str) -> bool:
    n_letters = len(_LETTER.findall(text))
    return n_letters > 0 and len(_ACCENTED.findall(text)) <= MAX_ACCENTED_SHARE * n_letters


def _guessed(content: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(content[: 1 << 18], threshold=0.1).best()
    if best is None:
        raise RefusedError("encoding", "neither UTF-8, UTF-16 nor Windows-1252", SAVE_AS_UTF8)
    return _strictly(content, best.encoding)
