import contextlib
import socket
import threading
import time

import pytest

from pipeline.core.errors import TrackingError
from pipeline.tracking import addresses


def test_a_given_address_goes_before_the_environment_and_that_before_the_default(tmp_path, monkeypatch):
    assert addresses.resolve(None, folder=tmp_path) == f"sqlite:///{tmp_path}/runs/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking.example:5000")
    assert addresses.resolve(None, folder=tmp_path) == "http://tracking.example:5000"
    assert addresses.resolve("sqlite:////data/own.db", folder=tmp_path) == "sqlite:////data/own.db"


def test_a_relative_database_is_made_absolute_so_that_it_stays_where_it_is(tmp_path):
    assert addresses.resolve("sqlite:///mine/a.db?timeout=5", folder=tmp_path) == (
        f"sqlite:///{tmp_path}/mine/a.db?timeout=5"
    )


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://ann:secret@db.example/mlflow", "postgresql://***@db.example/mlflow"),
        ("https://token@mlflow.example", "https://***@mlflow.example"),
        ("http://mlflow.example/a@b", "http://mlflow.example/a@b"),
    ],
)
def test_a_password_is_never_shown(uri, shown):
    assert addresses.shown(uri) == shown


@pytest.mark.parametrize("scheme", ["http", "postgresql+psycopg2", "mysql"])
def test_a_dead_server_is_told_of_at_once_with_a_remedy_and_without_the_password(scheme):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        uri = f"{scheme}://ann:secret@127.0.0.1:{closed.getsockname()[1]}"
        begin = time.monotonic()
        with pytest.raises(TrackingError, match=r"cannot be reached.*tracking\.is_on=false") as caught:
            addresses.check(uri, timeout_s=5)
        assert time.monotonic() - begin < 2
        assert "secret" not in str(caught.value)


def test_a_server_that_takes_the_call_and_never_answers_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begin = time.monotonic()
        with pytest.raises(TrackingError, match="cannot be reached"):
            addresses.check(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.5)
        assert time.monotonic() - begin < 1.5


def test_a_server_that_answers_a_byte_at_a_time_is_given_up_in_time():
    """No socket's timeout ends this one: each byte comes soon enough."""

    def drip(listening):
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 40:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        begin = time.monotonic()
        with pytest.raises(TrackingError, match=r"no answer within 0\.5 s"):
            addresses.check(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=0.5)
        assert time.monotonic() - begin < 1.5


@pytest.mark.parametrize("uri", ["mlruns", "file:///data/mlruns"])
def test_a_plain_folder_is_refused_with_the_way_to_move_old_runs(uri):
    with pytest.raises(TrackingError, match=r"plain folders.*migrate-filestore"):
        addresses.check(uri, timeout_s=1)


def test_a_running_server_is_reached(server):
    addresses.check(server, timeout_s=10)
