"""What the engine ray costs beside the local one, and what N machines would give: a measured model of cost.

    python tests/benchmarks/ray_overhead.py [--sentences 50000] [--workers 2] [--model FOLDER] [--repeats 3]

Both engines take the same generated op-eds through the same stages, in turn, in this process and its workers, without
cache, MLflow or files; what they give is compared. Four parts of the cost are measured, each by itself:

    start       a cluster, its workers, the model sent and opened in each
    work        of one sentence in one worker of one thread, clean to label
    passing     of one batch to a worker and back, over stages that do nothing: Ray's own cost
    rest        of one sentence in the process that reads and writes: tables of results, profiles, a file of JSON lines

With W workers the run takes about `start + max(n * work / W, n * (passing + rest))`: the workers share the work, while
one process passes batches and writes. Its first term gives the cores that pay, its second the limit.
"""

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from importlib import metadata
from pathlib import Path

from machine import record, spread
from opeds import cheap_model, opeds

from pipeline.core import config_files, schemas
from pipeline.engines import local
from pipeline.engines import ray as ray_engine
from pipeline.engines.contract import Ledger
from pipeline.jobs.batches import labelled
from pipeline.jobs.flow import Flow
from pipeline.jobs.gold import article_rows
from pipeline.jobs.opening import OpenModel
from pipeline.jobs.outputs import table_file
from pipeline.labeling import model as models
from pipeline.labeling.rows import identity

PER_ARTICLE = 30  # sentences, as an op-ed has
MACHINES, CORES = (1, 2, 4, 8, 16, 32), 16
DEFAULT = Path(__file__).resolve().parents[2] / "models" / "default"


class Nothing:
    """The stages of no work, for what passing costs."""

    def here(self):
        return []

    def elsewhere(self):
        return list


def batches_of(texts, size):
    import pyarrow as pa

    rows = article_rows([f"a{i:06d}" for i in range(len(texts))], texts, source="memory")
    table = pa.Table.from_pylist(rows, schema=schemas.ARTICLE)
    return [(table.slice(at, size), []) for at in range(0, len(table), size)]


def timed(function, *given):
    """Seconds, and what was given back."""
    start = time.perf_counter()
    result = function(*given)
    return time.perf_counter() - start, result


def through(runner, batches):
    return list(runner(batches, Ledger()))


def rest(tables, config, opened, folder):
    """All that the process of the command does with finished tables."""
    schema = schemas.sentence_table(opened.model.codebook)
    with table_file(folder / "sentences.jsonl", schema, "jsonl") as file:
        for part in labelled([], lambda source, ledger: iter(tables), config, opened, Ledger()):
            file.write(part.sentences)


def opened_model(folder, config, *, threads):
    model = models.load(folder, threads=threads)
    return OpenModel(model, identity(model, config), None, frozenset())


def measured(config, folder, batches, n_repeats, n_warm):
    """Seconds of each part, by repeat, and the finished tables, which are the same in all."""
    whole = opened_model(folder, config, threads=None)  # the local engine: all cores work on one batch
    alone = opened_model(folder, config, threads=1)
    times = {name: [] for name in ("local", "ray", "start", "work", "passing", "rest")}
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(n_repeats):
            with local.opened(Flow(config, whole.model), config) as run:
                through(run, batches[:n_warm])
                seconds, expected = timed(through, run, batches)
                times["local"].append(seconds)
            with local.opened(Flow(config, alone.model), config) as run:
                through(run, batches[:n_warm])
                times["work"].append(timed(through, run, batches)[0])
            times["rest"].append(timed(rest, expected, config, whole, Path(scratch))[0])
            with contextlib.ExitStack() as stack:
                seconds, run = timed(stack.enter_context, ray_engine.opened(Flow(config, whole.model), config))
                times["start"].append(seconds)
                through(run, batches[:n_warm])
                seconds, found = timed(through, run, batches)
                times["ray"].append(seconds)
            if found != expected:
                raise SystemExit("the engines differ")
            with ray_engine.opened(Nothing(), config) as run:
                through(run, batches[:n_warm])
                times["passing"].append(timed(through, run, batches)[0])
    return times, expected


def model_of_cost(times, n_sentences):
    """Units: seconds, and seconds a sentence."""
    middle = {name: statistics.median(values) for name, values in times.items()}
    parts = {f"{name}_s": middle[name] / n_sentences for name in ("work", "passing", "rest")}
    return {"start_s": middle["start"], **parts}


def predicted(cost, n_sentences, n_workers):
    """Seconds of a run, by the model of cost."""
    one_process = n_sentences * (cost["passing_s"] + cost["rest_s"])
    return cost["start_s"] + max(n_sentences * cost["work_s"] / n_workers, one_process)


def by_machines(cost, n_sentences):
    """For a hundred times the text, where a cluster is worth its start: seconds, and by how much one core is beaten."""
    n = 100 * n_sentences
    alone = n * (cost["work_s"] + cost["rest_s"])
    rows = [(machines, predicted(cost, n, machines * CORES)) for machines in MACHINES]
    return [
        {"machines": machines, "cores": machines * CORES, "seconds": seconds, "times_one_core": alone / seconds}
        for machines, seconds in rows
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--batch", type=int, default=16, help="articles")
    parser.add_argument("--model", type=Path, default=DEFAULT, help="a model folder")
    parser.add_argument("--cheap", action="store_true", help="a model that costs little, in place of it")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--dry", action="store_true", help="write no result")
    given = parser.parse_args()
    config = config_files.load(
        None, ["cache.is_on=false", "profile.resamples=100", f"ray.workers={given.workers}", "ray.start_s=600"]
    )
    texts = list(opeds(max(1, given.sentences // PER_ARTICLE), n_sentences=PER_ARTICLE))
    batches = batches_of(texts, given.batch)
    with tempfile.TemporaryDirectory() as name:
        folder = cheap_model(Path(name) / "model") if given.cheap else given.model
        times, tables = measured(config, folder, batches, given.repeats, given.workers)
    n_sentences = sum(len(found) for table in tables for found in table["sentences"])
    cost = model_of_cost(times, n_sentences)
    ray_s = statistics.median(times["ray"])
    result = {
        "n_sentences": n_sentences, "n_batches": len(batches), "n_workers": given.workers,
        "model": "cheap" if given.cheap else given.model.name, "ray": metadata.version("ray"),
        "seconds": {part: spread(values) for part, values in times.items()},
        "sentences_per_s": {part: n_sentences / statistics.median(times[part]) for part in ("local", "ray")},
        "overhead": statistics.median(r / s for r, s in zip(times["ray"], times["local"], strict=True)) - 1,
        "cost": cost, "predicted_ray_s": predicted(cost, n_sentences, given.workers) - cost["start_s"],
        "by_machines": by_machines(cost, n_sentences),
    }  # fmt: skip
    print(f"{n_sentences:,} sentences, {given.workers} workers")
    for part, told in result["sentences_per_s"].items():
        print(f"  {part:<8} {told:>10,.0f} sentences/s")
    print(
        f"  overhead {result['overhead']:+.1%} of the local engine's seconds, start of {cost['start_s']:.1f} s left out"
    )
    print("  " + ", ".join(f"{part[:-2]} {1e6 * cost[part]:.0f} us" for part in ("work_s", "passing_s", "rest_s")))
    print(f"  ray took {ray_s:.1f} s, the model of cost says {result['predicted_ray_s']:.1f} s")
    for row in result["by_machines"]:
        print(
            f"  {row['machines']:>3} x {CORES} cores: {row['seconds']:>8.0f} s, {row['times_one_core']:.0f}x one core"
        )
    if not given.dry:
        print(record("ray_overhead", result))


if __name__ == "__main__":
    main()
