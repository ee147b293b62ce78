"""Models, sets and names from people who mean harm: nothing is opened, and nothing outside its folder is touched."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.core import codebook, config_files
from pipeline.core.config import Config, Read
from pipeline.core.errors import ConfigError, InvalidInputError, ModelDamagedError, ModelNotFoundError, Refusal
from pipeline.core.fingerprints import sha256_file
from pipeline.core.places import shipped
from pipeline.corpus import labelled_set
from pipeline.ingest.read import read_articles
from pipeline.labeling import model as models

N_FLIPS = 200
BIG = "encoder.bin"  # 20 MB: hashing it 200 times would take the time of the other files together


@pytest.fixture
def sealed(tmp_path):
    """A copy of the shipped model, sealed anew, its largest file cut short."""
    folder = Path(shutil.copytree(shipped("models/default"), tmp_path / "model"))
    (folder / BIG).write_bytes((folder / BIG).read_bytes()[:50_000])
    (folder / "manifest.json").unlink()
    models.seal(folder, name="m", version="1", labeller="encoder.v1", codebook=codebook.load(), training={"seed": 1})
    return folder


def test_any_byte_changed_in_any_file_is_noticed(sealed):
    rng = np.random.default_rng(7)
    files = sorted(p for p in sealed.iterdir() if p.is_file())
    for flip in range(N_FLIPS):
        path = files[flip % len(files)]
        content = path.read_bytes()
        at = int(rng.integers(len(content)))
        other = bytes([content[at] ^ int(rng.integers(1, 256))])
        path.write_bytes(content[:at] + other + content[at + 1 :])
        with pytest.raises(ModelDamagedError, match="manifest|changed"):
            models.verify(sealed)
        path.write_bytes(content)
    models.verify(sealed)


class Bomb:
    def __reduce__(self):
        return (Path("pwned").touch, ())


def forge(folder, name, content):
    """Puts a file there and a manifest that vouches for it."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("seal", None)
    manifest["files"][name] = {"sha256": sha256_file(folder / name), "bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("name", ["heads.safetensors", "tokenizer.json", "encoder.xml", "encoder.json"])
def test_a_pickle_in_place_of_a_file_is_never_opened_even_if_the_manifest_vouches_for_it(
    sealed, name, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    forge(sealed, name, pickle.dumps(Bomb()))
    with pytest.raises(ModelDamagedError, match="cannot be opened|not"):
        models.load(sealed)
    assert not (tmp_path / "pwned").exists()


def test_a_link_in_a_model_folder_is_damage_even_to_the_same_bytes(sealed, tmp_path):
    moved = shutil.move(sealed / "heads.safetensors", tmp_path / "outside.safetensors")
    (sealed / "heads.safetensors").symlink_to(moved)
    with pytest.raises(ModelDamagedError, match=r"heads\.safetensors is a link"):
        models.verify(sealed)


def test_a_linked_folder_in_a_model_folder_is_damage(sealed, tmp_path):
    (sealed / "more").symlink_to(tmp_path)
    with pytest.raises(ModelDamagedError, match="more is a link"):
        models.verify(sealed)


OUTSIDE = ["../../secret", "/etc/passwd", "..", "a/../../b", "..\\..\\b", "\x00", "a\nb", "~/x", "x" * 400]


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_article_id_never_leads_out_of_a_folder(name, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"id": name, "text": "Moscow signed. Nobody in the room believed it."}))
    (found,) = read_articles([str(path)], Read())
    if isinstance(found, Refusal):
        assert found.reason == "bad-id"
    else:
        assert (tmp_path / "texts" / f"{found.article}.txt").resolve().parent == tmp_path / "texts"


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_in_settings_never_lead_out_of_the_shipped_folders(name):
    with pytest.raises(ConfigError, match="codebook"):
        config_files.load(given={"codebook": name})
    with pytest.raises(ConfigError, match="unknown configuration|expected a mapping"):
        config_files.load(name)
    with pytest.raises(InvalidInputError, match="unknown labelled set"):
        labelled_set.load(name, codebook.load())


def test_a_codebook_beside_the_shipped_ones_is_not_reached_by_a_name_with_dots(tmp_path):
    target = shipped("data/codebook") / "russia-1.0.yaml"
    with pytest.raises(ConfigError, match="unknown codebook"):
        codebook.load(f"../{target.parent.name}/russia-1.0")


def test_a_set_whose_rows_name_a_file_elsewhere_is_refused(tmp_path):
    (tmp_path / "set" / "articles").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("a secret text")
    row = {"article": "../../secret", "n": 0, "start": 0, "end": 1, "role": "headline"}
    (tmp_path / "set" / "labels.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(InvalidInputError, match="text is missing"):
        labelled_set.load(str(tmp_path / "set"), codebook.load())


@pytest.mark.parametrize("name", ["../x", "models:/../x/1", "models:/a/../../b", "models:/a@../b", "\x00", "x" * 400])
def test_a_model_reference_never_leads_elsewhere(name, tmp_path, monkeypatch):
    from pipeline.core.config import Tracking
    from pipeline.tracking.references import resolve
    from pipeline.tracking.store import preload

    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelNotFoundError, match="no model at|not a reference|unknown model|holds no"):
        resolve(name, preload(Tracking(is_on=False)), verify=models.verify)


@pytest.mark.parametrize("name", ["../x", "a/b", "a b", "1a", "", "a@b"])
def test_a_models_name_is_a_plain_word(name):
    with pytest.raises(ConfigError, match=r"train\.model_name"):
        config_files.check({"train": {"model_name": name}}, where="test")


SECRET = "hunter2"
TEXT = "The envoy from Petrozavodsk smiled and said nothing about the grey submarine."


def test_neither_secrets_nor_texts_reach_logs_tracebacks_or_mlflow(stance, tmp_path, store):
    (tmp_path / "a.txt").write_text(f"{TEXT} Moscow lied about the cable. Who still believes it?\n")
    environment = {"MLFLOW_TRACKING_TOKEN": SECRET, "MLFLOW_TRACKING_PASSWORD": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
    patient = ("--set", "tracking.max_wait_s=600")  # on a busy machine a fresh store takes more than a minute
    done = stance("label", "a.txt", "--out", "out", *patient, **environment)
    assert done.code == 0
    (run,) = store().search_runs([store().get_experiment_by_name("stance").experiment_id])
    said = json.dumps(run.to_dictionary()) + done.err + done.out
    for path in (tmp_path / "runs" / "artifacts").rglob("*"):
        said += path.read_text(errors="replace") if path.is_file() else ""
    assert SECRET not in said
    assert "Petrozavodsk" not in said


def test_an_address_with_a_password_is_never_shown(stance, tmp_path):
    (tmp_path / "a.txt").write_text(f"{TEXT} Moscow lied about the cable.\n")
    uri = f"http://ann:{SECRET}@ss@127.0.0.1:9"
    settings = ("--set", f"tracking.uri={uri}", "--set", "tracking.timeout_s=1")
    done = stance("label", "a.txt", "--out", "out", *settings)
    assert (done.code, "stance sync" in done.err) == (0, True)
    kept = "".join(p.read_text() for p in (tmp_path / "runs").rglob("*") if p.is_file())
    assert SECRET not in done.err + done.out + kept
    assert "Petrozavodsk" not in done.err + kept


def test_an_unforeseen_failure_tells_its_place_and_no_text(capsys, monkeypatch):
    from pipeline.cli import doctor_command, main

    def fail(_args):
        raise ValueError(TEXT)

    monkeypatch.setattr(doctor_command, "run", fail)
    monkeypatch.delenv("STANCE_TRACEBACK", raising=False)
    assert main.main(["doctor"]) == 1
    told = capsys.readouterr().err
    assert "ValueError" in told and "test_hostile_models.py" in told
    assert "Petrozavodsk" not in told


def test_settings_given_as_a_table_of_secrets_are_not_logged():
    from pipeline.tracking import settings

    config = Config(tracking={"uri": f"postgresql://ann:{SECRET}@db/x?password={SECRET}&sslmode=require"})
    assert SECRET not in settings.document(config) + json.dumps(settings.params(config))
    assert "sslmode=require" in settings.document(config)
