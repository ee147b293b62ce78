"""How a reader says that one input is left out; the run goes on with the next."""

from __future__ import annotations

from pipeline.core.errors import InvalidInputError, Refusal


class RefusedError(InvalidInputError):
    """One input cannot be used. Never leaves this package: the reader turns it into a `Refusal`."""

    def __init__(self, reason: str, detail: str, remedy: str, *, line: int | None = None) -> None:
        super().__init__(f"{reason}: {detail}", remedy=remedy)
        self.reason, self.detail, self.line = reason, detail, line
        self.advice = remedy

    def refusal(self, source: str, line: int | None = None) -> Refusal:
        return Refusal(source, self.reason, self.detail, self.advice, self.line if line is None else line)
