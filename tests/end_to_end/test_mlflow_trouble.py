"""A real MLflow server that goes away or answers slowly, a database that is locked, an alias that moves."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

START_S = 300  # a busy machine takes its time to load a server


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`mlflow server` over one SQLite file, that can be stopped and started again."""

    def __init__(self, folder):
        from pipeline.tracking import environment, sqlite_file

        environment.prepare(timeout_s=10)
        self.folder, self.port, self.process = folder, free_port(), None
        sqlite_file.initialise(folder / "server.db")

    @property
    def uri(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [
            *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", "1", "--backend-store-uri", f"sqlite:///{self.folder}/server.db"),
            *("--artifacts-destination", str(self.folder / "files")),
        ]
        environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        environ.update(MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
        log = (self.folder / "log.txt").open("wb")
        self.process = subprocess.Popen(
            command, env=environ, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
        )
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.2)
        raise AssertionError((self.folder / "log.txt").read_text()[-2_000:])

    def stop(self):
        if self.process is not None:
            os.killpg(self.process.pid, 9)
            self.process.wait(timeout=30)
            self.process = None

    def client(self):
        from mlflow import MlflowClient

        return MlflowClient(f"sqlite:///{self.folder}/server.db")

    def runs(self):
        found = self.client().get_experiment_by_name("stance")
        return self.client().search_runs([found.experiment_id]) if found else []


@pytest.fixture
def server(tmp_path):
    (tmp_path / "server").mkdir()
    running = Server(tmp_path / "server")
    yield running
    running.stop()


def settings(uri, **more):
    values = {"tracking.uri": uri, "tracking.timeout_s": 5, "tracking.max_wait_s": 60, **more}
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]


def test_a_server_that_is_down_from_the_start_costs_nothing_and_sync_logs_the_run_later(
    stance, op_ed, tmp_path, server
):
    before = int(time.time() * 1000)
    done = stance("label", op_ed, "--out", "out", *settings(server.uri))
    after = int(time.time() * 1000)
    assert done.code == 0 and (tmp_path / "out" / "sentences.jsonl").is_file()
    assert done.err.count("stance sync") == 1 and "cannot be reached" in done.err
    down = stance("sync", *settings(server.uri))
    assert down.code == 1 and "cannot be reached" in down.err
    assert len(list((tmp_path / "runs" / "unlogged").glob("*/record.json"))) == 1
    server.start()
    synced = stance("sync", "--json", *settings(server.uri, **{"tracking.timeout_s": 30}))
    assert synced.code == 0, synced.err
    (run_id,) = json.loads(synced.out)["logged"]
    (run,) = server.runs()
    assert (run.info.run_id, run.info.status) == (run_id, "FINISHED")
    assert before <= run.info.start_time <= run.info.end_time <= after
    assert run.data.metrics["n_articles"] == 1 and run.data.tags["stance.model"] == "default"
    assert run.data.params["read.max_file_mb"] and run.inputs.dataset_inputs
    assert not list((tmp_path / "runs" / "unlogged").glob("*/record.json"))


IN_THE_MIDDLE = """
import sys, time
from pathlib import Path
from pipeline.core.config import Config, Tracking
from pipeline.jobs.sync import sync
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

tracking = Tracking(uri=sys.argv[1], timeout_s=20, max_wait_s=120)
opening = preload(tracking)
with job_run(opening, job="train", config=Config(seed=4, tracking=tracking)) as run:
    run.metrics({"loss": 0.5}, step=1)
    run.flush()
    print(run.id, flush=True)
    sys.stdin.readline()
    run.metrics({"loss": 0.25}, step=2)
    run.text("a.txt", "written after the server had died")
print("ended", flush=True)
sys.stdin.readline()
print(sync(Config(tracking=tracking)).logged, flush=True)
"""


def test_a_server_that_dies_in_the_middle_leaves_one_run_that_is_finished_by_sync(tmp_path, server):
    server.start()
    process = subprocess.Popen(
        [sys.executable, "-c", IN_THE_MIDDLE, server.uri],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    run_id = process.stdout.readline().strip()
    server.stop()
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ended\n"
    (run,) = server.runs()
    assert (run.info.status, run.data.metrics) == ("RUNNING", {"loss": 0.5})
    server.start()
    out, err = process.communicate("\n", timeout=120)
    assert (process.returncode, out) == (0, f"('{run_id}',)\n"), err
    assert err.count("stance sync") == 1
    (run,) = server.runs()
    assert (run.info.run_id, run.info.status, run.data.metrics) == (run_id, "FINISHED", {"loss": 0.25})
    history = server.client().get_metric_history(run_id, "loss")
    assert [(m.step, m.value) for m in history] == [(1, 0.5), (2, 0.25)]


@contextlib.contextmanager
def dripping(port, *, delay_s):
    """A proxy before a server: each answer comes `delay_s` late."""
    listening = socket.create_server(("127.0.0.1", 0))

    def pump(source, target, wait_s):
        with contextlib.suppress(OSError):
            while content := source.recv(65_536):
                time.sleep(wait_s)
                target.sendall(content)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=pump, args=(near, far, 0), daemon=True).start()
                threading.Thread(target=pump, args=(far, near, delay_s), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.close()


JOB = """
import sys, time
from pipeline.core.config import Config, Tracking
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import preload

tracking = Tracking(uri=sys.argv[1], timeout_s=60, max_wait_s=float(sys.argv[2]))
opening = preload(tracking)
import mlflow  # its loading is no waiting for the store
begin = time.monotonic()
with job_run(opening, job="label", config=Config(tracking=tracking)) as run:
    run.metrics({"n": 1})
print(time.monotonic() - begin)
"""


def job(tmp_path, uri, max_wait_s):
    done = subprocess.run(
        [sys.executable, "-c", JOB, uri, str(max_wait_s)], cwd=tmp_path, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout), done.stderr


def test_slow_answers_are_waited_for_up_to_the_limit_in_all_and_no_longer(tmp_path, server):
    server.start()
    with dripping(server.port, delay_s=4) as slow:
        seconds, told = job(tmp_path, slow, 3)
    assert seconds < 10
    assert "more than 3 s of waiting" in told and "tracking.max_wait_s" in told and told.count("stance sync") == 1
    assert len(list((tmp_path / "runs" / "unlogged").glob("*/record.json"))) == 1


def test_a_locked_database_costs_the_waiting_time_and_sync_logs_the_run_once_it_is_free(tmp_path, stance):
    job(tmp_path, f"sqlite:///{tmp_path}/mlflow.db", 100)
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        seconds, told = job(tmp_path, f"sqlite:///{tmp_path}/mlflow.db", 3)
        assert told.count("stance sync") == 1 and "mlflow.db" in told
        assert seconds < 10
        other.execute("ROLLBACK")
    synced = stance("sync", *settings(f"sqlite:///{tmp_path}/mlflow.db"))
    assert synced.code == 0 and "1 run logged" in synced.out, synced.err
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        assert database.execute("select count(*), min(status), max(status) from runs").fetchone() == (
            2,
            "FINISHED",
            "FINISHED",
        )


def test_a_job_logs_the_version_it_used_though_the_alias_moves_while_it_runs(tmp_path, monkeypatch, op_ed):
    from pipeline.core import config_files
    from pipeline.core.config import Config
    from pipeline.core.places import shipped
    from pipeline.jobs.label import label
    from pipeline.labeling import model as models
    from pipeline.tracking import registry
    from pipeline.tracking.runs import job_run
    from pipeline.tracking.store import open_store

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STANCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    store = open_store(Config().tracking)
    with job_run(store, job="train", config=Config()) as run:
        for _ in range(2):
            folder = shipped("models/default")
            registry.register(store, run, folder, registry.Registration("moves", Config()), verify=models.verify)
    seen = []

    def show(batch):
        registry.promote(store, "moves", "2")
        seen.extend(batch.sentences["model_version"].to_pylist())

    report = label([str(op_ed)], config_files.load(None, ["label.model=models:/moves@champion"]), show=show)
    assert set(seen) == {"1"}
    assert registry.find(store, "moves", alias="champion").version == "2"
    assert store.client.get_run(report.run_id).data.tags["stance.model_version"] == "1"
