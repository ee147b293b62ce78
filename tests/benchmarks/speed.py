"""Sentences a second by our encoder and heads, by what a user would pick instead, and by the arithmetic's limit.

    python tests/benchmarks/speed.py [--n 3000] [--repeats 5] [--ways PART ...] [--out FILE.json]

One process, and the ways take turns, each repeat in another order, so that a busy moment hits all; ratios are taken
within a repeat. The sentences are those of the shipped op-eds. Needs the extra `bench`; ways without their package are
left out. Seconds are of the clock; `cpu_s` is what the process used of its cores, which a busy machine moves less.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="true", MLFLOW_DISABLE_TELEMETRY="true")

from machine import machine, record, spread
from roofline import Products, operations
from ways import BASE, CACHED, ENCODER, EVIDENCE, EXACT, FOLDER, LABELS, sentences, token_counts, ways

AIMS = {"ratio of encoder + heads": 4.5, "share of the int8 roofline": 0.5, "share of the folder": 0.85}


def opened(builders, wanted):
    """The ways that can be built here, each run once so that nothing is measured cold."""
    found, absent = {}, {}
    for name, build in builders.items():
        if wanted and not any(part in name for part in wanted):
            continue
        print(f"opening: {name}", file=sys.stderr, flush=True)
        try:
            found[name] = build()
            found[name]()
        except ImportError as error:
            absent[name] = str(error)
            print(f"left out: {name}: {error}", file=sys.stderr)
    return found, absent


def measured(run):
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def repeated(found, products, repeats):
    """Seconds by way and operations a second by number format, one of each per repeat."""
    seconds = {name: [] for name in found}
    rates = {name: [] for name in products}
    names = list(found)
    for repeat in range(repeats):
        at = repeat * max(1, len(names) // repeats) % len(names)
        for name in names[at:] + names[:at]:
            seconds[name].append(measured(found[name]))
            print(f"{repeat + 1}/{repeats} {name:<45} {seconds[name][-1][0]:.2f} s", file=sys.stderr)
        for name, product in products.items():
            rates[name].append(product.rate())
    return seconds, rates


def figures(seconds, n):
    """Per way: seconds, sentences a second, and how many times as fast as the base in the same repeat."""
    result = {}
    for name, pairs in seconds.items():
        walls = [wall for wall, _ in pairs]
        result[name] = {
            "seconds": spread(walls),
            "cpu_s": spread([cpu for _, cpu in pairs]),
            "sentences_per_s": spread([n / wall for wall in walls]),
        }
        if BASE in seconds:
            result[name]["times_base"] = spread(quotients(seconds, BASE, name))
    return result


def quotients(seconds, above, below):
    return [a / b for (a, _), (b, _) in zip(seconds[above], seconds[below], strict=True)]


def roofline(seconds, rates, products, counts, windows):
    """The seconds that the products alone would take, and what share of that speed is reached."""
    lengths = {"sentences": counts, "windows": windows}
    result = {
        "gflop": {name: operations(n) / 1e9 for name, n in lengths.items()},
        "n_tokens": {name: sum(n) for name, n in lengths.items()},
        "formats": {name: product.precisions for name, product in products.items()},
        "gflop_per_s": {name: spread([rate / 1e9 for rate in values]) for name, values in rates.items()},
    }
    for way in (ENCODER, LABELS, EVIDENCE):
        if way in seconds:
            result[f"share, {way}"] = {
                f"{kind}, {of}": spread(
                    [operations(n) / rate / wall for rate, (wall, _) in zip(rates[kind], seconds[way], strict=True)]
                )
                for kind in rates
                for of, n in lengths.items()
            }
    return result


def shares(seconds):
    """Parts of the whole against one another, within a repeat."""
    pairs = {
        "folder, of the encoder's rate": (ENCODER, FOLDER),
        "folder, of the labelling stage's rate": (EVIDENCE, FOLDER),
        "evidence, of the rate without": (LABELS, EVIDENCE),
        "float32 arithmetic, of the shipped setting's rate": (ENCODER, f"{ENCODER}, {EXACT}"),
        "seconds of a folder seen before, of those of a new one": (CACHED, FOLDER),
    }
    return {name: spread(quotients(seconds, *pair)) for name, pair in pairs.items() if set(pair) <= seconds.keys()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=3_000, help="sentences to label; op-eds are taken whole")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--ways", nargs="+", default=[], help="parts of names; the others are left out")
    parser.add_argument("--out", type=Path, help="write the result there instead of results/speed.json")
    options = parser.parse_args()
    given = sentences(options.n)
    counts, windows = token_counts(given)
    n = len(given.texts)
    print(f"{n} sentences of {len(given.paths)} op-eds, {sum(counts) / n:.1f} tokens each", file=sys.stderr)
    products = {"float32": Products(is_int8=False), "int8": Products(is_int8=True)}
    with tempfile.TemporaryDirectory() as scratch:
        found, absent = opened(ways(given, scratch), options.ways)
        seconds, rates = repeated(found, products, options.repeats)
    result = {
        "n_sentences": n, "n_articles": len(given.paths), "repeats": options.repeats,
        "model_sha256": given.model.sha256, "base": BASE, "aims": AIMS, "left_out": absent,
        "ways": figures(seconds, n),
        "shares": shares(seconds),
        "roofline": roofline(seconds, rates, products, counts, windows),
    }  # fmt: skip
    for name, values in result["ways"].items():
        ratio = f"{values['times_base']['median']:.2f}x" if "times_base" in values else ""
        print(f"{name:<45} {values['sentences_per_s']['median']:>8.1f} sentences/s  {ratio}")
    for name, values in result["shares"].items():
        print(f"{name:<60} {values['median']:.3f}")
    if options.out:
        options.out.write_text(json.dumps({"machine": machine(), **result}, indent=1) + "\n", encoding="utf-8")
    else:
        print(record("speed", result))


if __name__ == "__main__":
    main()
