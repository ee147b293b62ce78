"""What every benchmark records beside its figures."""

import json
import os
import platform
import statistics
from contextlib import suppress
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "stance-pipeline", "openvino", "tokenizers", "mlflow", "pyarrow", "numpy", "torch", "transformers",
    "sentence-transformers", "setfit", "spacy", "scikit-learn",
)  # fmt: skip


def machine():
    """Processor, cores, Python and the versions that matter."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": dict(versions()),
    }


def versions():
    """Of the packages that matter, where they are installed."""
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            yield name, metadata.version(name)


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


def spread(values):
    """Median with the smallest and largest of the repeats."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "n": len(values)}


def record(name, result):
    """Writes `results/<name>.json` and returns its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), **result}, indent=1) + "\n")
    return path
