from pathlib import Path

import pytest
import yaml

from pipeline.core.config import Config
from pipeline.core.errors import ModelDamagedError, ModelNotFoundError, TrackingError
from pipeline.labeling.model import verify
from pipeline.tracking import registry
from pipeline.tracking.registry import Registration
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import as_current, open_store, preload


def register(store, folder, name, **said):
    with job_run(store, job="train", config=Config()) as run:
        return registry.register(store, run, folder, Registration(name, Config(), **said), verify=verify)


def aliases(store, name):
    return {alias: v.version for v in registry.list_versions(store, name) for alias in v.aliases}


def test_the_first_version_is_champion_and_later_ones_wait_as_candidates(store, make_model):
    assert register(store, make_model("a"), "waits") == "1"
    assert aliases(store, "waits") == {"candidate": "1", "champion": "1"}
    assert register(store, make_model("b"), "waits") == "2"
    assert aliases(store, "waits") == {"candidate": "2", "champion": "1"}


def test_a_promotion_keeps_the_previous_champion_and_a_rollback_can_be_taken_back(store, make_model):
    for weights in "abc":
        register(store, make_model(weights), "moves")
    assert registry.promote(store, "moves", "2").aliases == ("champion",)
    assert aliases(store, "moves") == {"candidate": "3", "champion": "2", "previous": "1"}
    registry.promote(store, "moves", "3")
    registry.promote(store, "moves", "3")  # again: nothing to do
    assert aliases(store, "moves") == {"candidate": "3", "champion": "3", "previous": "2"}
    assert registry.rollback(store, "moves").version == "2"
    assert aliases(store, "moves") == {"candidate": "3", "champion": "2", "previous": "3"}
    assert registry.rollback(store, "moves").version == "3"


def test_there_is_no_rollback_before_a_promotion(store, make_model):
    register(store, make_model("a"), "fresh")
    with pytest.raises(ModelNotFoundError, match=r"unknown alias 'previous'.*known: candidate, champion"):
        registry.rollback(store, "fresh")


def test_a_version_tells_where_it_comes_from(store, make_model):
    folder = make_model("a")
    with job_run(store, job="train", config=Config()) as run:
        said = Registration("told", Config(), metrics={"stance/macro_f1": 0.55}, tags={"stance.sets": "opeds"})
        version = registry.register(store, run, folder, said, verify=verify)
    shown = registry.show(store, "told", version)
    assert shown.run_id == run.id
    assert shown.metrics == {"stance/macro_f1": 0.55}
    assert shown.tags["stance.sets"] == "opeds"
    assert shown.tags["stance.codebook"] == "russia 1.0"
    assert shown.tags["stance.config_sha256"] == Config().sha256
    assert store.client.get_run(run.id).outputs.model_outputs[0].model_id == shown.model_id


def test_versions_of_all_models_are_listed_newest_first(store, make_model):
    register(store, make_model("a"), "listed")
    register(store, make_model("b"), "listed")
    assert [v.version for v in registry.list_versions(store, "listed")] == ["2", "1"]
    assert {v.uri for v in registry.list_versions(store)} >= {"models:/listed/1", "models:/listed/2"}


def test_a_damaged_folder_is_not_registered(store, make_model):
    folder = make_model("a")
    (folder / "weights.safetensors").write_text("b")
    with pytest.raises(ModelDamagedError, match=r"weights\.safetensors was changed"):
        register(store, folder, "damaged")
    with pytest.raises(ModelNotFoundError, match="unknown registered model 'damaged'"):
        registry.list_versions(store, "damaged")


def test_nothing_is_registered_where_tracking_is_off(store, make_model):
    off = preload(Config(tracking={"is_on": False}).tracking)
    with (
        pytest.raises(TrackingError, match=r"registered from a run.*is_on=true"),
        job_run(off, job="train", config=Config()) as run,
    ):
        registry.register(store, run, make_model("a"), Registration("off", Config()), verify=verify)


def test_what_is_logged_is_code_by_path_with_a_signature_and_no_pickle(store, make_model):
    import mlflow.artifacts

    register(store, make_model("a"), "packed")
    with as_current(store):
        folder = Path(mlflow.artifacts.download_artifacts("models:/packed/1"))
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib"))]
    assert names >= {"pyfunc_model.py", "artifacts/config.yaml", "artifacts/model/manifest.json"}
    described = yaml.safe_load((folder / "MLmodel").read_text())
    assert "python_model" not in described["flavors"]["python_function"]
    assert '"name": "p_stance_hawkish"' in described["signature"]["outputs"]
    assert "stance-pipeline==" in (folder / "requirements.txt").read_text()


def test_registering_leaves_mlflows_own_setting_as_it_was(store, make_model, monkeypatch):
    import mlflow

    register(store, make_model("a"), "unmoved")
    assert not mlflow.is_tracking_uri_set()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////elsewhere.db")
    register(store, make_model("b"), "unmoved")
    assert mlflow.get_tracking_uri() == "sqlite:////elsewhere.db"
    mlflow.set_tracking_uri(None)


def test_a_server_registers_as_a_local_store_does(server, make_model):
    store = open_store(Config(tracking={"uri": server}).tracking)
    assert register(store, make_model("a"), "remote", metrics={"f1": 0.5}) == "1"
    assert register(store, make_model("b"), "remote") == "2"
    registry.promote(store, "remote", "2")
    assert aliases(store, "remote") == {"candidate": "2", "champion": "2", "previous": "1"}
    assert registry.show(store, "remote", "1").metrics == {"f1": 0.5}
