"""The rows of `experiments.py` on disk: one of each recipe, seed and settings, and what else it ran on, if anything."""

import json

import machine

MACHINE, VERSIONS = "machine", "versions"


def key(row):
    """What a row is of; rows from before `settings` were kept are of plain recipes."""
    return row["recipe"], row["seed"], row.get("settings", "")


def replaced(rows, row, names):
    """The row in place of the older one of its key, in the order of the names; recipes that have gone come last.

    Where it has no GOLD figures, the older ones stay, with the id of the run that they are of.
    """
    older = next((r for r in rows if key(r) == key(row)), {})
    if "gold" in older and "gold" not in row:
        row = row | {"gold": {"run_id": older.get("run_id"), **older["gold"]}}
    place = {name: at for at, name in enumerate(names)}
    others = [r for r in rows if key(r) != key(row)]
    return sorted([*others, row], key=lambda r: (place.get(r["recipe"], len(place)), *key(r)))


def kept(name):
    """The rows on disk, each with all of the machine that it ran on."""
    path = machine.RESULTS / f"{name}.json"
    if not path.is_file():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    shared = flat(found[MACHINE])
    return [row | {MACHINE: shared | row.get(MACHINE, {})} for row in found["rows"]]


def keep(name, row, names):
    """Writes a row that ran on this machine; each other tells what of its own machine was otherwise."""
    here = flat(machine.machine())
    rows = replaced(kept(name), row | {MACHINE: here}, names)
    machine.record(name, {"rows": [told_from(here, r) for r in rows]})


def flat(found):
    """A machine's parts and its packages side by side."""
    return {part: value for part, value in found.items() if part != VERSIONS} | found[VERSIONS]


def told_from(here, row):
    """The row with what its machine had otherwise, None for a package that it had not."""
    ran = row[MACHINE]
    others = {part: ran.get(part) for part in here | ran if ran.get(part) != here.get(part)}
    return {part: value for part, value in row.items() if part != MACHINE} | ({MACHINE: others} if others else {})
