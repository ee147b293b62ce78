"""Kills `stance label --out` at random moments, again and again, and compares what comes out in the end.

    python tests/benchmarks/kill.py [--kills 200] [--articles 300]

Each round kills a run one to five times with SIGKILL, lets it end, and compares every byte of the results with those of
an unbroken run. Moments are drawn over the whole time that a run takes, its start and its end included.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import record
from opeds import cheap_model, write_opeds

SHARD = 20  # articles
MAX_KILLS_A_ROUND = 5


def start(folder, out):
    settings = (f"label.shard_articles={SHARD}", "label.batch_articles=4", "profile.resamples=100")
    command = [
        sys.executable, "-m", "pipeline.cli.main", "label", "in", "--out", out, "--model", "model", "--no-mlflow",
        *(word for setting in settings for word in ("--set", setting)),
    ]  # fmt: skip
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


def ended(process):
    _, err = process.communicate()
    if process.returncode:
        raise SystemExit(f"a run ended with {process.returncode}:\n{err}")
    return err


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def whole_run(folder):
    """The bytes of an unbroken run, and the seconds that it took."""
    at = time.perf_counter()
    ended(start(folder, "whole"))
    return content(folder / "whole"), time.perf_counter() - at


def killed_round(folder, rng, longest_s, n_left):
    """One run killed some times, then ended. Returns how many kills hit it, and whether shards were kept."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    n_hit = 0
    for _ in range(min(n_left, rng.randint(1, MAX_KILLS_A_ROUND))):
        process = start(folder, "out")
        try:
            process.wait(rng.uniform(0, longest_s))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            n_hit += 1
        else:
            process.communicate()
    return n_hit, "by an earlier run" in ended(start(folder, "out"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="do not write results/kill.json")
    given = parser.parse_args()
    rng, n_kills, n_rounds, n_resumed = random.Random(given.seed), 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_opeds(folder / "in", given.articles, n_sentences=6)
        cheap_model(folder / "model")
        whole, longest_s = whole_run(folder)
        while n_kills < given.kills:
            n_hit, is_resumed = killed_round(folder, rng, longest_s, given.kills - n_kills)
            n_kills, n_rounds, n_resumed = n_kills + n_hit, n_rounds + 1, n_resumed + is_resumed
            found = content(folder / "out")
            if found != whole:
                other = sorted(name for name in {*found, *whole} if found.get(name) != whole.get(name))
                raise SystemExit(
                    f"after {n_kills} kills in {n_rounds} rounds (seed {given.seed}) these differ: {other}"
                )
            print(f"{n_kills:>4} kills, {n_rounds} rounds, {n_resumed} with shards kept: the same bytes", flush=True)
    result = {
        "n_articles": given.articles, "shard_articles": SHARD, "n_kills": n_kills, "n_rounds": n_rounds,
        "n_rounds_with_kept_shards": n_resumed, "n_rounds_that_differ": 0, "seed": given.seed,
    }  # fmt: skip
    if not given.dry:
        print(record("kill", result))


if __name__ == "__main__":
    main()
