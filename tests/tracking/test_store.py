import os
import socket
import sqlite3
import subprocess
import sys

import pytest

from pipeline.core.config import Config, Tracking
from pipeline.core.errors import TrackingError
from pipeline.tracking import environment
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store, preload

# the eight are forked with mlflow loaded: closer together than eight interpreters that each take seconds to load it
WRITERS = """
import os, sys
from pipeline.core.config import Config
from pipeline.tracking import environment
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store
environment.prepare(timeout_s=10)
import mlflow.store.tracking.sqlalchemy_store, mlflow.store.model_registry.sqlalchemy_store, alembic.command

config = Config()
children = []
for _ in range(8):
    child = os.fork()
    if child == 0:
        with job_run(open_store(config.tracking), job="label", config=config) as run:
            run.metrics({"n": 1})
        print(run.id, flush=True)
        os._exit(0)
    children.append(child)
sys.exit(max(os.waitpid(child, 0)[1] for child in children))
"""


def test_eight_processes_on_a_fresh_store_at_once_all_record_their_run(tmp_path):
    done = subprocess.run([sys.executable, "-c", WRITERS], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")  # and nothing of MLflow's on the user's screen
    store = open_store(Tracking(), folder=tmp_path)
    runs = store.client.search_runs([store.experiment_id])
    assert len(runs) == 8
    assert {run.info.run_id for run in runs} == set(done.stdout.split())
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_a_fresh_store_holds_database_and_artifacts_under_the_folder_and_nothing_else(tmp_path):
    store = open_store(Tracking(), folder=tmp_path)
    with job_run(store, job="label", config=Config()):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == ["runs"]
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == ["artifacts", "mlflow.db", "mlflow.db.lock"]


def test_a_fresh_store_has_the_tables_of_one_that_mlflow_made_itself(store, tmp_path):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    SqlAlchemyStore(f"sqlite:///{tmp_path}/theirs.db", str(tmp_path))
    ours = schema(store.uri.removeprefix("sqlite:///"))
    assert len(ours) > 50
    assert ours == schema(tmp_path / "theirs.db")


def schema(path):
    """Columns with type, default and key, and indexes. (SQL text is no measure: MLflow writes sets in any order.)"""
    with sqlite3.connect(path) as connection:
        names = sorted(connection.execute("select type, name from sqlite_master where name not like 'sqlite_%'"))
        return {n: (t, connection.execute(f'pragma {t}_info("{n}")').fetchall()) for t, n in names}


def test_a_store_left_half_made_by_a_killed_process_is_made_anew(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mlflow.db.building").write_bytes(b"half a database")
    (tmp_path / "runs" / "mlflow.db").touch()
    assert open_store(Tracking(), folder=tmp_path).experiment_id


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mlflow.db").write_text("shopping list, " * 20)
    with pytest.raises(TrackingError, match=r"not an MLflow database.*give another place"):
        open_store(Tracking(), folder=tmp_path)
    assert (tmp_path / "runs" / "mlflow.db").read_text().startswith("shopping list")


def test_a_database_of_another_mlflow_is_told_how_to_upgrade(tmp_path):
    uri = open_store(Tracking(), folder=tmp_path).uri
    moved = tmp_path / "old.db"
    moved.write_bytes((tmp_path / "runs" / "mlflow.db").read_bytes())
    with sqlite3.connect(moved) as connection:
        connection.execute("update alembic_version set version_num = '451aebb31d03'")
    assert uri.endswith("runs/mlflow.db")
    with pytest.raises(TrackingError, match=r"out-of-date.*mlflow db upgrade"):
        open_store(Tracking(uri=f"sqlite:///{moved}"))


def test_a_folder_where_nothing_can_be_made_is_refused_before_mlflow_is_loaded(tmp_path):
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(TrackingError, match=r"no tracking database can be here.*tracking\.uri"):
        preload(Tracking(), folder=tmp_path)


def test_a_deleted_experiment_is_told_how_to_restore(store):
    experiment = store.client.create_experiment("deleted-one")
    store.client.delete_experiment(experiment)
    with pytest.raises(TrackingError, match=rf"was deleted.*restore -x {experiment}"):
        open_store(Tracking(uri=store.uri, experiment="deleted-one"))


def test_preload_returns_at_once_and_gives_the_same_store_each_time(tmp_path):
    opening = preload(Tracking(), folder=tmp_path)
    assert opening.store() is opening.store()


def test_switched_off_tracking_touches_nothing(tmp_path):
    opening = preload(Tracking(is_on=False, uri="http://127.0.0.1:9"), folder=tmp_path)
    with job_run(opening, job="label", config=Config()) as run:
        run.metrics({"n": 1})
        with run.child("fold 1") as fold:
            fold.text("a.txt", "a")
    assert run.id is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("set_by_user", "after"),
    [
        ({}, {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}),
        ({"MLFLOW_DISABLE_TELEMETRY": "false"}, {"MLFLOW_DISABLE_TELEMETRY": "false"}),
        ({"DO_NOT_TRACK": "false"}, {"DO_NOT_TRACK": "false"}),
    ],
)
def test_telemetry_is_switched_off_unless_the_user_has_chosen(set_by_user, after, monkeypatch):
    monkeypatch.setattr(os, "environ", dict(set_by_user))
    environment.prepare(timeout_s=2.5)
    assert {name: os.environ[name] for name in environment.TELEMETRY_SWITCHES if name in os.environ} == after
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "3"


def test_mlflow_heeds_the_switch(tmp_path):
    code = (
        "from pipeline.core.config import Tracking; from pipeline.tracking.store import open_store\n"
        "open_store(Tracking())\n"
        "from mlflow.telemetry import get_telemetry_client; print(get_telemetry_client())"
    )
    # MLflow takes these for a developer's machine and is silent there by itself
    taken = {"PYTEST_CURRENT_TEST", "CI", "GITHUB_ACTIONS", *environment.TELEMETRY_SWITCHES}
    environ = {name: value for name, value in os.environ.items() if name not in taken}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "None", "")


def test_a_job_that_ends_while_the_store_still_opens_ends_quietly(tmp_path):
    code = (
        "import sys, time; from pipeline.core.config import Tracking; from pipeline.tracking.store import preload\n"
        "preload(Tracking()); time.sleep(0.4); sys.exit(2)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_a_database_whose_driver_is_not_installed_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        uri = f"mysql+mysqldb://ann:secret@127.0.0.1:{listening.getsockname()[1]}/mlflow"
        with pytest.raises(TrackingError, match="could not open the store: No module named 'MySQLdb'"):
            open_store(Tracking(uri=uri))


def test_importing_tracking_loads_neither_mlflow_nor_changes_the_environment():
    code = (
        "import os, sys; before = dict(os.environ)\n"
        "from pipeline.tracking import store, runs, references, registry\n"
        "assert dict(os.environ) == before\n"
        "print([m for m in ('mlflow', 'pandas', 'pyarrow', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
