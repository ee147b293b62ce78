"""Runs stages over articles by the workers of a Ray cluster: one started on this machine for the run, or a running one.

Needs the extra `[ray]` here and the same stance-pipeline on every machine; the model is sent there by itself.
"""

from __future__ import annotations

import logging
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.core.errors import StanceError
from pipeline.engines.ray_pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.core.config import Config
    from pipeline.engines.contract import Runner, Work

ADDRESS = "RAY_ADDRESS"
OBJECT_STORE_BYTES = 500_000_000  # of a cluster of our own; what is over it goes to disk
KNOCK_S = 10
TRIES = "RAY_gcs_server_port_wait_time_s"  # named so for another use; of 40 s each to reach a cluster, and else 20
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # no telemetry
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else a warning about graphics cards
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # else it writes to standard output that a worker has ended
}


@contextmanager
def opened(work: Work, config: Config) -> Iterator[Runner]:
    """See `contract.Engine`. Raises: StanceError where Ray is not installed, or no worker can be had."""
    threads = config.label.threads or 1
    with _cluster(config, threads=threads) as ray:
        n_workers = config.ray.workers or max(1, int(ray.cluster_resources().get("CPU", 1)) // threads)
        pool = Pool(ray, work.elsewhere(), n_workers=n_workers, cores=threads, start_s=config.ray.start_s)
        try:
            yield pool.run
        finally:
            pool.close()


@contextmanager
def _cluster(config: Config, *, threads: int) -> Iterator[Any]:
    """The module `ray`, connected. A cluster that was started here ends with the block."""
    ray = _imported()
    address = config.ray.address or os.environ.get(ADDRESS) or "local"
    own: dict[str, Any] = {}
    if address == "local":
        own = {"include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
        if config.ray.workers:
            own["num_cpus"] = config.ray.workers * threads
    try:
        _knock(address, wait_s=config.ray.start_s)
        with _few_tries(address):
            ray.init(address, log_to_driver=False, configure_logging=False, logging_level="ERROR", **own)
    except Exception as error:  # each part of Ray has kinds of errors of its own
        ray.shutdown()
        raise _unreachable(address, error) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(address: str, *, wait_s: float) -> None:
    """Ray itself tries for many minutes where nothing listens. Raises: OSError, ValueError."""
    at = urlsplit(address if "://" in address else f"//{address}")
    if at.hostname and at.port:  # others, such as `auto`, Ray looks up
        socket.create_connection((at.hostname, at.port), timeout=min(wait_s, KNOCK_S)).close()


@contextmanager
def _few_tries(address: str) -> Iterator[None]:
    """What listens may not be Ray, or no longer answer. A cluster of our own may take its time."""
    if address == "local" or TRIES in os.environ:
        yield
        return
    os.environ[TRIES] = "2"
    try:
        yield
    finally:
        del os.environ[TRIES]


def _unreachable(address: str, error: Exception) -> StanceError:
    kind = type(error).__name__
    if address == "local":
        remedy = "try it once more when the machine is less busy, or use the engine local"
        return StanceError(f"Ray could not be started on this machine: {kind}", where="label.engine", remedy=remedy)
    remedy = f"start it with `ray start --head`, or leave ray.address and {ADDRESS} unset for this machine alone"
    return StanceError(f"no Ray cluster answers: {kind}", where=address, remedy=remedy)


def _imported() -> Any:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)  # read when it is imported, and by the processes that it starts
    try:
        import ray
    except ImportError as error:
        raise StanceError(
            "the engine ray needs the package ray",
            where="label.engine",
            remedy="install it: pip install 'stance-pipeline[ray]'; or use the engine local",
        ) from error
    logging.getLogger("ray").setLevel(logging.ERROR)
    return ray
