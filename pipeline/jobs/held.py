"""A folder that one run holds for itself; the system lets go of it when the process ends, however that is."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.core.errors import StanceError
from pipeline.jobs.outputs import telling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger(__name__)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Raises: StanceError where another process holds the folder."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with telling(folder):
        place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(place)
        remedy = "wait for it to end, or give another folder with --out"
        raise StanceError("another run is writing its results here", where=str(folder), remedy=remedy) from error
    except OSError:  # some network file systems cannot lock
        log.debug("%s cannot be locked", folder, exc_info=True)
    try:
        yield
    finally:
        os.close(place)
