"""The engine ray against the engine local, with stages that fail, stop the run, or end their process."""

import os
import random
import signal
import sys
import time

import pyarrow as pa
import pytest

from pipeline.core.config import Config
from pipeline.core.errors import Refusal, StanceError
from pipeline.engines import local
from pipeline.engines import ray as engine
from pipeline.engines.contract import Ledger
from pipeline.engines.ray_pool import IN_FLIGHT

SCHEMA = pa.schema([("article", pa.string()), ("source", pa.string()), ("line", pa.int32())])
LONGER = SCHEMA.append(pa.field("length", pa.int32()))
N_WORKERS = 2
CONFIG = Config(ray={"workers": N_WORKERS})


class Measure:
    """Adds the id's length. Chokes on ids that hold `bad`, stops the run on `stop`, and ends its process on `end`."""

    name, input_schema, output_schema = "measure", SCHEMA, LONGER

    def __init__(self, pids=None):
        self.pids = pids  # a folder where each worker leaves its process's number

    def __call__(self, table):
        ids = table["article"].to_pylist()
        if self.pids is not None:
            (self.pids / str(os.getpid())).touch()
        time.sleep(len(ids[0]) % 3 / 100 if ids else 0)  # so that batches overtake one another
        if any("stop" in i for i in ids):
            raise StanceError("no disk", where="out", remedy="make room")
        if any("bad" in i for i in ids):
            raise ValueError("the secret words of an article")
        if any("end" in i for i in ids):
            os._exit(1)
        return table.append_column(LONGER.field("length"), pa.array([len(i) for i in ids], pa.int32()))


class Work:
    def __init__(self, stage):
        self.stage = stage

    def here(self):
        return [self.stage]

    def elsewhere(self):
        return self.here


def batch(*ids, unread=()):
    rows = [{"article": i, "source": f"{i}.txt", "line": None} for i in ids]
    return pa.Table.from_pylist(rows, schema=SCHEMA), [Refusal(f"{i}.txt", "empty", "no text", "x") for i in unread]


def batches(n, *, seed=0):
    rng = random.Random(seed)
    for i in range(n):
        kinds = rng.choices(["", "bad"], weights=[9, 1], k=rng.randint(1, 4))
        ids = [f"{kind}{i:03d}-{j}{'x' * rng.randint(0, 9)}" for j, kind in enumerate(kinds)]
        yield batch(*ids, unread=[f"u{i}"] * (rng.random() < 0.2))


def done_by(run, source):
    ledger = Ledger()
    tables = list(run(source, ledger))
    return tables, ledger.refusals, (ledger.n_in, ledger.n_done, ledger.n_refused)


@pytest.fixture(scope="module")
def running():
    """A cluster of one machine with two cores."""
    pytest.importorskip("ray", reason="the extra [ray] is not installed")
    from ray import cloudpickle
    from ray.cluster_utils import Cluster

    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)  # workers cannot import a test
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": N_WORKERS, "include_dashboard": False})
    yield cluster
    cluster.shutdown()
    cloudpickle.unregister_pickle_by_value(module)


@pytest.fixture
def cluster(running, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", running.address)
    return running


@pytest.fixture
def run_local():
    with local.opened(Work(Measure()), CONFIG) as run:
        yield run


@pytest.mark.slow
def test_tables_refusals_and_sums_are_those_of_the_local_engine_in_every_run_of_a_pool(cluster, run_local):
    with engine.opened(Work(Measure()), CONFIG) as run:
        for seed in (1, 2):  # the shards of one run
            assert done_by(run, batches(40, seed=seed)) == done_by(run_local, batches(40, seed=seed))


@pytest.mark.slow
def test_batches_are_drawn_as_they_are_needed(cluster):
    drawn = []
    source = (drawn.append(i) or one for i, one in enumerate(batches(60)))
    with engine.opened(Work(Measure()), CONFIG) as run:
        for n_done, _ in enumerate(run(source, Ledger()), 1):
            assert len(drawn) <= n_done - 1 + IN_FLIGHT * N_WORKERS


@pytest.mark.slow
def test_what_a_killed_worker_had_is_done_by_another(cluster, run_local, tmp_path):
    expected = done_by(run_local, batches(60))
    killed = set()
    with engine.opened(Work(Measure(tmp_path)), CONFIG) as run:
        ledger, tables = Ledger(), []
        for table in run(batches(60), ledger):
            tables.append(table)
            if len(tables) in (10, 30):
                alive = {int(path.name) for path in tmp_path.iterdir()} - killed
                os.kill(min(alive), signal.SIGKILL)
                killed.add(min(alive))
    assert len(killed) == 2 < len(list(tmp_path.iterdir()))
    assert tables == expected[0] and ledger.refusals == expected[1]


@pytest.mark.slow
def test_an_article_that_ends_its_worker_is_refused_and_takes_no_other_with_it(cluster):
    source = [batch("a", "end1", "bad", "b"), batch("c", unread=["u"]), batch("d"), batch("end2")]
    with engine.opened(Work(Measure()), CONFIG) as run:
        tables, refusals, sums = done_by(run, source)
    assert [t["article"].to_pylist() for t in tables] == [["a", "b"], ["c"], ["d"], []]
    assert all(t.schema.equals(LONGER) for t in tables)
    assert [(r.source, r.reason) for r in refusals] == [
        ("end1.txt", "its worker ended"),
        ("bad.txt", "stage measure failed"),
        ("u.txt", "empty"),
        ("end2.txt", "its worker ended"),
    ]
    assert [r.detail.split("'")[1] for r in refusals if r.reason != "empty"] == ["end1", "bad", "end2"]
    assert sums == (8, 4, 4)


@pytest.mark.slow
def test_an_error_that_concerns_the_whole_run_ends_it_as_it_was_meant(cluster):
    with (
        engine.opened(Work(Measure()), CONFIG) as run,
        pytest.raises(StanceError, match="^out: no disk; make room$"),
    ):
        done_by(run, [batch("a"), batch("stop"), batch("b")])


@pytest.mark.slow
def test_a_machine_of_the_cluster_may_go(cluster, run_local, tmp_path):
    expected = done_by(run_local, batches(60))
    other = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    with engine.opened(Work(Measure(tmp_path)), Config()) as run:
        ledger, tables = Ledger(), []
        for table in run(batches(60), ledger):
            tables.append(table)
            if other is not None and len(list(tmp_path.iterdir())) == N_WORKERS + 1:
                cluster.remove_node(other)
                other = None
    assert other is None
    assert tables == expected[0] and ledger.refusals == expected[1]


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_workers_that_the_cluster_cannot_have_are_not_waited_for_longer_than_was_asked(cluster):
    too_many = {"threads": 50}  # cores for a worker
    with (
        pytest.raises(StanceError, match=r"^no worker could be had from the Ray cluster within 2 s; see `ray status`"),
        engine.opened(Work(Measure()), Config(ray={"workers": 1, "start_s": 2}, label=too_many)),
    ):
        pass


@pytest.mark.slow
@pytest.mark.timeout(60)  # Ray by itself tries for many minutes
def test_no_cluster_at_the_address_is_told_with_the_remedy():
    pytest.importorskip("ray", reason="the extra [ray] is not installed")
    with (
        pytest.raises(StanceError, match=r"^127.0.0.1:1: no Ray cluster answers: .*ray start --head"),
        engine.opened(Work(Measure()), Config(ray={"address": "127.0.0.1:1"})),
    ):
        pass


def test_without_ray_the_way_to_install_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(StanceError, match=r"needs the package ray; install it: pip install 'stance-pipeline\[ray\]'"),
        engine.opened(Work(Measure()), CONFIG),
    ):
        pass
