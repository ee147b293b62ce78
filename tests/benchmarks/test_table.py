import importlib.util
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def table(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    spec = importlib.util.spec_from_file_location("benchmark_table", HERE / "table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("machine", None)


def test_every_repeated_measure_is_a_row_and_plain_figures_stand_above(table, tmp_path):
    spread = {"median": 0.123456, "min": 0.1, "max": 1234.5, "n": 5}
    result = {"machine": {"processor": "Any | CPU", "cores": 2, "versions": {"numpy": "2"}}, "n_sentences": 3000,
              "ways": {"a|b": {"seconds": spread}}, "deeper": {"kept": 1}}  # fmt: skip
    (tmp_path / "speed.json").write_text(json.dumps(result), encoding="utf-8")
    text = table.rendered(tmp_path)
    assert "| a\\|b: seconds | ways | 0.123 | 0.1 to 1,234 | 5 |" in text
    assert "n_sentences 3,000." in text
    assert "2 cores, numpy 2." in text
    assert "deeper" not in text


def test_tables_are_renewed_between_the_markers_and_nothing_else_is_touched(table):
    once = table.renewed("# Head\n\nProse.\n", "old\n")
    again = table.renewed(once + "\nTail.\n", "new\n")
    assert once.startswith("# Head\n\nProse.\n")
    assert "old" not in again
    assert again.endswith("Tail.\n")
    assert table.renewed(again, "new\n") == again


def test_experiments_are_one_table_with_a_row_for_each_recipe(table, tmp_path):
    row = {"recipe": "a|b", "seed": 1, "run_id": "c0ffee", "config_sha256": "decaf", "held_out": {"articles": 105,
           "stance": {"value": 0.61234, "low": 0.5, "high": 0.7}, "certainty": {"value": None, "low": None,
           "high": None}}}  # fmt: skip
    only_gold = {"recipe": "later", "seed": 0, "gold": {"stance": {"value": 0.5, "low": None, "high": None}}}
    (tmp_path / "experiments.json").write_text(json.dumps({"rows": [row, only_gold]}), encoding="utf-8")
    (tmp_path / "others.json").write_text(json.dumps({"rows": [{"part": 1}]}), encoding="utf-8")
    text = table.rendered(tmp_path)
    assert "| recipe | seed | held-out articles | held-out stance | held-out certainty | gold stance |\n" in text
    assert "| a\\|b | 1 | 105 | 0.612 [0.5, 0.7] |  |  |\n| later | 0 |  |  |  | 0.5 |" in text
    assert "c0ffee" not in text
    assert "decaf" not in text
    assert "others" not in text
