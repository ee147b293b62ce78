from threading import Barrier, Event, Timer
from threading import enumerate as enumerate_threads

import pyarrow as pa
import pytest

from pipeline.core import config_files, registry
from pipeline.core.errors import ConfigError, Refusal, StanceError
from pipeline.engines.local import Ledger, opened, run

SCHEMA = pa.schema([("article", pa.string()), ("source", pa.string()), ("line", pa.int32())])
LONGER = SCHEMA.append(pa.field("length", pa.int32()))


class Measure:
    """Adds the id's length; chokes on ids that hold `bad`, and lets a StanceError through on `stop`."""

    name, input_schema, output_schema = "measure", SCHEMA, LONGER

    def __call__(self, table):
        ids = table["article"].to_pylist()
        if any("stop" in i for i in ids):
            raise StanceError("no disk")
        if any("bad" in i for i in ids):
            raise ValueError("the secret words of an article")
        return table.append_column(LONGER.field("length"), pa.array([len(i) for i in ids], pa.int32()))


def batch(*ids, refusals=()):
    rows = [{"article": i, "source": f"{i}.txt", "line": None} for i in ids]
    return pa.Table.from_pylist(rows, schema=SCHEMA), list(refusals)


def test_every_article_is_done_or_refused_with_a_reason():
    ledger = Ledger()
    unread = Refusal("x.txt", "empty", "no text", "give text")
    done = list(run([batch("a", "bad1", "bb"), batch("ccc", refusals=[unread])], [Measure()], ledger))
    assert [t["article"].to_pylist() for t in done] == [["a", "bb"], ["ccc"]]
    assert (ledger.n_in, ledger.n_done) == (5, 3)
    assert [r.source for r in ledger.refusals] == ["bad1.txt", "x.txt"]
    assert all(table.schema.equals(LONGER) for table in done)


def test_a_stages_failure_tells_its_kind_and_never_the_text():
    ledger = Ledger()
    list(run([batch("bad")], [Measure()], ledger))
    (refusal,) = ledger.refusals
    assert refusal.reason == "stage measure failed" and refusal.detail == "article 'bad': ValueError"
    assert "secret" not in str(refusal)


def test_an_error_that_concerns_the_whole_run_ends_it():
    with pytest.raises(StanceError, match="no disk"):
        list(run([batch("stop")], [Measure()], Ledger()))


def test_a_stage_that_loses_an_article_is_noticed():
    class Lossy(Measure):
        def __call__(self, table):
            return super().__call__(table.slice(0, len(table) - 1))

    with pytest.raises(StanceError, match="2 articles came in, 1 were done and 0 refused"):
        list(run([batch("a", "b")], [Lossy()], Ledger()))


class Ready:
    def __init__(self, *stages):
        self.stages = stages

    def here(self):
        return self.stages


def test_two_batches_and_no_more_are_done_while_the_caller_has_the_one_before():
    both, drawn = Barrier(2, timeout=10), []

    class Together(Measure):
        def __call__(self, table):
            if table["article"][0].as_py() in "bc":
                both.wait()
            return super().__call__(table)

    def source():
        for name in "abcde":
            drawn.append(name)
            yield batch(name)

    with opened(Ready(Together()), config_files.load()) as runner:
        found = runner(source(), Ledger())
        assert next(found)["article"].to_pylist() == ["a"]
        assert drawn == ["a", "b", "c"]
        assert [table["article"].to_pylist() for table in found] == [["b"], ["c"], ["d"], ["e"]]


class Held(Measure):
    """Waits at an article named `long` until it is let go."""

    def __init__(self):
        self.done, self.begun, self.let_go = [], Event(), Event()

    def __call__(self, table):
        self.done.append(table["article"][0].as_py())
        if self.done[-1] == "long":
            self.begun.set()
            assert self.let_go.wait(timeout=60)
        return super().__call__(table)


def test_a_run_that_is_broken_off_waits_for_what_is_at_work_and_leaves_no_thread():
    stage = Held()
    with opened(Ready(stage), config_files.load()) as runner, pytest.raises(StanceError, match="no disk"):
        Timer(0.2, stage.let_go.set).start()
        list(runner([batch("stop"), batch("long"), batch("c"), batch("d")], Ledger()))
    assert stage.let_go.is_set()
    assert "d" not in stage.done
    assert not [thread for thread in enumerate_threads() if thread.name.startswith("stages")]


def test_whoever_stops_a_run_does_not_wait_for_a_long_article():
    stage = Held()
    try:
        with pytest.raises(KeyboardInterrupt), opened(Ready(stage), config_files.load()) as runner:
            next(runner(iter([batch("a"), batch("long"), batch("b")]), Ledger()))
            assert stage.begun.wait(timeout=60)
            raise KeyboardInterrupt
        assert not stage.let_go.is_set()
        assert "long" in stage.done
    finally:
        stage.let_go.set()


def test_refusals_come_in_the_order_of_the_articles_whatever_the_borders_of_batches():
    class Choosy(Measure):
        name = "choosy"
        input_schema, output_schema = LONGER, LONGER.append(pa.field("again", pa.int32()))

        def __call__(self, table):
            if any("odd" in i for i in table["article"].to_pylist()):
                raise ValueError("odd")
            return table.append_column(self.output_schema.field("again"), table["length"])

    ids = ["odd1", "a", "bad1", "odd2", "b", "bad2"]
    told = []
    for size in (1, 2, 6):
        ledger = Ledger()
        parts = run([batch(*ids[i : i + size]) for i in range(0, 6, size)], [Measure(), Choosy()], ledger)
        told.append(([i for t in parts for i in t["article"].to_pylist()], [r.source for r in ledger.refusals]))
    assert told == [(["a", "b"], ["odd1.txt", "bad1.txt", "odd2.txt", "bad2.txt"])] * 3


def test_articles_of_one_file_without_lines_are_told_apart_by_their_ids_and_keep_their_order():
    class Later(Measure):
        input_schema, output_schema = LONGER, LONGER.append(pa.field("again", pa.int32()))

        def __call__(self, table):
            if any("odd" in i for i in table["article"].to_pylist()):
                raise ValueError("odd")
            return table.append_column(self.output_schema.field("again"), table["length"])

    ids = ["odd1", "bad1", "a", "bad2", "odd2"]
    rows = [{"article": i, "source": "all.parquet", "line": None} for i in ids]
    ledger = Ledger()
    list(run([(pa.Table.from_pylist(rows, schema=SCHEMA), [])], [Measure(), Later()], ledger))
    assert [r.detail.split("'")[1] for r in ledger.refusals] == ["odd1", "bad1", "bad2", "odd2"]


def test_what_was_not_read_and_what_a_stage_could_not_do_are_kept_apart():
    kept = []
    ledger = Ledger(keep=lambda refusals, is_read: kept.extend((r.source, is_read) for r in refusals))
    unread = Refusal("x.txt", "empty", "no text", "give text")
    list(run([batch("bad1", refusals=[unread])], [Measure()], ledger))
    assert kept == [("x.txt", False), ("bad1.txt", True)]
    assert (ledger.n_refused, ledger.refusals) == (2, [])


def test_an_engine_is_named_in_the_configuration():
    assert registry.engine(config_files.load().label.engine) is opened
    with pytest.raises(
        ConfigError, match="unknown engine 'lokal' at label.engine; known: .*local.*; did you mean 'local'?"
    ):
        config_files.load(None, ["label.engine=lokal"])


def test_what_changes_no_result_is_no_part_of_its_identity():
    plain = config_files.load().sha256
    for setting in ("label.shard_articles=7", "label.batch_articles=2", "cache.is_on=false", "cache.max_mb=1"):
        assert config_files.load(None, [setting]).sha256 == plain
