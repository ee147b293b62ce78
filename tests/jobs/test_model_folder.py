import pytest

from pipeline.core import config_files
from pipeline.core.errors import ConfigError, StanceError
from pipeline.jobs import model_folder
from pipeline.jobs.train import train


def test_a_model_replaces_an_older_one_whole(tmp_path):
    new, old = tmp_path / "scratch", tmp_path / "deep" / "model"
    new.mkdir()
    (new / "manifest.json").write_text("new", encoding="utf-8")
    old.mkdir(parents=True)
    (old / "manifest.json").write_text("old", encoding="utf-8")
    (old / "vocabulary.json").write_text("of another kind of labeller", encoding="utf-8")
    model_folder.keep(new, old)
    assert {p.name: p.read_text() for p in old.iterdir()} == {"manifest.json": "new"}
    assert [p.name for p in old.parent.iterdir()] == ["model"]


def test_an_older_model_is_whole_or_gone_at_every_moment(tmp_path, monkeypatch):
    new, old = tmp_path / "scratch", tmp_path / "model"
    for folder, text in ((new, "new"), (old, "old")):
        folder.mkdir()
        for name in ("manifest.json", "heads.json"):
            (folder / name).write_text(text, encoding="utf-8")
    removed = []
    monkeypatch.setattr(model_folder.shutil, "rmtree", lambda path, **_: removed.append(path))
    model_folder.keep(new, old)
    assert old not in removed
    assert {p.read_text() for p in old.iterdir()} == {"new"}


def test_a_model_is_kept_where_no_folder_was(tmp_path):
    (tmp_path / "scratch").mkdir()
    model_folder.keep(tmp_path / "scratch", tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StanceError, match="file/model: cannot write the model"):
        model_folder.keep(tmp_path / "scratch", tmp_path / "file" / "model")


def test_nothing_but_a_model_is_ever_overwritten(tmp_path):
    (tmp_path / "thesis.doc").write_text("four years of work", encoding="utf-8")
    with pytest.raises(ConfigError, match="one that holds a model"):
        train(config_files.load(), out=tmp_path)


def test_an_empty_folder_and_an_older_model_are_free(tmp_path):
    model_folder.check_free(tmp_path / "new")
    model_folder.check_free(tmp_path)
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    model_folder.check_free(tmp_path)
