"""A fresh MLflow database in one file, made once and whole, however many processes ask for it at once."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import StoreUnreachableError, TrackingError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "sqlite:///"
LOOK_WAIT_S = 5.0
LOCK_WAIT_S = 60  # a fresh store takes about a second to make
ARTIFACTS = "artifacts"


def path_of(uri: str) -> Path | None:
    """The database file of a `sqlite:///` URI, None for any other URI."""
    if not uri.startswith(PREFIX):
        return None
    return Path(uri.removeprefix(PREFIX).partition("?")[0]).absolute()


def artifacts_beside(database: Path) -> str:
    """Where runs of a local database keep their files; MLflow's own default is `mlruns` in the current folder."""
    return (database.parent / ARTIFACTS).as_uri()


def check(database: Path, *, wait_s: float = LOOK_WAIT_S) -> None:
    """Raises: TrackingError where no database can be read or made at this place."""
    remedy = "give another place with tracking.uri or MLFLOW_TRACKING_URI, or switch off with tracking.is_on=false"
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(database if database.exists() else database.parent, os.W_OK):
            raise TrackingError("the tracking database cannot be written", where=str(database), remedy=remedy)
        _n_tables(database, wait_s=wait_s)
    except OSError as error:
        raise TrackingError(
            f"no tracking database can be here: {error.strerror}", where=str(database), remedy=remedy
        ) from error
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise TrackingError(f"not an MLflow database: {error}", where=str(database), remedy=remedy) from error
        raise StoreUnreachableError(
            "another program holds the tracking database locked", where=str(database), remedy="end that program"
        ) from error
    except sqlite3.DatabaseError as error:
        raise TrackingError(f"not an MLflow database: {error}", where=str(database), remedy=remedy) from error


def initialise(database: Path) -> None:
    """Makes the tables where there are none. Two processes that let MLflow do it at once corrupt the file."""
    if _n_tables(database):
        return
    with locked(database.with_name(f"{database.name}.lock")):
        if not _n_tables(database):
            _build(database)


def _n_tables(database: Path, *, wait_s: float = LOOK_WAIT_S) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=wait_s)) as connection:
        (count,) = connection.execute("select count(*) from sqlite_master where type = 'table'").fetchone()
    return int(count)


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Only one process at a time is inside. Raises: TrackingError where another stays there."""
    # SQLite's own file lock: it works on every system, has a timeout, and ends with the process that held it
    with closing(sqlite3.connect(lock, timeout=LOCK_WAIT_S, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise TrackingError(
                f"another process has held this lock for over {LOCK_WAIT_S} s",
                where=str(lock),
                remedy="end that process and try again",
            ) from error
        yield


def _build(database: Path) -> None:
    """Built under another name and moved into place, so that a killed process leaves no half-made store."""
    import sqlalchemy
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    building = database.with_name(f"{database.name}.building")
    building.unlink(missing_ok=True)
    # MLflow replays 70 migrations, each synced to disk; nobody reads this file yet, so one sync at the end will do
    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", _without_sync)
    try:
        store = SqlAlchemyStore(f"{PREFIX}{building}", artifacts_beside(database))
        store.engine.dispose()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "connect", _without_sync)
    with building.open("rb+") as file:
        os.fsync(file.fileno())
    building.replace(database)


def _without_sync(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")
