"""Writes the tables of `README.md` from all of `results/*.json`: `python tests/benchmarks/table.py [--check]`.

A measure that was repeated has a median with the smallest and largest; other figures on the top level are shown as they
are, and what lies deeper stays in its file. Experiments are one table, a recipe a row.
"""

import argparse
import json
import sys
from pathlib import Path

from machine import RESULTS

README = Path(__file__).parent / "README.md"
START, END = "<!-- results: made by table.py -->", "<!-- end of results -->"
SPREAD = {"median", "min", "max", "n"}
ESTIMATE = {"value", "low", "high"}  # with its interval over articles
N_SIGNIFICANT = 3
IDS = {"run_id", "config_sha256"}


def measures(value, path=()):
    """Path and spread of every repeated measure."""
    if not isinstance(value, dict):
        return
    if value.keys() >= SPREAD:
        yield path, value
        return
    if value.keys() == ESTIMATE:
        yield path, {"median": value["value"], "min": value["low"], "max": value["high"], "n": "interval"}
        return
    for key, inner in value.items():
        yield from measures(inner, (*path, key))


def number(value):
    """Three digits that count, without an exponent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 10**N_SIGNIFICANT:
        return f"{value:,.0f}"
    return f"{float(f'{value:.{N_SIGNIFICANT}g}'):g}"


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def recipes(rows):
    """A line per recipe, where the rows have one; ids stay in the file."""
    flat = [{" ".join(path).replace("_", "-"): text for path, text in cells(row)} for row in rows if "recipe" in row]
    columns = list(dict.fromkeys(column for row in flat for column in row))
    if not columns:
        return []
    lines = [f"| {' | '.join(map(cell, columns))} |", f"|{' --- |' * len(columns)}"]
    return lines + [f"| {' | '.join(cell(row.get(column, '')) for column in columns)} |" for row in flat]


def cells(value, path=()):
    """Path and text of every figure of a row, an estimate with its interval."""
    if not isinstance(value, dict):
        yield path, "" if value is None else number(value)
    elif value.keys() == ESTIMATE:
        ends = "" if value["low"] is None else f" [{number(value['low'])}, {number(value['high'])}]"
        yield path, f"{'' if value['value'] is None else number(value['value'])}{ends}"
    else:
        for key, inner in value.items():
            if key not in IDS:
                yield from cells(inner, (*path, key))


def section(name, result):
    """Heading, machine, plain figures and the table of one benchmark."""
    machine = result.get("machine", {})
    versions = ", ".join(f"{package} {version}" for package, version in machine.get("versions", {}).items())
    about = ", ".join(filter(None, [
        machine.get("processor"), machine.get("cores") and f"{machine['cores']} cores",
        machine.get("python") and f"Python {machine['python']}", versions,
    ]))  # fmt: skip
    plain = [f"{key} {number(value)}" for key, value in result.items() if isinstance(value, int | float | str)]
    lines = [f"### `results/{name}.json`", "", *([about + ".", ""] if about else [])]
    lines += [cell("; ".join(plain)) + ".", ""] if plain else []
    rows = list(measures({key: value for key, value in result.items() if key != "machine"}))
    compared = recipes(result.get("rows", []))
    if not rows and not plain and not compared:
        return []
    if compared:
        lines += [*compared, ""]
    if rows:
        lines += [
            "| measure | of | median, or estimate | least to most, or interval | repeats |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {cell(': '.join(path[1:]))} | {cell(path[0])} | {number(v['median'])} "
            f"| {number(v['min'])} to {number(v['max'])} | {v['n']} |"
            for path, v in rows
        ]
        lines.append("")
    return lines


def rendered(folder):
    lines = []
    for path in sorted(folder.glob("*.json")):
        lines += section(path.stem, json.loads(path.read_text(encoding="utf-8")))
    return "\n".join(lines).rstrip() + "\n"


def renewed(text, tables):
    """The text with the tables between its markers; at its end where it has none yet."""
    if START not in text:
        text = f"{text.rstrip()}\n\n## Results\n\n{START}\n{END}\n"
    before, rest = text.split(START, 1)
    return f"{before}{START}\n\n{tables}\n{END}{rest.split(END, 1)[1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where the tables are not the newest")
    is_check = parser.parse_args().check
    text = README.read_text(encoding="utf-8")
    new = renewed(text, rendered(RESULTS))
    if is_check:
        return int(new != text)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
