import json

import pytest

from pipeline.core import config_files
from pipeline.core.errors import ConfigError, InvalidInputError, StanceError
from pipeline.jobs import adapt

BODY = ["Moscow lied about the cable.", "Who still believes the admirals?"]
TEXT = f"Keep the lights on\n\n{' '.join(BODY)}\n\nSign up for our newsletter.\n"


@pytest.mark.parametrize("name", ["thesis.doc", "adapted_from.json"])
def test_nothing_is_ever_overwritten(tmp_path, name):
    (tmp_path / name).write_text("four years of work", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected a new folder or an empty one"):
        adapt.adapt(["-"], config_files.load(), out=tmp_path)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="out: expected a new folder"):
        adapt.adapt(["-"], config_files.load(), out=tmp_path / "out")


def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    config = config_files.load(None, ["tracking.is_on=false"])
    with pytest.raises(StanceError, match="file/out: cannot write the encoder"):
        adapt.adapt([str(tmp_path / "nothing.txt")], config, out=tmp_path / "file" / "out")


def test_a_folder_gets_its_name_when_it_is_whole(tmp_path):
    (tmp_path / "out").mkdir()
    with adapt._new_folder(tmp_path / "out") as folder:
        (folder / "weights").write_text("all of them", encoding="utf-8")
        assert not list((tmp_path / "out").iterdir())
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "weights").read_text(encoding="utf-8") == "all of them"


def test_what_is_cut_off_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt, match="now"), adapt._new_folder(tmp_path / "out"):
        raise KeyboardInterrupt("now")
    assert not list(tmp_path.iterdir())


def test_the_encoder_is_that_of_adapt_then_of_the_trainer_then_minilm():
    named = ["train.trainer.kind=finetune.v1", "train.trainer.encoder=some/folder"]
    assert adapt._encoder(config_files.load()) == "minilm"
    assert adapt._encoder(config_files.load(None, named)) == "some/folder"
    assert adapt._encoder(config_files.load(None, [*named, "adapt.encoder=other"])) == "other"


class Taken:
    """Stands for the sampler: notes what it is given."""

    def __init__(self):
        self.articles = []

    def add(self, text_sha256, sentences):
        self.articles.append((text_sha256, sentences))


def test_only_body_sentences_are_read_and_what_cannot_be_read_is_counted(tmp_path):
    lines = [json.dumps({"id": "a", "text": TEXT}), "no json", json.dumps({"id": "b", "text": "  "})]
    (tmp_path / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    taken, refused = Taken(), adapt._Refused([])
    adapt._read([str(tmp_path / "all.jsonl")], config_files.load(), taken, refused, stdin=None)
    ((sha256, sentences),) = taken.articles
    assert sentences == BODY
    assert len(sha256) == 64
    assert refused.n == len(refused.told) == 2


def test_no_text_is_told_with_what_was_refused(tmp_path):
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    config = config_files.load(None, ["tracking.is_on=false"])
    with pytest.raises(InvalidInputError, match="nothing to adapt to: .*empty.txt: empty: .*; give .txt"):
        adapt.adapt([str(tmp_path / "empty.txt")], config, out=tmp_path / "out")
