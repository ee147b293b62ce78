"""`stance label --engine ray` on a cluster of its own: the files of the local engine, whatever happens on the way."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from opeds import cheap_model, write_opeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

N_ARTICLES, N_WORKERS = 60, 2
SETTINGS = {
    "label.batch_articles": 2, "label.shard_articles": 25, "profile.resamples": 100, "ray.workers": N_WORKERS,
    "ray.start_s": 600,
}  # fmt: skip
ENDS_WITHIN_S = 150  # after SIGKILL the agents of Ray try for 60 s to tell the cluster, which is gone, and then end


@pytest.fixture(scope="module", autouse=True)
def _ray():
    pytest.importorskip("ray", reason="the extra [ray] is not installed")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Articles, among them some that cannot be read, and a cheap model."""
    folder = tmp_path_factory.mktemp("ray")
    write_opeds(folder / "in", N_ARTICLES, n_sentences=12)
    for i in range(0, N_ARTICLES, 20):
        (folder / f"in/0000/oped{i:07d}x.txt").write_bytes(b"\x00\xff\x00")
    cheap_model(folder / "model")
    return folder


@pytest.fixture(scope="module")
def start(place):
    def start(out, *options):
        settings = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
        command = [
            sys.executable, "-m", "pipeline.cli.main", "label", "in", "--model", "model", "--out", out, "--no-mlflow",
            "--no-cache", *settings, *options,
        ]  # fmt: skip
        clean = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
        return subprocess.Popen(
            command,
            cwd=place,
            env=clean,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return start


@pytest.fixture(scope="module")
def expected(start, place):
    ended(start("local"), code=5)
    found = content(place / "local")
    assert len(found) == 2 * 3 + 1 and found["refused.jsonl"].count(b"\n") == 3
    return found


def ended(process, *, code):
    out, err = process.communicate(timeout=900)
    assert process.returncode == code, err
    assert out == ""
    return err


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def processes(session):
    """Number and command of every process that a command has started."""
    lines = subprocess.run(["ps", "-eo", "pid,sid,stat,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in lines.splitlines()[1:]]
    return {int(pid): args for pid, sid, stat, args in rows if int(sid) == session and stat[0] != "Z"}


def workers(process):
    return [pid for pid, args in processes(process.pid).items() if args.startswith("ray::Worker")]


def when(condition, process):
    while process.poll() is None and not condition():
        time.sleep(0.01)
    return process.poll() is None


def is_gone(process):
    """Whether nothing is left of a command; what was told to end may need a moment."""
    end = time.monotonic() + ENDS_WITHIN_S
    while (left := processes(process.pid)) and time.monotonic() < end:
        time.sleep(0.2)
    return not left


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_files_are_those_of_the_local_engine_byte_for_byte(start, place, expected, format):
    if format != "jsonl":
        ended(start(f"local-{format}", "--format", format), code=5)
        expected = content(place / f"local-{format}")
    process = start(f"ray-{format}", "--format", format, "--engine", "ray")
    err = ended(process, code=5)
    assert content(place / f"ray-{format}") == expected
    assert "Ray" not in err and "ray:" not in err.replace("ray-", ""), "the library keeps to itself"
    assert is_gone(process)


def test_files_are_the_same_when_workers_are_killed(start, place, expected):
    process, rng = start("killed", "--engine", "ray", "--set", "label.batch_articles=1"), random.Random(3)
    for n in (1, 2):
        shard = place / f"killed/.unfinished/{n:05d}.json"
        assert when(shard.exists, process)
        os.kill(rng.choice(workers(process)), signal.SIGKILL)
    ended(process, code=5)
    assert content(place / "killed") == expected
    assert is_gone(process)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_command_that_is_stopped_leaves_no_process_and_goes_on_with_either_engine(start, place, expected, sent, code):
    out = f"stopped-{sent}"
    process = start(out, "--engine", "ray")
    assert when((place / out / ".unfinished/00001.json").exists, process)
    os.killpg(process.pid, sent) if sent == signal.SIGINT else process.send_signal(sent)  # a terminal's goes to all
    err = ended(process, code=code)
    assert "Traceback" not in err
    assert is_gone(process)
    assert "by an earlier run" in ended(start(out, "--engine", "local"), code=5)
    assert content(place / out) == expected
