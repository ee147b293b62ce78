import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from pipeline.core.config import Config, Tracking
from pipeline.core.errors import InvalidInputError, TrackingError
from pipeline.tracking import processes, settings
from pipeline.tracking.records import Dataset
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store, preload

SHA256 = "0123456789abcdef" * 4


def test_a_job_is_recorded_with_settings_figures_files_and_inputs(store, tmp_path, artifact):
    from matplotlib.figure import Figure

    config = Config(seed=7)
    (tmp_path / "report.html").write_text("<p>report</p>")
    with job_run(store, job="evaluate", config=config, tags={"stance.model_version": "3"}) as run:
        run.params({"n_gold": 40})
        run.metrics({"stance/macro_f1": 0.61, "nothing": None})
        run.table("tables/errors.json", pa.table({"task": ["stance", "devices"], "n": [3, 4]}))
        run.figure("calibration.png", Figure())
        run.file(tmp_path / "report.html")
        run.dataset(Dataset("opeds", SHA256, "opeds", n_articles=5, n_sentences=90), context="evaluation")

    recorded = store.client.get_run(run.id)
    assert recorded.info.status == "FINISHED"
    assert recorded.data.metrics == {"stance/macro_f1": 0.61}
    assert recorded.data.params["seed"] == "7"
    assert recorded.data.params["segment.kind"] == "sentencex.v1"
    assert recorded.data.params["n_gold"] == "40"
    tags = recorded.data.tags
    assert tags["stance.config_sha256"] == config.sha256
    assert tags["stance.model_version"] == "3"
    assert Config.model_validate(yaml.safe_load(artifact(store, run.id, "config.yaml"))) == config
    assert artifact(store, run.id, "report.html") == "<p>report</p>"
    assert json.loads(artifact(store, run.id, "tables/errors.json")) == {
        "columns": ["task", "n"],
        "data": [["stance", 3], ["devices", 4]],
    }
    assert {file.path for file in store.client.list_artifacts(run.id)} >= {"calibration.png", "config.yaml", "tables"}
    (given,) = recorded.inputs.dataset_inputs
    assert given.dataset.digest == SHA256[:32]
    assert {tag.key: tag.value for tag in given.tags} == {
        "mlflow.data.context": "evaluation",
        "stance.sha256": SHA256,
    }


def test_tables_can_be_read_back_by_mlflow(store, monkeypatch):
    import mlflow

    with job_run(store, job="evaluate", config=Config()) as run:
        run.table("a.json", pa.table({"label": ["hawkish", "neutral"], "f1": [0.5, 0.25]}))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    table = mlflow.MlflowClient(store.uri).load_table(store.experiment_id, "a.json", run_ids=[run.id])
    assert table["label"].to_list() == ["hawkish", "neutral"]
    assert table["f1"].to_list() == [0.5, 0.25]


def test_folds_are_runs_below_the_run_of_the_job(store):
    with job_run(store, job="train", config=Config()) as run:
        for fold in (1, 2):
            with run.child(f"fold {fold}", tags={"stance.fold": str(fold)}) as child:
                child.metrics({"loss": 1.0 / fold}, step=1)
                child.metrics({"loss": 0.5 / fold}, step=2)
            history = store.client.get_metric_history(child.id, "loss")
            assert [(m.step, m.value) for m in history] == [(1, 1.0 / fold), (2, 0.5 / fold)]
    found = store.client.search_runs([store.experiment_id], f"tags.`mlflow.parentRunId` = '{run.id}'")
    assert sorted(r.data.tags["stance.fold"] for r in found) == ["1", "2"]


def test_a_failed_job_keeps_its_figures_and_the_kind_of_error_without_its_text(store):
    sentence = "The envoy smiled and said nothing"
    with pytest.raises(InvalidInputError, match="envoy"), job_run(store, job="label", config=Config()) as run:
        run.metrics({"n_articles": 2})
        raise InvalidInputError(f"cannot cut {sentence!r}")
    recorded = store.client.get_run(run.id)
    assert recorded.info.status == "FAILED"
    assert recorded.data.tags["stance.error"] == "InvalidInputError"
    assert recorded.data.metrics == {"n_articles": 2}
    assert "envoy" not in str(recorded.to_dictionary())


def test_a_job_that_the_user_stops_is_killed_not_failed(store):
    with pytest.raises(KeyboardInterrupt, match=r"^$"), job_run(store, job="label", config=Config()) as run:
        raise KeyboardInterrupt
    assert store.client.get_run(run.id).info.status == "KILLED"


KILLED_JOB = """
import time
from pipeline.core.config import Config
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store
config = Config(seed=11)
with job_run(open_store(config.tracking), job="train", config=config) as run:
    print(run.id, flush=True)
    time.sleep(600)
"""


def test_a_killed_process_leaves_its_settings_and_the_next_job_closes_its_run(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", KILLED_JOB], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    killed = process.stdout.readline().strip()
    store = open_store(Tracking(), folder=tmp_path)
    with job_run(store, job="label", config=Config()) as beside:
        assert beside.id
        assert store.client.get_run(killed).info.status == "RUNNING"  # alive: not touched
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    with job_run(store, job="label", config=Config()) as after:
        assert after.id
    recorded = store.client.get_run(killed)
    assert recorded.info.status == "KILLED"
    assert recorded.data.params["seed"] == "11"


def test_a_run_whose_process_number_was_given_to_another_process_is_closed(store):
    own = processes.own_tags()
    pid = own[processes.PROCESS_TAG].partition(":")[0]
    reused = {**own, processes.PROCESS_TAG: f"{pid}:1"}  # this process lives, but began at another time
    stale = store.client.create_run(store.experiment_id, tags=reused).info.run_id
    alive = store.client.create_run(store.experiment_id, tags=own).info.run_id
    assert processes.close_abandoned(store) == 1
    assert store.client.get_run(stale).info.status == "KILLED"
    assert store.client.get_run(alive).info.status == "RUNNING"
    store.client.set_terminated(alive)


def test_a_run_of_another_machine_is_left_alone(store):
    tags = {"stance.host": "elsewhere", "stance.process": "999999999:1"}
    other = store.client.create_run(store.experiment_id, tags=tags).info.run_id
    with job_run(store, job="label", config=Config()):
        pass
    assert store.client.get_run(other).info.status == "RUNNING"


def test_more_than_a_batch_of_everything_is_written_whole(store):
    with job_run(store, job="train", config=Config()) as run:
        run.params({f"p{i}": i for i in range(250)})
        run.tags({f"t{i}": str(i) for i in range(150)})
        run.metrics({f"m{i}": i for i in range(1_700)})
    data = store.client.get_run(run.id).data
    assert sum(name.startswith("p") and name[1:].isdecimal() for name in data.params) == 250
    assert len(data.metrics) == 1_700
    assert data.tags["t149"] == "149"


def test_what_is_flushed_is_there_before_the_job_ends(store, artifact):
    with job_run(store, job="train", config=Config()) as run:
        run.metrics({"loss": 0.5}, step=1)
        run.text("notes/a.txt", "first")
        run.flush()
        assert store.client.get_run(run.id).data.metrics == {"loss": 0.5}
        assert artifact(store, run.id, "notes/a.txt") == "first"


@pytest.mark.parametrize("path", ["../out.txt", "/etc/out.txt", "a/../../b", "", "a\\..\\b"])
def test_a_file_never_lands_outside_the_run(store, path):
    with pytest.raises(TrackingError, match="cannot be named"), job_run(store, job="label", config=Config()) as run:
        run.text(path, "x")


def test_a_file_that_cannot_be_copied_is_told_with_its_name(store, tmp_path):
    with (
        pytest.raises(TrackingError, match=r"gone\.html: cannot be put into the record of the run: No such file"),
        job_run(store, job="label", config=Config()) as run,
    ):
        run.file(tmp_path / "gone.html")


def test_a_long_setting_is_named_by_its_hash_since_mlflow_would_cut_it():
    assert settings.param_text("a" * 5_999) == "a" * 5_999
    assert settings.param_text("a" * 6_000).startswith("sha256:")
    assert len(settings.param_text(["a" * 9_000])) < 100


def test_settings_are_recorded_without_the_password_of_the_server():
    config = Config(tracking=Tracking(uri="https://ann:secret@mlflow.example"))
    assert "secret" not in settings.document(config)
    assert "https://***@mlflow.example" in settings.document(config)
    assert not any("secret" in value for value in settings.params(config).values())


def test_the_work_does_not_wait_for_the_store(tmp_path):
    begin = time.monotonic()
    opening = preload(Tracking(), folder=tmp_path)
    with job_run(opening, job="label", config=Config()) as run:
        run.metrics({"n": 1})
        assert time.monotonic() - begin < 0.3  # a fresh store takes longer to make
    assert opening.store().client.get_run(run.id).data.metrics == {"n": 1}


def test_a_server_keeps_the_same_record(server, artifact):
    store = open_store(Tracking(uri=server))
    with job_run(store, job="label", config=Config()) as run:
        run.metrics({"n": 3})
        run.text("a.txt", "kept by the server")
    recorded = store.client.get_run(run.id)
    assert (recorded.info.status, recorded.data.metrics) == ("FINISHED", {"n": 3})
    assert artifact(store, run.id, "a.txt") == "kept by the server"
    assert not Path("mlruns").exists()


def test_a_server_that_dies_under_a_job_costs_one_warning_and_little_time(monkeypatch, server, caplog):
    opening = preload(Tracking(uri=server, timeout_s=1))
    opening.store()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}"
        begin = time.monotonic()
        with job_run(opening, job="label", config=Config()):
            redirect(opening.store(), dead, monkeypatch)
        assert time.monotonic() - begin < 5
    assert "MLflow could not" in caplog.text
    assert caplog.text.count("stance sync") == 1
    assert len(list(Path("runs/unlogged").glob("*/record.json"))) == 1


def redirect(store, address, monkeypatch):
    """Lets the open client speak to an address where nobody listens, as after the server's death."""
    from mlflow.utils.rest_utils import MlflowHostCreds

    rest = store.client._tracking_client.store
    monkeypatch.setattr(rest, "get_host_creds", lambda: MlflowHostCreds(address))
