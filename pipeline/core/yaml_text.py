"""YAML that people write, read safely: no code, no bombs of aliases, and one kind of error."""

from __future__ import annotations

from typing import Any

import yaml

MAX_BYTES = 1_000_000
MAX_NODES = 100_000  # with aliases written out; nine lines of them can stand for billions


class NotYamlError(ValueError):
    """The text is no YAML that is read here; the message says why."""


def parse(content: str | bytes) -> Any:
    """Plain values. Raises: NotYamlError."""
    if len(content) > MAX_BYTES:
        raise NotYamlError(f"{len(content):,} bytes are more than {MAX_BYTES:,}")
    try:
        value = yaml.safe_load(content)
        n_left = _rest(value, MAX_NODES)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: bytes that are no text, a 13th month, 5,000 digits
        raise NotYamlError(str(error)) from error
    except RecursionError as error:
        raise NotYamlError("nested too deep") from error
    except (AttributeError, IndexError, KeyError, TypeError) as error:  # PyYAML's own on tags such as `!!int {}`
        raise NotYamlError(f"a value that its tag does not fit ({type(error).__name__})") from error
    if n_left < 0:
        raise NotYamlError(f"more than {MAX_NODES:,} values with aliases written out")
    return value


def _rest(value: Any, n_left: int) -> int:
    """What is left of `n_left` once every value was counted; under zero where there are more."""
    n_left -= 1
    if isinstance(value, dict):
        inner = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set)):
        inner = list(value)
    else:
        return n_left
    for each in inner:
        if n_left < 0:
            break
        n_left = _rest(each, n_left)
    return n_left
