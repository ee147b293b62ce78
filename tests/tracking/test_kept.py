import json
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest

from pipeline.core.config import Config, Tracking
from pipeline.core.errors import StanceError, TrackingError
from pipeline.core.places import shipped
from pipeline.jobs.sync import sync
from pipeline.tracking import kept, runs
from pipeline.tracking.records import Dataset
from pipeline.tracking.registry import Registration, list_versions
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store, preload

SHA256 = "0123456789abcdef" * 4
KEPT = Path("runs/unlogged")


@pytest.fixture
def dead():
    """Settings of a server that is not there."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield Tracking(uri=f"http://ann:secret@127.0.0.1:{closed.getsockname()[1]}", timeout_s=1, max_wait_s=5)


def work(tracking, **parts):
    """A job with something of every kind to log."""
    config = Config(seed=5, tracking=tracking)
    with job_run(preload(tracking), job="label", config=config, tags={"stance.model_version": "3"}) as run:
        run.params({"n_gold": 40})
        run.metrics({"n_articles": 2, "loss": 0.5}, step=1)
        run.metrics({"loss": 0.25}, step=2)
        run.text("notes/a.txt", "kept text")
        run.dataset(Dataset("opeds", SHA256, "opeds", n_articles=5, n_sentences=90), context="inference")
        for folder, registration in parts.get("models", ()):
            run.model(folder, registration)
        with run.child("fold 1") as fold:
            fold.metrics({"loss": 1})
    return run


def test_a_run_whose_server_is_down_is_kept_with_one_warning_and_no_secret(dead, caplog):
    run = work(dead)
    assert run.id is None
    assert [r.levelname for r in caplog.records].count("WARNING") == 1
    assert "cannot be reached" in caplog.text and "stance sync" in caplog.text
    everything = caplog.text + "".join(p.read_text() for p in KEPT.rglob("*") if p.is_file())
    assert "secret" not in everything
    assert len(kept.folders(KEPT)) == 2  # the job and its fold
    assert not [p for p in KEPT.iterdir() if p.name.startswith(kept.PARTIAL)]


def test_a_kept_run_is_logged_as_it_was_and_then_removed(dead, artifact):
    before = int(time.time() * 1000)
    work(dead)
    after = int(time.time() * 1000)
    synced = sync(Config())
    assert (len(synced.logged), synced.left) == (2, ())
    assert kept.folders(KEPT) == [] and [p.name for p in KEPT.iterdir()] == [".lock"]
    store = open_store(Tracking())
    job, fold = (store.client.get_run(run_id) for run_id in synced.logged)
    assert before <= job.info.start_time <= job.info.end_time <= after
    assert (job.info.status, job.info.run_name) == ("FINISHED", "label")
    assert job.data.params["seed"] == "5" and job.data.params["n_gold"] == "40"
    assert job.data.metrics == {"n_articles": 2, "loss": 0.25}
    history = store.client.get_metric_history(job.info.run_id, "loss")
    assert [(m.step, m.value) for m in history] == [(1, 0.5), (2, 0.25)]
    assert job.data.tags["stance.model_version"] == "3" and job.data.tags["stance.job"] == "label"
    assert artifact(store, job.info.run_id, "notes/a.txt") == "kept text"
    assert "seed: 5" in artifact(store, job.info.run_id, "config.yaml")
    assert [d.dataset.digest for d in job.inputs.dataset_inputs] == [SHA256[:32]]
    assert fold.data.tags["mlflow.parentRunId"] == job.info.run_id
    assert sync(Config()).logged == ()


def test_a_store_that_fails_at_the_end_keeps_the_run_and_it_is_finished_not_doubled(tmp_path, monkeypatch, caplog):
    opening = preload(Tracking(max_wait_s=20), folder=tmp_path)
    client = opening.store().client
    with job_run(opening, job="label", config=Config()) as run:
        run.metrics({"n": 1})
        run.flush()
        run.metrics({"n_articles": 2})
        begun = run.id
        monkeypatch.setattr(client, "set_terminated", _broken)
    assert caplog.text.count("stance sync") == 1
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert client.get_run(begun).info.status == "RUNNING"
    assert sync(Config()).logged == (begun,)
    found = client.get_run(begun)
    assert (found.info.status, found.data.metrics) == ("FINISHED", {"n": 1, "n_articles": 2})
    assert len(client.search_runs([found.info.experiment_id])) == 1


def _broken(*_args, **_kwargs):
    raise OSError("connection reset")


def test_a_sync_that_breaks_leaves_the_run_and_the_next_one_adds_nothing_twice(dead, monkeypatch):
    work(dead)
    store = open_store(Tracking())
    run = kept.read(kept.folders(KEPT)[0])
    with monkeypatch.context() as broken:
        broken.setattr(store.client, "set_terminated", _broken)
        with pytest.raises(TrackingError, match="close the kept run"):
            kept.log(store, run, verify=dict)
    assert run.folder.is_dir()
    sync(Config())
    found = store.client.search_runs([store.experiment_id])
    assert len(found) == 2
    (job,) = [r for r in found if r.info.run_name == "label"]
    assert len(store.client.get_metric_history(job.info.run_id, "loss")) == 2
    assert len(job.inputs.dataset_inputs) == 1


def test_a_damaged_record_is_told_of_and_keeps_no_other_from_being_logged(dead):
    work(dead)
    damaged = KEPT / "00000000-000000-label-x"
    damaged.mkdir()
    (damaged / kept.RECORD).write_text('{"format": 1}')
    synced = sync(Config())
    assert len(synced.logged) == 2
    assert len(synced.left) == 1 and "cannot be read" in synced.left[0]
    assert damaged.is_dir()


def test_a_model_that_could_not_be_registered_is_registered_later_once(dead, make_model):
    work(dead, models=[(make_model("a"), Registration("late", Config(), metrics={"f1": 0.5}))])
    shutil.copytree(KEPT, "again")
    sync(Config())
    store = open_store(Tracking())
    (version,) = list_versions(store, "late")
    assert version.aliases == ("candidate", "champion") and version.metrics == {"f1": 0.5}
    synced = sync(Config(tracking=Tracking(kept="again")))
    assert len(synced.logged) == 2 and len(list_versions(store, "late")) == 1


def test_a_codebook_beside_the_run_is_found_by_a_sync_from_another_folder(dead, make_model, tmp_path, monkeypatch):
    shutil.copy(shipped("data/codebook/russia-1.0.yaml"), "mine.yaml")
    config = Config(codebook="mine.yaml")
    kept_sha256 = config.sha256
    work(dead, models=[(make_model("b"), Registration("mine", config))])
    runs_kept = [folder.absolute() for folder in kept.folders(KEPT)]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (registration,) = [one for folder in runs_kept for one in kept.read(folder).models]
    assert registration.config.codebook == str(tmp_path / "mine.yaml")
    assert registration.config.sha256 == kept_sha256


def test_a_store_that_only_drips_is_waited_for_so_long_and_no_longer(monkeypatch, tmp_path, caplog):
    opening = preload(Tracking(max_wait_s=1), folder=tmp_path)
    opening.start().result()
    release = threading.Event()
    monkeypatch.setattr(runs, "_begin", lambda *_: release.wait(30) and "never")
    begin = time.monotonic()
    with job_run(opening, job="label", config=Config()) as run:
        run.metrics({"n": 1})
        assert run.id is None
    assert time.monotonic() - begin < 4
    release.set()
    assert "more than 1 s of waiting" in caplog.text and "max_wait_s" in caplog.text
    assert len(kept.folders(KEPT)) == 1


def test_nothing_half_written_stays_of_a_run_that_could_not_be_kept(dead, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.shutil, "copytree", full)
    with pytest.raises(TrackingError, match="could not be kept either: No space left"):
        work(dead)
    assert list(KEPT.iterdir()) == []


def test_what_a_killed_sync_has_left_goes_with_the_next_one(dead):
    work(dead)
    left = KEPT / f"{kept.LOGGED}20200101-000000-000-label-0"
    left.mkdir()
    sync(Config())
    assert not left.exists() and not kept.folders(KEPT)


def test_a_failed_job_is_kept_as_failed(dead):
    with (
        pytest.raises(StanceError, match="no good"),
        job_run(preload(dead), job="label", config=Config(tracking=dead)),
    ):
        raise StanceError("no good")
    (folder,) = kept.folders(KEPT)
    assert kept.read(folder).status == "FAILED"
    assert json.loads((folder / kept.RECORD).read_text())["tags"]["stance.error"] == "StanceError"


def test_a_run_that_can_not_even_be_kept_is_an_error(dead, tmp_path):
    (tmp_path / "file").write_text("in the way")
    tracking = dead.model_copy(update={"kept": "file/x"})
    with pytest.raises(TrackingError, match=r"could not be kept either.*tracking\.kept"):
        work(tracking)
