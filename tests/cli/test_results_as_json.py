import json
import os
import subprocess
import sys

import pytest

from pipeline.cli.main import main


@pytest.mark.parametrize(
    ("verb", "options"),
    [("export", ["--as", "csv"]), ("sample", ["--n", "12"]), ("sample", ["--n", "12", "--as", "jsonl"])],
)
def test_what_was_written_is_told_as_json(tmp_path, capsys, verb, options):
    assert main([verb, "opeds", *options, "--to", str(tmp_path / "file"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == str(tmp_path / "file")
    assert told["n_sentences"] == told["n_items"] > 0


def test_a_reader_that_has_gone_is_no_failure():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli.main", "config", "show"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
