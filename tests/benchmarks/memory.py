"""Peak memory and speed of `stance label --out` by the number of op-eds: memory should not grow with them.

    python tests/benchmarks/memory.py [--articles 1000 100000] [--sentences 12] [--model FOLDER] [--html]

One fresh process for each number, over generated op-eds in files, with a cheap model unless another is named.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import record
from opeds import cheap_model, write_opeds

MAX_GROWTH = 1.3  # of the peak, from the smallest number of op-eds to the largest
RESAMPLES = 100  # of the profiles, whose cost is not what is asked here


def measured(folder, inputs, model, options):
    """Seconds, peak resident megabytes, and bytes written, of one process."""
    command = [
        sys.executable, "-m", "pipeline.cli.main", "label", str(inputs), "--out", str(folder / "out"), "--quiet",
        "--model", str(model), "--set", f"profile.resamples={RESAMPLES}", *options,
    ]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")})
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}")
    return {
        "seconds": round(time.perf_counter() - start, 2),
        "peak_mb": round(usage.ru_maxrss / 1024, 1),
        "written_mb": round(sum(p.stat().st_size for p in (folder / "out").rglob("*") if p.is_file()) / 1e6, 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--sentences", type=int, default=12, help="of each op-ed")
    parser.add_argument("--model", type=Path, help="a model folder instead of the cheap one")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=["--no-mlflow"], help="of stance label")
    parser.add_argument("--out", type=Path, help="write the result there instead of results/memory.json")
    given = parser.parse_args()
    rows = []
    for n in given.articles:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_opeds(folder / "in", n, n_sentences=given.sentences)
            model = given.model.resolve() if given.model else cheap_model(folder / "model")
            rows.append({"n_articles": n, **measured(folder, folder / "in", model, given.options)})
        print(f"{n:>9,} op-eds  {rows[-1]['seconds']:>8.1f} s  peak {rows[-1]['peak_mb']:.0f} MB")
    growth = round(rows[-1]["peak_mb"] / rows[0]["peak_mb"], 3)
    result = {
        "n_sentences": given.sentences, "model": str(given.model or "cheap"), "options": given.options,
        "runs": rows, "growth": growth, "max_growth": MAX_GROWTH, "is_flat": growth < MAX_GROWTH,
    }  # fmt: skip
    print(f"peak grows by {growth}, {'under' if result['is_flat'] else 'NOT UNDER'} {MAX_GROWTH}")
    if given.out:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    else:
        print(record("memory", result))
    return 0 if result["is_flat"] else 1


if __name__ == "__main__":
    sys.exit(main())
