"""Judgements kept on disk between runs: SQLite, bounded in size, shared by runs that go on at the same time.

A convenience and never a need: whatever is wrong with the file, the run goes on without it.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

WAIT_S = 5.0  # for another run that writes
FILLED = 0.9  # share of the room that is left filled when old entries are dropped
CHECKS = 16  # how often the size is looked at while the room is filled once
PRIMARY_CODE = 0xFF
PASSING = {
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip
TABLES = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 4000000;
CREATE TABLE IF NOT EXISTS kept (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, size INTEGER NOT NULL, value BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_use ON kept (used, id, size);
"""
DROP_OLDEST = """
DELETE FROM kept WHERE id IN (
    SELECT id FROM (SELECT id, size, SUM(size) OVER (ORDER BY used, id) AS freed FROM kept) WHERE freed - size < ?
)
"""


class KeptJudgements:
    """Values by key. Entries that were not used for longest are dropped first; use is known to the day.

    May be shared by threads: they take turns.
    """

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        self._path, self._max_bytes = path, max_bytes
        self._connection: sqlite3.Connection | None = None
        self._is_off = False
        self._turn = Lock()
        self._until_check = 0  # bytes; the first entry of a run looks at the size

    def __reduce__(self) -> tuple[object, ...]:
        """Travels to another process closed."""
        return _opened, (self._path, self._max_bytes)

    def find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values that are there."""
        with self._going_without():
            connection = self._open()
            if connection is not None:
                return _found(connection, keys)
        return {}

    def add(self, values: Mapping[bytes, bytes]) -> None:
        if not values:
            return
        with self._going_without():
            connection = self._open()
            if connection is None:
                return
            today = _today()
            rows = [(key, today, len(key) + len(value), value) for key, value in values.items()]
            with connection:
                connection.executemany("INSERT OR IGNORE INTO kept (key, used, size, value) VALUES (?, ?, ?, ?)", rows)
            self._until_check -= sum(row[2] for row in rows)
            if self._until_check <= 0:
                self._until_check = self._max_bytes // CHECKS
                self._drop_oldest(connection)

    def close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _drop_oldest(self, connection: sqlite3.Connection) -> None:
        (n_bytes,) = connection.execute("SELECT COALESCE(SUM(size), 0) FROM kept").fetchone()
        if n_bytes > self._max_bytes:
            with connection:
                connection.execute(DROP_OLDEST, (n_bytes - int(FILLED * self._max_bytes),))
            connection.execute("PRAGMA incremental_vacuum").fetchall()

    def _open(self) -> sqlite3.Connection | None:
        """None once there was trouble."""
        if self._connection is None and not self._is_off:
            self._connection = _connected(self._path)
        return self._connection

    @contextmanager
    def _going_without(self) -> Iterator[None]:
        """One thread's turn; where the file gives trouble, the rest of the run does without it."""
        with self._turn:
            try:
                yield
            except Exception as error:  # a damaged file raises whatever its bytes happen to mean
                log.info("judgements are not kept in this run: %s: %s", self._path, error)
                self._is_off = True
                self.close()
                if not _is_passing(error):
                    _remove(self._path)


def _opened(path: Path, max_bytes: int) -> KeptJudgements:
    return KeptJudgements(path, max_bytes=max_bytes)


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=WAIT_S, check_same_thread=False)
    try:
        connection.executescript(TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _found(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    today = _today()
    answers = (connection.execute("SELECT key, used, value FROM kept WHERE key = ?", (key,)).fetchone() for key in keys)
    rows = [row for row in answers if row is not None]
    older = [(today, key) for key, used, _ in rows if used < today]
    if older:
        with connection:
            connection.executemany("UPDATE kept SET used = ? WHERE key = ?", older)
    return {key: value for key, _, value in rows}


def _is_passing(error: Exception) -> bool:
    """Whether the file may be as good as new for the next run; else it is damaged."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE in PASSING
    return isinstance(error, OSError)


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        with suppress(OSError):
            path.with_name(name).unlink()


def _today() -> int:
    return datetime.now(UTC).toordinal()
