import shutil

import pytest
import yaml

from pipeline.core import config_files
from pipeline.core.config import Config
from pipeline.core.errors import ConfigError, ExitCode
from pipeline.core.places import shipped


def test_defaults_survive_a_round_trip_through_yaml(tmp_path):
    file = tmp_path / "all.yaml"
    file.write_text(config_files.as_yaml(Config()), encoding="utf-8")
    assert config_files.load(str(file)) == Config()


def test_every_problem_is_told_at_once_with_path_and_near_name():
    overrides = ["label.abstian=0.5", "seed=-1", "segment.kind=sentencex.v9", "clean.nonsense=1"]
    with pytest.raises(ConfigError, match="did you mean 'abstain'") as caught:
        config_files.load(None, overrides)
    told = str(caught.value)
    assert "seed: " in told and "found -1" in told
    assert "'sentencex.v9' at segment.kind; known: sentencex.v1" in told
    assert "'nonsense' at clean.nonsense" in told
    assert caught.value.exit_code == ExitCode.USAGE


def test_wrong_types_and_choices_are_told_with_what_was_found():
    with pytest.raises(ConfigError, match="output.format: Input should be 'jsonl', 'csv' or 'parquet', found 'xml'"):
        config_files.load(None, ["output.format=xml"])


def test_extends_lays_one_file_over_another_beside_it(tmp_path):
    (tmp_path / "base.yaml").write_text("seed: 3\nlabel: {abstain: 0.2, model: default}\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\nlabel: {abstain: 0.7}\n", encoding="utf-8")
    config = config_files.load(str(tmp_path / "mine.yaml"), ["seed=9"])
    assert (config.seed, config.label.abstain, config.label.model) == (9, 0.7, "default")


def test_a_circle_of_extends_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="goes in a circle"):
        config_files.load(str(tmp_path / "a.yaml"))


def test_another_trainer_does_not_inherit_the_options_of_the_old_one(tmp_path):
    (tmp_path / "base.yaml").write_text("train: {trainer: {kind: tfidf.v1, min_sentences: 3}}\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\ntrain: {trainer: {kind: frozen.v1}}\n", encoding="utf-8")
    assert config_files.load(str(tmp_path / "mine.yaml")).train.trainer.options == {}


def test_an_option_given_before_its_kind_is_kept_and_checked():
    config = config_files.load(None, ["train.trainer.min_sentences=3", "train.trainer.kind=tfidf.v1"])
    assert config.train.trainer.options == {"min_sentences": 3}
    with pytest.raises(ConfigError, match="unknown key 'min_sentences' at train.trainer"):
        config_files.load(None, ["train.trainer.min_sentences=3", "train.trainer.kind=frozen.v1"])


def test_a_file_is_extended_by_its_neighbour_wherever_the_command_runs(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "base.yaml").write_text("seed: 1\n", encoding="utf-8")
    (tmp_path / "mine/base.yaml").write_text("seed: 2\n", encoding="utf-8")
    (tmp_path / "mine/job.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert config_files.load("mine/job.yaml").seed == 2


def test_impossible_combinations_are_refused():
    with pytest.raises(ConfigError, match="unknown voice 'writer'.*known: author, quoted, reported") as caught:
        config_files.load(None, ["profile.voices=[writer]", "promote.task=tone"])
    assert "unknown task 'tone' at promote.task" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: [1", "not readable as YAML"),
        ("- 1\n", "expected a mapping"),
        ("!!python/object:os.system x", "not readable"),
    ],
)
def test_files_that_are_no_settings_are_refused(tmp_path, content, told):
    file = tmp_path / "bad.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        config_files.load(str(file))


def test_an_unknown_configuration_names_the_near_one():
    with pytest.raises(ConfigError, match="did you mean 'train'"):
        config_files.load("trian")


def test_where_results_go_is_no_part_of_the_identity_and_what_changes_them_is():
    plain = config_files.load()
    assert config_files.load(None, ["output.directory=elsewhere", "tracking.is_on=false"]).sha256 == plain.sha256
    assert config_files.load(None, ["label.abstain=0.5"]).sha256 != plain.sha256
    assert plain.model_copy(update={"seed": 1}).sha256 != plain.sha256


def test_given_values_are_taken_as_they_are():
    assert config_files.load(given={"output.directory": "1: 2"}).output.directory == "1: 2"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder `mine` with a codebook, a set, a model and an encoder, worked on from another folder."""
    for folder in ("mine/gold", "mine/models/big", "mine/minilm", "mine/opeds", "elsewhere/encoder", "elsewhere/gold"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "mine/book.yaml").write_bytes(shipped("data/codebook/russia-1.0.yaml").read_bytes())
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path


def test_what_a_file_names_lies_beside_it_or_else_in_the_working_folder(elsewhere):
    (elsewhere / "mine/job.yaml").write_text(
        "codebook: book.yaml\nlabel: {model: models/big}\nevaluate: {baseline_sets: [gold]}\n"
        "train: {sets: [gold, ../other/set], judged_on: [gold], silver: [gold], trainer: {encoder: encoder},\n"
        "  public: [{kind: ptc.v1, path: gold}, {kind: hypo.v1, path: ../other/hypo.tsv}]}\n",
        encoding="utf-8",
    )
    (elsewhere / "elsewhere/job.yaml").write_text("extends: ../mine/job.yaml\nseed: 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key 'encoder'"):
        config_files.load("job.yaml")
    config = config_files.load("job.yaml", ["train.trainer.kind=finetune.v1"])
    assert config.codebook == "../mine/book.yaml"
    assert config.label.model == "../mine/models/big"
    assert config.train.sets == ("../mine/gold", "../other/set")
    assert config.train.judged_on == config.train.silver == config.evaluate.baseline_sets == ("../mine/gold",)
    assert [part.path for part in config.train.public] == ["../mine/gold", "../other/hypo.tsv"]
    assert config.train.trainer.options == {"encoder": "encoder"}


JOB = """codebook: book.yaml
label: {model: models/big}
train: {sets: [gold, opeds], silver: [gold], trainer: {kind: finetune.v1, encoder: minilm/},
  public: [{kind: ptc.v1, path: gold}]}
evaluate: {baseline_sets: [gold]}
"""


def test_one_project_in_two_folders_has_one_identity(elsewhere, tmp_path_factory, monkeypatch):
    (elsewhere / "mine/job.yaml").write_text(JOB, encoding="utf-8")
    (elsewhere / "mine/next.yaml").write_text("extends: job.yaml\n", encoding="utf-8")
    moved = tmp_path_factory.mktemp("other") / "deep/place"
    shutil.copytree(elsewhere / "mine", moved)
    configs = [config_files.load(str(path)) for path in ("../mine/job.yaml", moved / "job.yaml", moved / "next.yaml")]
    monkeypatch.chdir(moved)
    configs.append(config_files.load("job.yaml"))
    assert len({config.label.model for config in configs}) == 3
    assert len({config.sha256 for config in configs}) == 1
    assert config_files.load("job.yaml", ["label.model=default"]).sha256 != configs[0].sha256


def test_settings_that_are_shown_and_read_again_elsewhere_keep_their_identity(elsewhere, monkeypatch):
    (elsewhere / "mine/job.yaml").write_text(JOB, encoding="utf-8")
    config = config_files.load("../mine/job.yaml")
    (elsewhere / "shown.yaml").write_text(config_files.as_yaml(config), encoding="utf-8")
    assert config_files.check(yaml.safe_load(config_files.as_yaml(config)), where="again") == config
    again = config_files.load("../shown.yaml")
    assert (again.label.model, again.sha256) == (config.label.model, config.sha256)
    monkeypatch.chdir(elsewhere / "mine/gold")
    (elsewhere / "mine/shown.yaml").write_text(config_files.as_yaml(config), encoding="utf-8")
    again = config_files.load("../shown.yaml")
    assert again.label.model == "../../mine/models/big"  # placed once more
    assert again.sha256 == config.sha256


def test_names_of_what_is_shipped_or_registered_are_no_paths(elsewhere):
    (elsewhere / "mine/default").mkdir()
    (elsewhere / "mine/job.yaml").write_text(
        "label: {model: default}\ntrain: {sets: [opeds]}\nadapt: {encoder: minilm}\n", encoding="utf-8"
    )
    config = config_files.load("../mine/job.yaml")
    assert (config.label.model, config.train.sets, config.adapt.encoder) == ("default", ("opeds",), "minilm")
    (elsewhere / "mine/job.yaml").write_text("label: {model: models:/stance/3}\n", encoding="utf-8")
    assert config_files.load("../mine/job.yaml").label.model == "models:/stance/3"


def test_a_codebook_of_the_command_line_is_meant_from_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "book.yaml").write_bytes(shipped("data/codebook/russia-1.0.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert config_files.load("train", ["codebook=book.yaml"]).codebook == "book.yaml"
