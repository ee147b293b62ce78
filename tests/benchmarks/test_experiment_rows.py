import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import experiment_rows
import experiments
import machine

NAMES = ("finetuned", "full")
HERE = {"processor": "any", "cores": 2, "python": "3.11", "versions": {"numpy": "2.4", "torch": "2.13"}}
THERE = HERE | {"versions": {"numpy": "2.3", "spacy": "3.8"}}


def row(recipe="finetuned", **more):
    return {"recipe": recipe, "settings": "", "seed": 0, **more}


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    monkeypatch.setattr(machine, "machine", lambda: HERE)
    return tmp_path / "some.json"


def test_a_repeated_row_takes_the_place_of_the_older_one():
    rows, new = [row(n=1), row("full", n=1)], row(n=2)
    assert experiment_rows.replaced(rows, new, NAMES) == [new, rows[1]]
    assert len(experiment_rows.replaced(rows, new | {"seed": 3}, NAMES)) == 3


def test_a_row_with_other_settings_stands_beside_the_plain_one():
    old = {"recipe": "finetuned", "seed": 0}  # written before settings were kept
    wider = row(settings="train.trainer.window=200")
    rows = experiment_rows.replaced([old], wider, NAMES)
    assert rows == [old, wider]
    assert experiment_rows.replaced(rows, row(n=2), NAMES) == [row(n=2), wider]


def test_gold_figures_stay_with_their_run_until_there_are_new_ones():
    rows = [row(run_id="a", gold={"articles": 5})]
    for run_id in "bc":
        rows = experiment_rows.replaced(rows, row(run_id=run_id), NAMES)
        assert rows == [row(run_id=run_id, gold={"run_id": "a", "articles": 5})]
    new = row(run_id="d", gold={"articles": 6})
    assert experiment_rows.replaced(rows, new, NAMES) == [new]
    assert "gold" not in experiment_rows.replaced(rows, row(settings="seed=1"), NAMES)[1]


def test_recipes_that_have_gone_come_last():
    rows = [row("of old"), row("older")]
    found = experiment_rows.replaced(rows, row("full"), NAMES)
    assert [r["recipe"] for r in found] == ["full", "of old", "older"]


def test_a_row_tells_of_its_machine_what_is_otherwise(results, monkeypatch):
    experiment_rows.keep("some", row(), NAMES)
    monkeypatch.setattr(machine, "machine", lambda: THERE)
    for _ in range(2):  # what a row tells is read back
        experiment_rows.keep("some", row("full"), NAMES)
    found = json.loads(results.read_text())
    assert found["machine"] == THERE
    assert found["rows"] == [row(machine={"numpy": "2.4", "torch": "2.13", "spacy": None}), row("full")]
    experiment_rows.keep("some", row(), NAMES)
    assert json.loads(results.read_text())["rows"] == [row(), row("full")]


def test_a_damaged_table_is_told_before_anything_is_trained(results, monkeypatch):
    results.with_name(f"{experiments.NAME}.json").write_text("{")
    monkeypatch.setattr(sys, "argv", ["experiments.py", "majority"])
    monkeypatch.setattr(experiments, "run", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(json.JSONDecodeError, match="Expecting property name"):
        experiments.main()


def test_the_settings_of_the_command_line_are_the_rows_own(results, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["experiments.py", "tfidf", "--set", "seed=4", "--set", "train.folds=3"])
    monkeypatch.setattr(experiments, "by_recipe", lambda *_: experiments.Outcome(None, {}, (), 0, 0, 0.4))
    experiments.main()
    (found,) = json.loads(results.with_name(f"{experiments.NAME}.json").read_text())["rows"]
    config = experiments.config_of("tfidf", ["seed=4", "train.folds=3"])
    assert json.loads(capsys.readouterr().out) == found
    assert (found["settings"], found["seed"], found["config_sha256"]) == ("seed=4; train.folds=3", 4, config.sha256)
