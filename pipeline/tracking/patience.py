"""How long a job waits for MLflow in all, whatever MLflow's own retries would take."""

from __future__ import annotations

import time
from concurrent.futures import TimeoutError as NoResult
from typing import TYPE_CHECKING, TypeVar

from pipeline.core.errors import StoreUnreachableError

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


class Patience:
    """A sum of waiting time that every wait is taken from."""

    def __init__(self, seconds: float) -> None:
        self._seconds = self._left = seconds

    def hurry(self, seconds: float) -> None:
        """Leaves no more than this: the user has asked to stop."""
        self._left = min(self._left, seconds)

    def wait(self, work: Future[T], *, address: str) -> T:
        """The result. Raises: StoreUnreachableError once the sum is used up, and whatever the work raises."""
        begin = time.monotonic()
        try:
            return work.result(timeout=max(0.0, self._left))
        except NoResult as error:
            raise StoreUnreachableError(
                f"MLflow took more than {self._seconds:g} s of waiting in all",
                where=address,
                remedy="raise tracking.max_wait_s if it is only slow",
            ) from error
        finally:
            self._left -= time.monotonic() - begin
