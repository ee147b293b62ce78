"""A whole shard of an unfinished run, and one of its files changed on the disk before the run is taken up."""

import pytest

from pipeline.cli.main import main
from pipeline.core import config_files
from pipeline.jobs.label import label

N_ARTICLES = 5  # in shards of 2, of which the first two are whole when the run is broken off


@pytest.fixture
def settings(tmp_path, cheap_model):
    return (
        f"label.model={cheap_model}", "label.batch_articles=1", "label.shard_articles=2", "profile.resamples=100",
        "tracking.is_on=false", f"output.directory={tmp_path / 'out'}", f"cache.folder={tmp_path / 'cache'}",
    )  # fmt: skip


@pytest.fixture
def begun(tmp_path, settings):
    """Breaks a run off in its third shard; returns what takes it up again as a command."""
    (tmp_path / "in").mkdir()
    for i in range(N_ARTICLES):
        (tmp_path / f"in/a{i}.txt").write_text(f"Ice {i}\n\nMoscow lied. Talks could help.\n", encoding="utf-8")
    (tmp_path / "in/a0b.txt").write_bytes(b"")

    def stop(batch):
        if f"a{N_ARTICLES - 1}" in batch.articles["article"].to_pylist():
            raise KeyboardInterrupt

    def begin(format):
        given = [*settings, f"output.format={format}"]
        with pytest.raises(KeyboardInterrupt, match="^interrupted with 4 articles whole"):
            label([str(tmp_path / "in")], config_files.load(None, given), show=stop)
        words = [word for setting in given for word in ("--set", setting)]
        return lambda *options: main(["label", str(tmp_path / "in"), *words, *options])

    return begin


def changed(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize(
    ("format", "name"),
    [
        ("parquet", "00002.sentences.parquet"), ("jsonl", "00002.sentences.jsonl"), ("csv", "00002.profiles.csv"),
        ("jsonl", "00001.unread.jsonl"), ("jsonl", "00001.first.parquet"),
    ],
)  # fmt: skip
def test_a_changed_byte_is_told_with_the_file_and_nothing_is_lost(begun, tmp_path, capsys, format, name, options):
    again = begun(format)
    damaged = tmp_path / "out/.unfinished" / name
    changed(damaged)
    capsys.readouterr()
    assert again(*options) == 3
    (told,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("stance: "))
    assert told.startswith(f"stance: {damaged}: changed since the run wrote it: expected SHA-256 ")
    assert ", found " in told
    assert told.endswith("; delete this file and give the same command again: it labels this shard's articles anew")
    damaged.unlink()
    assert again(*options) == 5  # one input was refused
    assert f"{N_ARTICLES} articles (2 by an earlier run)" in capsys.readouterr().err


def test_of_a_shard_that_is_damaged_no_row_is_printed(begun, tmp_path, capsys):
    again = begun("jsonl")
    changed(tmp_path / "out/.unfinished/00001.sentences.jsonl")
    capsys.readouterr()
    assert again("--json") == 3
    assert capsys.readouterr().out == ""
