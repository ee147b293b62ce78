import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.errors import StanceError
from pipeline.jobs import outputs

SCHEMA = pa.schema([("text", pa.string()), ("labels", pa.list_(pa.string())), ("p", pa.float32()), ("n", pa.int32())])
ROWS = [
    {"text": "Eis, „Öl“ und\nGas", "labels": ["a", "b"], "p": 0.5, "n": 1},
    {"text": '=HYPERLINK("x")', "labels": [], "p": None, "n": -2},
]


def written(tmp_path, format):
    path = tmp_path / "deep" / f"t.{format}"
    with outputs.table_file(path, SCHEMA, format) as writer:
        for row in ROWS:
            writer.write(pa.Table.from_pylist([row], schema=SCHEMA))
    return path


def test_json_lines_and_parquet_keep_every_value(tmp_path):
    lines = written(tmp_path, "jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == ROWS
    assert pq.read_table(written(tmp_path, "parquet")).to_pylist() == ROWS


def test_csv_joins_labels_and_disarms_formulas(tmp_path):
    with written(tmp_path, "csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["text"], first["labels"], first["p"]) == (ROWS[0]["text"], "a|b", "0.5")
    assert (second["text"], second["labels"], second["p"], second["n"]) == ("'" + ROWS[1]["text"], "", "", "-2")


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_a_broken_run_leaves_no_half_file(tmp_path, format):
    path = tmp_path / f"t.{format}"
    path.write_text("what was there")
    with pytest.raises(RuntimeError, match="stopped"), outputs.table_file(path, SCHEMA, format) as writer:
        writer.write(pa.Table.from_pylist(ROWS, schema=SCHEMA))
        raise RuntimeError("stopped")
    assert path.read_text() == "what was there"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_made_is_told_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StanceError, match="cannot write.*--out"),
        outputs.table_file(tmp_path / "file" / "t.csv", SCHEMA, "csv"),
    ):
        pass


def test_what_else_fails_while_a_file_is_open_is_not_laid_to_it(tmp_path):
    with pytest.raises(BrokenPipeError, match="reader"), outputs.table_file(tmp_path / "t.csv", SCHEMA, "csv"):
        raise BrokenPipeError("the reader has gone")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_a_full_disk_is_told_with_the_file(tmp_path, format):
    (tmp_path / f"t.{format}.partial").symlink_to("/dev/full")
    with (
        pytest.raises(StanceError, match=rf"t\.{format}: cannot write: No space left"),
        outputs.table_file(tmp_path / f"t.{format}", SCHEMA, format) as writer,
    ):
        writer.write(pa.Table.from_pylist(ROWS, schema=SCHEMA))


def test_a_whole_file_shows_under_its_name_only_at_the_end(tmp_path):
    path = tmp_path / "texts" / "a.txt"
    with outputs.whole_file(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]
