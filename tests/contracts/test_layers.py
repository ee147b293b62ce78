"""The house's rules of import: one way, no cycle, and nothing heavy before it is needed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("mlflow", "torch", "transformers", "pandas", "sklearn", "openvino", "pyarrow", "numpy", "pydantic", "yaml")
VERBS = (
    "label",
    "compare",
    "evaluate",
    "train",
    "adapt",
    "promote",
    "models",
    "agreement",
    "data",
    "sample",
    "export",
    "import",
)


def test_imports_go_one_way():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


def loaded_by(*arguments):
    """Top-level modules that a command has loaded when it ends."""
    script = (
        "import sys, pipeline.cli.main as m\n"
        f"try: m.main({list(arguments)!r})\n"
        "except SystemExit: pass\n"
        "print('LOADED', *sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_help_loads_nothing_heavy():
    assert loaded_by("--help").isdisjoint(HEAVY)


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_loads_no_runtime(verb):
    assert loaded_by(verb, "--help").isdisjoint({"mlflow", "torch", "transformers", "pandas", "sklearn", "openvino"})


def test_only_tracking_imports_mlflow_and_only_training_imports_torch():
    owners = {"mlflow": "tracking", "torch": "training", "transformers": "training", "openvino": "labeling"}
    allowed = {"openvino": {"labeling", "training"}}
    for path in (ROOT / "pipeline").rglob("*.py"):
        part = path.relative_to(ROOT / "pipeline").parts[0]
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if len(words) > 1 and words[0] in ("import", "from"):
                package = words[1].partition(".")[0]
                if package in owners:
                    assert part in allowed.get(package, {owners[package]}), f"{path}: {line.strip()}"


def test_print_stands_in_the_command_line_alone():
    places = [p for p in (ROOT / "pipeline").rglob("*.py") if "cli" not in p.parts]
    told = [p for p in places if any(line.lstrip().startswith("print(") for line in p.read_text().splitlines())]
    assert [str(p.relative_to(ROOT)) for p in told] == []


def test_nothing_of_this_kind_is_written_or_read():
    words = ("import pickle", "import joblib", "torch.load(", "torch.save(", "cloudpickle")
    for path in (ROOT / "pipeline").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path
