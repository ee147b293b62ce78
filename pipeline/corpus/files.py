"""Files of labels as people hand them in: every way in which one can be unreadable is an InvalidInputError."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_WHOLE = 2**31 - 1  # sentence numbers and offsets are 32 bits wide in every table
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}|\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark. Raises: InvalidInputError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise not_utf8(error, where=str(path)) from error


def not_utf8(error: UnicodeDecodeError, *, where: str) -> InvalidInputError:
    return InvalidInputError(
        f"not UTF-8 at byte {error.start}: {error.reason}", where=where, remedy="save the file as UTF-8"
    )


def parse_json(text: str, *, where: str) -> Any:
    """Raises: InvalidInputError for what is no JSON, nested too deep, or holds half a surrogate pair."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        if _ESCAPED_SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise InvalidInputError(f"not JSON: {error.msg}", where=where) from error
    except UnicodeEncodeError as error:
        raise InvalidInputError("half a surrogate pair in a text", where=where) from error
    except RecursionError as error:
        raise InvalidInputError("JSON nested too deep", where=where) from error
    except ValueError as error:  # a number of thousands of digits, NaN
        raise InvalidInputError(f"not JSON: {error}", where=where) from error
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def whole_number(value: Any, name: str) -> int:
    """A count or an offset; text of digits will do. Raises: InvalidInputError."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    is_digits = isinstance(value, str) and value.strip().isdecimal() and len(value) < len(str(MAX_WHOLE)) + 10
    if (is_number or is_digits) and 0 <= int(value) <= MAX_WHOLE:
        return int(value)
    raise InvalidInputError(f"{name}: expected a number, found {str(value)[:60]!r}")


def mapping(value: Any, name: str) -> dict[str, Any]:
    """An object, or an empty one for null. Raises: InvalidInputError."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInputError(f"{name}: expected an object, found {type(value).__name__}")
    return value


def texts(value: Any, name: str) -> tuple[str, ...]:
    """A list of texts, or none for null. Raises: InvalidInputError."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InvalidInputError(f"{name}: expected a list of texts, found {str(value)[:60]!r}")
    return tuple(value)


def write_text(path: Path, text: str) -> None:
    """As UTF-8, line ends as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
