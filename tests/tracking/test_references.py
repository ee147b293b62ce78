import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pipeline.core.config import Config, Tracking
from pipeline.core.errors import ModelDamagedError, ModelNotFoundError
from pipeline.core.fingerprints import sha256_file, sha256_json
from pipeline.labeling.model import verify
from pipeline.tracking import registry
from pipeline.tracking.references import parse, resolve
from pipeline.tracking.registry import Registration
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store, preload


@pytest.fixture
def register(store, make_model):
    def make(name, *weights, at=None):
        for each in weights:
            folder = make_model(each)
            with job_run(at or store, job="train", config=Config()) as run:
                registry.register(at or store, run, folder, Registration(name, Config()), verify=verify)

    return make


def test_a_folder_is_a_model_and_the_store_is_not_touched(make_model):
    folder = make_model("a")
    unreachable = preload(Tracking(is_on=False, uri="http://127.0.0.1:9"))
    found = resolve(str(folder), unreachable, verify=verify)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (found.name, found.version, found.folder, found.alias) == ("small", "1", folder, None)
    assert found.sha256 == sha256_json(manifest)


def test_the_shipped_model_is_called_default(monkeypatch, make_model):
    from pipeline.tracking import references

    folder = make_model("a")
    monkeypatch.setattr(references, "shipped", {"models/default": folder}.__getitem__)
    found = resolve("default", preload(Tracking(is_on=False)), verify=verify)
    assert (found.name, found.folder) == ("default", folder)


def test_an_alias_becomes_a_number_and_the_files_come_back_as_they_were(store, register, make_model):
    register("fetches", "a", "b")
    by_alias = resolve("models:/fetches@champion", store, verify=verify)
    assert (by_alias.name, by_alias.version, by_alias.alias) == ("fetches", "1", "champion")
    assert (by_alias.folder / "weights.safetensors").read_text() == "a"
    by_number = resolve("models:/fetches/2", store, verify=verify)
    assert (by_number.version, by_number.alias) == ("2", None)
    assert (by_number.folder / "weights.safetensors").read_text() == "b"


def test_a_model_is_fetched_once_and_kept_by_its_hash(store, register, monkeypatch):
    register("kept", "a")
    first = resolve("models:/kept/1", store, verify=verify)
    assert first.folder.name == first.sha256

    def again(*_args, **_kwargs):
        raise AssertionError("fetched again")

    monkeypatch.setattr("mlflow.artifacts.download_artifacts", again)
    assert resolve("models:/kept@champion", store, verify=verify).folder == first.folder


def test_a_changed_copy_is_fetched_again(store, register):
    register("refetched", "a")
    folder = resolve("models:/refetched/1", store, verify=verify).folder
    (folder / "weights.safetensors").write_text("changed here")
    again = resolve("models:/refetched/1", store, verify=verify).folder
    assert (again / "weights.safetensors").read_text() == "a"


def stored(store, name):
    """The version's files where the store keeps them."""
    place = store.client.get_logged_model(registry.show(store, name, "1").model_id).artifact_location
    return Path(unquote(urlsplit(place).path)) / "artifacts" / "model"


def test_a_changed_file_in_the_store_is_never_used(store, register, tmp_path):
    register("tampered", "a")
    (stored(store, "tampered") / "weights.safetensors").write_text("b")
    with pytest.raises(ModelDamagedError, match=r"weights\.safetensors was changed"):
        resolve("models:/tampered/1", store, verify=verify)
    assert not any((tmp_path / "cache" / "models").iterdir())


def test_a_changed_file_whose_manifest_was_changed_along_is_never_used(store, register):
    register("forged", "a")
    folder = stored(store, "forged")
    weights = folder / "weights.safetensors"
    weights.write_text("b")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][weights.name] = {"sha256": sha256_file(weights), "bytes": weights.stat().st_size}
    del manifest["seal"]
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    with pytest.raises(ModelDamagedError, match="manifest is not the one that was registered"):
        resolve("models:/forged/1", store, verify=verify)


def test_a_version_that_somebody_else_registered_is_not_ours(store, tmp_path):
    (tmp_path / "theirs").mkdir()
    store.client.create_registered_model("theirs")
    store.client.create_model_version("theirs", source=str(tmp_path / "theirs"))
    with pytest.raises(ModelDamagedError, match="not registered by this package"):
        resolve("models:/theirs/1", store, verify=verify)


def test_a_model_that_is_not_there_is_told_with_what_is_and_the_near_name(store, register):
    register("nearby", "a", "b")
    with pytest.raises(ModelNotFoundError, match=r"unknown registered model 'neerby'.*did you mean 'nearby'"):
        resolve("models:/neerby/1", store, verify=verify)
    with pytest.raises(ModelNotFoundError, match="unknown version '7'; known: 1, 2"):
        resolve("models:/nearby/7", store, verify=verify)
    with pytest.raises(
        ModelNotFoundError, match=r"known: candidate, champion; did you mean 'champion'.*versions: 1, 2"
    ):
        resolve("models:/nearby@champ", store, verify=verify)


@pytest.mark.parametrize("alias", ["latest", "Latest", "v3", "V12"])
def test_an_alias_that_moves_by_itself_is_refused(alias):
    with pytest.raises(ModelNotFoundError, match=r"no alias that can be trusted.*name the version"):
        parse(f"models:/stance@{alias}")


@pytest.mark.parametrize(
    "reference",
    [
        "stance",
        "stance@3",
        "stance/0",
        "stance/latest",
        "stance/3/../..",
        "../x/1",
        "a/b/1",
        "",
        "/1",
        "m-1a/x",
        "a b/1",
    ],
)
def test_anything_else_after_the_scheme_is_refused_with_the_forms_there_are(reference):
    with pytest.raises(ModelNotFoundError, match=r"not a reference to a registered model.*models:/NAME@champion"):
        parse(f"models:/{reference}")


def test_a_bare_name_is_told_how_a_registered_model_is_written():
    with pytest.raises(ModelNotFoundError, match="'models:/stance@champion'"):
        resolve("stance", preload(Tracking(is_on=False)), verify=verify)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelNotFoundError, match=r"holds no manifest\.json"):
        resolve(str(tmp_path), preload(Tracking(is_on=False)), verify=verify)


def test_a_model_comes_from_a_server_too(server, register):
    remote = open_store(Tracking(uri=server))
    register("served", "remote weights", at=remote)
    found = resolve("models:/served@champion", remote, verify=verify)
    assert (found.folder / "weights.safetensors").read_text() == "remote weights"
