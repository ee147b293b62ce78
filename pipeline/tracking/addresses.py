"""Which MLflow store is meant, and whether it answers; all of it without importing mlflow."""

from __future__ import annotations

import os
import re
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.core.errors import StoreUnreachableError, TrackingError
from pipeline.tracking import sqlite_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

URI_VARIABLE = "MLFLOW_TRACKING_URI"
DEFAULT_DATABASE = "runs/mlflow.db"  # under the working folder
_USER = re.compile(r"://[^/\s]*@")  # up to the last "@": a password may hold one
_SECRET_OPTION = re.compile(r"([?&;](?:\w*(?:password|passwd|pwd|token|secret|key))=)[^&;\s]*", re.I)
DATABASE_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}


def resolve(uri: str | None, *, folder: Path) -> str:
    """The store's URI: the one given, else the environment's, else a SQLite file under `folder`; always absolute."""
    found = uri or os.environ.get(URI_VARIABLE) or f"{sqlite_file.PREFIX}{DEFAULT_DATABASE}"
    if not found.startswith(sqlite_file.PREFIX):
        return found
    path, question, query = found.removeprefix(sqlite_file.PREFIX).partition("?")
    return f"{sqlite_file.PREFIX}{(folder / path).absolute()}{question}{query}"


def shown(uri: str) -> str:
    """The URI, or a text that holds one, without its password, for messages and records."""
    return _SECRET_OPTION.sub(r"\1***", _USER.sub("://***@", uri))


def check(uri: str, *, timeout_s: float) -> None:
    """Raises: StoreUnreachableError within `timeout_s`, TrackingError for what can be no store; both with a remedy."""
    database = sqlite_file.path_of(uri)
    if database is not None:
        sqlite_file.check(database, wait_s=min(timeout_s, sqlite_file.LOOK_WAIT_S))
        return
    scheme = urlsplit(uri).scheme.partition("+")[0]
    if scheme in {"http", "https"}:
        _within(timeout_s, lambda: _answers(uri, timeout_s), uri)
    elif scheme in DATABASE_PORTS:
        _within(timeout_s, lambda: _listens(uri, DATABASE_PORTS[scheme], timeout_s), uri)
    elif not scheme or scheme == "file":
        raise TrackingError(
            "MLflow no longer keeps runs in plain folders",
            where=shown(uri),
            remedy=f"give a database instead, such as {sqlite_file.PREFIX}{DEFAULT_DATABASE}; "
            "`mlflow migrate-filestore` moves old runs into one",
        )


def _within(timeout_s: float, ask: Callable[[], None], uri: str) -> None:
    """In a thread, because neither name look-up nor a server that sends a byte a second heeds a socket's timeout."""
    problems: list[str] = []

    def run() -> None:
        try:
            ask()
        except OSError as error:  # requests' errors are OSErrors
            problems.append(str(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(timeout_s)
    if thread.is_alive():
        problems.append(f"no answer within {timeout_s:g} s")
    if problems:
        raise StoreUnreachableError(
            f"the MLflow server cannot be reached: {shown(problems[0])}",
            where=shown(uri),
            remedy="start it, correct tracking.uri or MLFLOW_TRACKING_URI, or go without with tracking.is_on=false",
        )


def _answers(uri: str, timeout_s: float) -> None:
    """Any answer will do: a proxy may ask for a login here that MLflow itself will give."""
    import requests

    insecure = os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in {"true", "1"}
    verify = not insecure and (os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or True)
    requests.get(f"{uri.rstrip('/')}/health", timeout=timeout_s, verify=verify, allow_redirects=False)


def _listens(uri: str, port: int, timeout_s: float) -> None:
    parts = urlsplit(uri)
    if parts.hostname:  # absent for a local socket
        socket.create_connection((parts.hostname, parts.port or port), timeout=timeout_s).close()
