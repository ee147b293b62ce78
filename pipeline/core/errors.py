"""Errors that say what was expected, what was found, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class ExitCode(IntEnum):
    """What `stance` tells the shell; the meanings are documented in the README."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INVALID_INPUT = 3
    GATE_NOT_MET = 4
    DONE_IN_PART = 5


class StanceError(Exception):
    """A failure that a user can act on; `where` and `remedy` are part of the message."""

    exit_code = ExitCode.FAILED

    def __init__(self, problem: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.problem, self.where, self.remedy = problem, where, remedy
        located = f"{one_line(where)}: {problem}" if where else problem
        super().__init__(harmless(f"{located}; {remedy}" if remedy else located))


class ConfigError(StanceError):
    """The command line, a configuration file or a name in it is wrong; lists every problem at once."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: Sequence[str], *, where: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems), where=where)


class InvalidInputError(StanceError):
    """Input data cannot be used."""

    exit_code = ExitCode.INVALID_INPUT


class ModelNotFoundError(StanceError):
    """A model reference leads nowhere."""

    exit_code = ExitCode.USAGE


class ModelDamagedError(StanceError):
    """A model's files are not the ones that its manifest lists."""


class TrackingError(StanceError):
    """The MLflow store or server cannot be used."""


class StoreUnreachableError(TrackingError):
    """The store does not answer now; it may later, so a run is kept until then."""


class GateNotMetError(StanceError):
    """A quality gate was not met."""

    exit_code = ExitCode.GATE_NOT_MET


MAX_PROBLEMS = 50  # told of one file
MAX_VALUE_CHARS = 120  # shown of a value that is wrong


def first(problems: Sequence[str]) -> list[str]:
    """The problems that are told: a file that is something else altogether has thousands."""
    told = [short(problem, MAX_VALUE_CHARS * 5) for problem in problems[:MAX_PROBLEMS]]
    more = len(problems) - len(told)
    return [*told, f"and {more:,} more"] if more > 0 else told


def short(text: str, max_chars: int = MAX_VALUE_CHARS) -> str:
    return text if len(text) <= max_chars else f"{text[:max_chars]}... ({len(text):,} characters)"


_CONTROL = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code != ord("\n")}


def harmless(text: str) -> str:
    """Names of files and rows are untrusted: without control characters they cannot drive a terminal."""
    return text.translate(_CONTROL)


def one_line(text: str) -> str:
    """As `harmless`, of what must not begin a line: a file's name could else pass for a message of its own."""
    return harmless(text).replace("\n", "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that was not processed, with the reason. `line` counts from 1, None where lines mean nothing."""

    source: str
    reason: str
    detail: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line is not None else self.source
        return one_line(f"{place}: {self.reason}: {self.detail}; {self.remedy}")


def unknown_name(kind: str, found: str, known: Iterable[str], *, where: str | None = None) -> str:
    """Message for a name that is not in a list, with the list and the nearest name."""
    known = sorted(known)
    found = short(found)
    near = get_close_matches(found, known, n=1, cutoff=0.5)
    place = f" at {where}" if where else ""
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {found!r}{place}; known: {', '.join(known) or 'none'}{hint}"
