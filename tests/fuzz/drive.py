"""`make fuzz N=100000`: mutated inputs for every target, outcomes counted as JSON, failing inputs kept small.

`python -m tests.fuzz.drive --n 100000 --seed 0 [TARGET...]`; failing inputs go to `runs/fuzz/`.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.mutations import mutated
from tests.fuzz.targets import TARGETS, Target, by_name, frames

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_S = 5.0  # of processor time for one input: a busy machine is no hang
STUCK_S = 120  # of the clock, inside native code that no signal interrupts; ends the process with its stack shown
FOUND = Path("runs/fuzz")
MAX_SHRINKS = 400


class TooSlowError(Exception):
    """An input took more than its time."""


@dataclass
class Told:
    """What became of a target's inputs. `failures`: kind and place of a broken promise -> file of a small input."""

    target: str
    seed: int
    n_inputs: int = 0
    n_failed: int = 0
    slowest_s: float = 0.0
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def limited(run: Callable[[bytes], str], content: bytes) -> tuple[str, float]:
    """Outcome and processor seconds. Raises: TooSlowError past the limit."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"more than {LIMIT_S:g} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
    try:
        return run(content), time.process_time() - begin
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def fuzz(target: Target, *, n: int, seed_: int) -> Told:
    told = Told(target.name, seed_)
    small: dict[str, bytes] = {}

    @seed(seed_)
    @settings(max_examples=n, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=HealthCheck)
    @given(mutated(target.seeds()))
    def one(content: bytes) -> None:
        told.n_inputs += 1
        faulthandler.dump_traceback_later(STUCK_S, exit=True)
        try:
            outcome, seconds = limited(target.run, content)
        except Exception as error:
            told.n_failed += 1
            kind = named(error)
            if kind not in small or len(content) < len(small[kind]):
                small[kind] = content
        else:
            told.outcomes[outcome] = told.outcomes.get(outcome, 0) + 1
            told.slowest_s = max(told.slowest_s, seconds)
        finally:
            faulthandler.cancel_dump_traceback_later()

    begin = time.monotonic()
    one()
    told.failures = {kind: kept(target, kind, content) for kind, content in small.items()}
    told.seconds = round(time.monotonic() - begin, 1)
    return told


def named(error: Exception) -> str:
    places = list(frames(error))
    return f"{type(error).__name__} at {places[-1] if places else '?'}"


def kept(target: Target, kind: str, content: bytes) -> str:
    """The file of a smaller input that fails alike."""
    FOUND.mkdir(parents=True, exist_ok=True)
    content = smaller(content, lambda shorter: _fails(target, shorter) == kind)
    path = FOUND / f"{target.name}-{sha256(kind.encode()).hexdigest()[:8]}"
    path.write_bytes(content)
    return str(path)


def _fails(target: Target, content: bytes) -> str | None:
    try:
        limited(target.run, content)
    except Exception as error:
        return named(error)
    return None


def smaller(content: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Pieces are cut out while the input still fails, halves first."""
    size, n_tries = len(content) // 2, 0
    while size and n_tries < MAX_SHRINKS:
        at = 0
        while at < len(content) and n_tries < MAX_SHRINKS:
            n_tries += 1
            shorter = content[:at] + content[at + size :]
            if fails(shorter):
                content = shorter
            else:
                at += size
        size //= 2
    return content


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(t.name for t in TARGETS))
    parser.add_argument("--n", type=int, default=1_000, help="inputs per target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where the counts are written too")
    options = parser.parse_args()
    told = []
    for target in map(by_name, options.targets) if options.targets else TARGETS:
        told.append(fuzz(target, n=options.n, seed_=options.seed))
        print(json.dumps(asdict(told[-1])), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in told], indent=1) + "\n", encoding="utf-8")
    return int(any(each.failures for each in told))


if __name__ == "__main__":
    sys.exit(main())
