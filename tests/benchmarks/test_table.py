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
