"""Whole-process time and peak memory of `stance label` on one article, cold, with what the time is spent on.

    python tests/benchmarks/cold_start.py [--repeats 7]

The phases are taken in a fresh process each time, one after the other, MLflow in the foreground; in the real command
MLflow opens beside the other phases, so the whole is less than their sum.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import record, spread

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = ROOT / "seeds" / "north_quay_gazette.txt"
PHASES = """
import json, sys, time
started = time.perf_counter()
from pathlib import Path
marks = {}
def mark(name):
    global started
    now = time.perf_counter(); marks[name] = now - started; started = now
from pipeline.core import config_files
from pipeline.core.places import shipped
config = config_files.load()
mark("configuration")
from pipeline.jobs import flow, label
from pipeline.jobs.opening import identity
mark("imports of the job")
from pipeline.labeling import model as models
model = models.load(shipped("models/default"))
mark("model: verify and open")
from pipeline.engines.local import Ledger, run
from pipeline.ingest.read import read_articles, tables
stages = flow.stages(config, model)
source = tables(read_articles([sys.argv[1]], config.read), batch=16)
(table,), _ = zip(*source)
for stage in stages[:-1]:
    table = stage(table)
mark("read, clean, segment, attribute")
table = stages[-1](table)
mark("label")
from pipeline.labeling.rows import sentence_rows
rows = sentence_rows(table, model.codebook, identity(model, config))
from pipeline.profiles.build import build_profiles
profiles = list(build_profiles(rows, model.codebook, error=None, settings=config.profile, seed=0))
mark("profile")
from pipeline.tracking.runs import job_run
from pipeline.tracking.store import open_store
store = open_store(config.tracking)
with job_run(store, job="label", config=config) as record:
    record.metrics({"n": 1.0})
mark("MLflow, store there already")
print(json.dumps(marks))
"""
REFERENCES = {
    "python -c pass": ["-c", "pass"],
    "import openvino, tokenizers": ["-c", "import openvino, tokenizers"],
    "stance --help": ["-m", "pipeline.cli.main", "--help"],
    "stance label, MLflow off": ["-m", "pipeline.cli.main", "label", str(ARTICLE), "--no-mlflow"],
    "stance label": ["-m", "pipeline.cli.main", "label", str(ARTICLE)],
}


def measured(arguments, folder):
    """Seconds and peak resident megabytes of one fresh process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{arguments} ended with {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    whole, phases = {name: [] for name in REFERENCES}, {}
    with tempfile.TemporaryDirectory() as folder:
        measured(REFERENCES["stance label"], folder)  # makes the store, and warms the file cache
        for _ in range(repeats):  # the commands take turns, so that a busy moment hits all
            for name, arguments in REFERENCES.items():
                whole[name].append(measured(arguments, folder))
            done = subprocess.run(
                [sys.executable, "-c", PHASES, ARTICLE], cwd=folder, capture_output=True, check=True, text=True
            )
            for name, seconds in json.loads(done.stdout).items():
                phases.setdefault(name, []).append(seconds)
    result = {
        "whole_s": {name: spread([s for s, _ in runs]) for name, runs in whole.items()},
        "peak_mb": {name: spread([m for _, m in runs]) for name, runs in whole.items()},
        "phases_s": {name: spread(seconds) for name, seconds in phases.items()},
    }
    for name, values in result["whole_s"].items():
        print(f"{name:<32} {values['median']:.3f} s  {result['peak_mb'][name]['median']:.0f} MB")
    for name, values in result["phases_s"].items():
        print(f"  {name:<32} {values['median']:.3f} s")
    print(record("cold_start", result))


if __name__ == "__main__":
    main()
