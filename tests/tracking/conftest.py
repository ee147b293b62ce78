"""A real SQLite store, a real `mlflow server` on loopback, and a small sealed model folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.core import codebook
from pipeline.core.config import Tracking
from pipeline.labeling.model import seal
from pipeline.tracking import environment, sqlite_file
from pipeline.tracking.store import open_store

START_S = 240  # a busy machine takes its time


@pytest.fixture(autouse=True)
def _no_store_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    """One SQLite store for the tests that do not need a fresh one; they use names of their own."""
    return open_store(Tracking(), folder=tmp_path_factory.mktemp("shared store"))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Address of a running MLflow server."""
    folder = tmp_path_factory.mktemp("server")
    environment.prepare(timeout_s=10)
    sqlite_file.initialise(folder / "server.db")  # quicker than the server's own way
    port = free_port()
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{folder}/server.db", "--artifacts-destination", str(folder / "files")),
    ]
    with running(command, f"http://127.0.0.1:{port}/health", folder):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def make_model(tmp_path):
    """Makes a sealed model folder whose weights are the given text."""

    def make(weights: str) -> Path:
        folder = tmp_path / f"trained {weights}"
        folder.mkdir()
        (folder / "weights.safetensors").write_text(weights)
        (folder / "decisions.json").write_text("{}")
        seal(folder, name="small", version="1", labeller="tfidf.v1", codebook=codebook.load(), training={})
        return folder

    return make


@pytest.fixture
def artifact(tmp_path):
    """Reads a file of a run through MLflow."""

    def read(store, run_id, path) -> str:
        return Path(store.client.download_artifacts(run_id, path, str(tmp_path))).read_text(encoding="utf-8")

    return read


@pytest.fixture(scope="session")
def serve():
    """Starts a command and waits until it answers at an address."""
    return running


@contextmanager
def running(command, address, folder):
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
    log = (folder / "log.txt").open("wb")
    process = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(address, process, folder / "log.txt")
        yield process
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=30)
        log.close()


def wait_for(address, process, log):
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{address} did not answer:\n{log.read_text()[-3000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
