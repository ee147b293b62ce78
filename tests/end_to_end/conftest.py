"""Real commands in real processes, each in a folder of its own with a store of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def stance(tmp_path):
    """Runs `stance ...` in a fresh folder; the MLflow store is the default one of that folder."""

    def run(*arguments, stdin=None, timeout=240, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli.main", *map(str, arguments)],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            env={
                **clean,
                "XDG_CACHE_HOME": str(tmp_path / "cache"),
                "COLUMNS": "120",
                "HF_HUB_OFFLINE": "1",
                **environment,
            },
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def op_ed(tmp_path):
    path = tmp_path / "harbour.txt"
    path.write_text(
        "The Harbour Gazette\n\nKeep the lights on\n\nBy Odette Marsh\n\n"
        "Moscow lied about the cable, and then it lied about the ship. Who still believes the admirals? "
        "The West should close its ports to the shadow fleet this week.\n\n"
        "“Nobody here wants a war,” said Pavel Ost, who runs the pilot station. "
        "Talks with Russia could perhaps spare us the next one. "
        "Officials in Brussels say the repair will cost 12 million euros.\n\n"
        "Sign up for our newsletter.\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def store(tmp_path):
    """MLflow's own view of the default store."""

    def client():
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'runs' / 'mlflow.db'}")

    return client
