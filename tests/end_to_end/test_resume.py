"""`stance label --out` killed, interrupted, and without room: what is left, what is told, and how it goes on."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from pipeline.core import codebook

N_ARTICLES, SHARD = 18, 3
STOPS_WITHIN_S = 2
SENTENCES = ("Moscow lied about the cable.", "Who believes the admirals?", "Talks could be the end of the war for us.")


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("in"), random.Random(5)
    for i in range(N_ARTICLES):
        (folder / f"a{i:02d}.txt").write_text(f"Ice {i}\n\n{' '.join(rng.choices(SENTENCES, k=6))}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A labeller that costs nothing: `tfidf.v1` with no weight on its one word."""
    import json

    import numpy as np
    from safetensors.numpy import save_file

    from pipeline.labeling import model
    from pipeline.labeling.calibration import TaskCalibration

    folder, book = tmp_path_factory.mktemp("model"), codebook.load()
    n_labels = sum(len(task.labels) for task in book.tasks)
    arrays = {"idf": np.ones(1), "weight": np.linspace(-1, 1, n_labels).reshape(-1, 1), "bias": np.zeros(n_labels)}
    save_file({name: value.astype(np.float32) for name, value in arrays.items()}, folder / "heads.safetensors")
    (folder / "vocabulary.json").write_text('["moscow"]')
    decisions = {task.name: TaskCalibration.neutral(task).as_json() for task in book.tasks}
    (folder / model.DECISIONS).write_text(json.dumps(decisions))
    model.seal(folder, name="cheap", version="1", labeller="tfidf.v1", codebook=book, training={})
    return folder


@pytest.fixture
def start(tmp_path, articles, model):
    """Starts `stance label` over the articles as a process."""

    def start(out, *options, inputs=articles, mlflow=False, **given):
        settings = {"label.shard_articles": SHARD, "label.batch_articles": 1, "profile.resamples": 100}
        return subprocess.Popen(
            [
                sys.executable, "-m", "pipeline.cli.main", "label", inputs, "--out", out, "--model", model,
                *([] if mlflow else ["--no-mlflow"]),
                *(word for name, value in settings.items() for word in ("--set", f"{name}={value}")), *options,
            ],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}, **given,
        )  # fmt: skip

    return start


def ended(process):
    _, err = process.communicate(timeout=240)
    return process.returncode, err


def when_shards_are_whole(process, out, n):
    while process.poll() is None and not (out / f".unfinished/{n:05d}.json").exists():
        time.sleep(0.002)


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def whole(start, tmp_path):
    code, err = ended(start("whole"))
    assert code == 0, err
    found = content(tmp_path / "whole")
    assert len(found) == 2 * N_ARTICLES / SHARD
    return found


def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(start, whole, tmp_path):
    out, rng = tmp_path / "out", random.Random(1)
    for n in (1, 4):
        process = start("out", "--no-cache")
        when_shards_are_whole(process, out, n)
        time.sleep(rng.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        assert ended(process)[0] == -signal.SIGKILL
        assert [path.name for path in out.iterdir()] == [".unfinished"]
    code, err = ended(start("out", "--no-cache"))
    assert code == 0 and f"{N_ARTICLES} articles (" in err and "by an earlier run" in err
    assert content(out) == whole


def hear_control_c():
    """Whoever starts the tests in the background has it ignored in all that they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("mlflow", [False, True])
def test_control_c_stops_at_once_and_says_how_to_go_on(start, articles, tmp_path, mlflow):
    many = tmp_path / "many"  # so that the run is not at its end before the signal is there
    many.mkdir()
    for copy, path in product(range(20), sorted(articles.iterdir())):
        (many / f"{path.stem}-{copy}{path.suffix}").symlink_to(path)
    process = start("out", inputs=many, mlflow=mlflow, preexec_fn=hear_control_c)
    when_shards_are_whole(process, tmp_path / "out", 2)
    at = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, err = ended(process)
    assert code == 130
    assert "articles whole; the same command goes on from there" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert time.monotonic() - at < STOPS_WITHIN_S * max(1, os.getloadavg()[0])  # of a machine that is free
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".unfinished"]


def test_a_full_disk_is_one_error_and_what_was_done_is_kept(start, whole, articles, tmp_path):
    long = tmp_path / "in"
    long.mkdir()
    for path in articles.iterdir():
        (long / path.name).symlink_to(path)
    (long / "a10.txt").unlink()
    (long / "a10.txt").write_text("Ice\n\n" + "Moscow lied about the cable. " * 200, encoding="utf-8")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    code, err = ended(start("out", "--no-cache", inputs=long, preexec_fn=limit))
    assert code == 1
    assert [line for line in err.splitlines() if line.startswith("stance:")] == [
        "stance: out/.unfinished/00004.sentences.jsonl: cannot write: File too large; "
        "make room there, or give another folder with --out"
    ]
    assert "9 articles are whole; the same command goes on from there" in err
    code, err = ended(start("out", "--no-cache", inputs=long))
    assert code == 0 and "(9 by an earlier run)" in err
    found = content(tmp_path / "out")
    assert len(found) == len(whole) and found["profiles-00001.jsonl"] == whole["profiles-00001.jsonl"]


@pytest.fixture
def read_only(tmp_path):
    """A folder that nobody can write to, root included where it may mount."""
    folder = tmp_path / "fixed"
    folder.mkdir()
    if os.geteuid():
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], capture_output=True, check=False
    ).returncode:
        pytest.skip("root can write everywhere, and may not mount here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_folder_that_cannot_be_written_is_one_error_before_any_work(start, read_only):
    code, err = ended(start(read_only / "out"))
    assert code == 1
    (line,) = err.splitlines()
    assert line.startswith(f"stance: {read_only / 'out'}: cannot write: ") and line.endswith("with --out")


def test_a_cache_that_cannot_be_written_changes_nothing(start, whole, read_only, tmp_path):
    code, err = ended(start("out", "--set", f"cache.folder={read_only}"))
    assert code == 0, err
    assert content(tmp_path / "out") == whole


def test_runs_at_the_same_time_share_a_cache(start, whole, tmp_path):
    processes = [start(f"out{i}") for i in range(3)]
    assert [ended(process)[0] for process in processes] == [0, 0, 0]
    for i in range(3):
        assert content(tmp_path / f"out{i}") == whole
    assert list(Path(tmp_path / "cache").rglob("*.sqlite"))
