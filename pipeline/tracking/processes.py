"""Which process a run belongs to, so that runs of killed ones do not stay RUNNING for ever."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.tracking.store import Store

HOST_TAG = "stance.host"
PROCESS_TAG = "stance.process"  # "<pid>:<start>": a pid alone is given again to another process
START_FIELD = 19  # of /proc/<pid>/stat after the command's name: start time in clock ticks


def own_tags() -> dict[str, str]:
    pid = os.getpid()
    return {HOST_TAG: _host(), PROCESS_TAG: f"{pid}:{_start(pid)}"}


def close_abandoned(store: Store) -> int:
    """Marks runs of this machine's dead processes as KILLED; returns how many."""
    if os.name == "nt":  # asking after a process there would end it
        return 0
    query = f"attributes.status = 'RUNNING' and tags.`{HOST_TAG}` = '{_host()}'"
    n_closed = 0
    for run in store.client.search_runs([store.experiment_id], query, max_results=100):
        if _is_alive(run.data.tags.get(PROCESS_TAG, "")):
            continue
        # asked again: the process may have closed its run and ended since the search
        if store.client.get_run(run.info.run_id).info.status == "RUNNING":
            store.client.set_terminated(run.info.run_id, status="KILLED")
            n_closed += 1
    return n_closed


def _is_alive(process: str) -> bool:
    pid, _, start = process.partition(":")
    if not pid.isdecimal():
        return True  # not ours to judge
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it is there, and belongs to somebody else
    return _start(int(pid)) == start


def _host() -> str:
    """Machine and, where the system has them, process namespace: containers on one machine count pids apart."""
    namespace = Path("/proc/self/ns/pid")
    inside = f"/{namespace.readlink().name}" if namespace.is_symlink() else ""
    return f"{socket.gethostname()}{inside}".replace("'", "")


def _start(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[START_FIELD]
