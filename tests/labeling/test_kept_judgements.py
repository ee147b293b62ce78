import multiprocessing
import pickle
import random
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from pipeline.labeling import kept_judgements
from pipeline.labeling.kept_judgements import KeptJudgements


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "kept.sqlite"


def opened(path, max_bytes=1_000_000):
    return KeptJudgements(path, max_bytes=max_bytes)


def key(i):
    return i.to_bytes(32, "big")


def test_what_was_added_is_found_by_another_run(path):
    first = opened(path)
    first.add({key(i): b"v%d" % i for i in range(1_200)})
    first.close()
    assert opened(path).find([key(i) for i in range(1_201)]) == {key(i): b"v%d" % i for i in range(1_200)}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_oldest_unused_go_first_where_there_is_no_room(path, monkeypatch):
    days = iter([1, 2, 3, 4, 5, 6])
    monkeypatch.setattr("pipeline.labeling.kept_judgements._today", lambda: next(days))
    kept = opened(path, max_bytes=3_200)
    for i in range(3):  # on the first three days
        kept.add({key(i): bytes(1_000)})
    kept.find([key(0)])  # the fourth
    kept.add({key(3): bytes(1_000)})
    assert sorted(kept.find([key(i) for i in range(4)])) == [key(0), key(3)]


def test_the_file_does_not_grow_with_what_passes_through_it(path):
    for i in range(60):  # as many runs, each with little to keep
        kept = opened(path, max_bytes=100_000)
        kept.add({key(i): bytes(9_000)})
        kept.close()
    assert sum(p.stat().st_size for p in path.parent.iterdir()) < 200_000
    assert opened(path).find([key(59)])


@pytest.mark.parametrize("content", [b"shopping list, " * 500, b"", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_file_that_is_no_cache_is_ignored_and_the_next_run_begins_a_new_one(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    kept = opened(path)
    kept.add({key(1): b"v"})
    assert kept.find([key(1)]) in ({}, {key(1): b"v"})
    following = opened(path)
    following.add({key(2): b"w"})
    assert following.find([key(2)]) == {key(2): b"w"}


def test_bytes_that_turn_over_within_the_file_are_never_fatal(path):
    rng = random.Random(0)
    for _ in range(40):
        kept = opened(path)
        kept.add({key(i): b"v" * 300 for i in range(200)})
        kept.close()
        content = bytearray(path.read_bytes())
        for _ in range(50):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        path.write_bytes(content)
        damaged = opened(path)
        damaged.find([key(i) for i in range(200)])
        damaged.add({key(i): b"v" * 300 for i in range(200, 220)})
        damaged.close()
    last = opened(path)
    last.add({key(9_999): b"whole again"})
    assert last.find([key(9_999)]) == {key(9_999): b"whole again"}


def test_a_place_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").write_text("")
    kept = opened(tmp_path / "file" / "kept.sqlite")
    kept.add({key(1): b"v"})
    assert kept.find([key(1)]) == {}


def test_a_file_that_another_run_holds_is_gone_without(path, monkeypatch):
    monkeypatch.setattr("pipeline.labeling.kept_judgements.WAIT_S", 0.1)
    opened(path).add({key(1): b"v"})
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    kept = opened(path)
    kept.add({key(2): b"w"})
    holder.execute("ROLLBACK")
    assert opened(path).find([key(1), key(2)]) == {key(1): b"v"}


def _add_many(path, start):
    kept = opened(path)
    for i in range(start, start + 200):
        kept.add({key(i): b"v%d" % i, key(i % 50): b"shared"})
    kept.close()


def test_runs_at_the_same_time_lose_nothing_of_one_another(path):
    opened(path).add({key(10_000): b"made"})
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add_many, args=(path, 1_000 * i)) for i in range(1, 4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    wanted = [key(1_000 * i + j) for i in range(1, 4) for j in range(200)]
    assert len(opened(path).find(wanted)) == 600


def test_it_travels_to_another_process_closed(path):
    kept = opened(path)
    kept.add({key(1): b"v"})
    assert pickle.loads(pickle.dumps(kept)).find([key(1)]) == {key(1): b"v"}


def test_threads_of_one_run_take_turns(path, monkeypatch):
    kept, inside, together = opened(path), [], []
    found = kept_judgements._found

    def slowly(connection, keys):
        inside.append(keys)
        together.append(len(inside))
        sleep(0.01)
        inside.remove(keys)
        return found(connection, keys)

    monkeypatch.setattr(kept_judgements, "_found", slowly)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: (kept.add({key(i): b"v"}), kept.find([key(i)])), range(12)))
    assert max(together) == 1
    assert len(kept.find([key(i) for i in range(12)])) == 12
