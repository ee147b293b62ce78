import json
import shutil

import numpy as np
import pytest

from pipeline.core.errors import ConfigError, ExitCode, ModelDamagedError, ModelNotFoundError
from pipeline.core.places import shipped
from pipeline.labeling import model as models

DEFAULT = shipped("models/default")


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(DEFAULT, tmp_path / "model")


def test_the_shipped_model_is_whole_and_small():
    manifest = models.verify(DEFAULT)
    assert sum(entry["bytes"] for entry in manifest["files"].values()) < 30e6
    assert {p.suffix for p in DEFAULT.iterdir()} <= models.ALLOWED_SUFFIXES


def test_one_flipped_bit_anywhere_is_noticed(copy):
    rng = np.random.default_rng(0)
    for name in models.verify(copy)["files"]:
        path = copy / name
        content = bytearray(path.read_bytes())
        at = int(rng.integers(len(content)))
        content[at] ^= 1
        path.write_bytes(content)
        with pytest.raises(ModelDamagedError, match=f"{name} was changed"):
            models.verify(copy)
        content[at] ^= 1
        path.write_bytes(content)
    models.verify(copy)


def test_missing_and_added_files_are_noticed(copy):
    (copy / "decisions.json").rename(copy / "extra.json")
    with pytest.raises(
        ModelDamagedError, match=r"decisions.json is missing; extra.json is not in the manifest"
    ) as caught:
        models.load(copy)
    assert caught.value.exit_code == ExitCode.FAILED


def test_a_file_that_could_run_code_is_refused_even_if_it_is_listed(copy):
    (copy / "heads.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["heads.pkl"] = {"sha256": "0" * 64, "bytes": 24}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelDamagedError, match="may not hold a file named 'heads.pkl'"):
        models.load(copy)


def test_a_listed_path_may_not_lead_out_of_the_folder(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["../outside.json"] = {"sha256": "0" * 64, "bytes": 1}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelDamagedError, match="may not hold a file named"):
        models.load(copy)


def test_a_folder_without_a_model_and_another_format_are_told_apart(tmp_path, copy):
    with pytest.raises(ModelNotFoundError, match="expected a folder that holds manifest.json") as caught:
        models.load(tmp_path)
    assert caught.value.exit_code == ExitCode.USAGE
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(ModelDamagedError, match="expected model format 1, found 99"):
        models.load(copy)


def test_an_unknown_labeller_names_those_that_exist(copy):
    manifest = json.loads((copy / "manifest.json").read_text()) | {"labeller": "encoder.v9"}
    manifest.pop("seal", None)
    (copy / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    with pytest.raises(ConfigError, match="unknown labeller 'encoder.v9'.*did you mean 'encoder.v1'"):
        models.load(copy)
