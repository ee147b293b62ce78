"""Inputs that are made to fill memory or time: refused with a reason, in bounded memory, in bounded time.

Each is read in a process of its own, whose peak of resident memory is measured. About 60 MB of it are the libraries'
pages, which a forked process maps anew.
"""

import gzip
import io
import json
import re
import subprocess
import sys
import zipfile

import pytest

MB = 1_000_000
PROSE = "Moscow lied about the cable, and then it lied about the ship. Who still believes the admirals? "
READ = """
import json, os, resource, sys, time
from pathlib import Path
import charset_normalizer, py3langid, pyarrow.parquet, trafilatura  # what any reading loads
from pipeline.core.config import Read
from pipeline.ingest.read import read_articles, tables

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

for path in sorted(Path(sys.argv[1]).iterdir()):
    if os.fork():  # a process for each, whose peak begins at that of an idle reader
        os.wait()
        continue
    before, begin, told = peak(), time.process_time(), []
    for table, refusals in tables(read_articles([str(path)], Read()), batch=16):
        told += [refusal.reason for refusal in refusals] + ["read"] * len(table)
    got = {"told": told[:5], "n": len(told), "mb": peak() - before, "s": time.process_time() - begin}
    print(json.dumps([path.stem, got]), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def got(tmp_path_factory):
    """What became of each case, MB over an idle reader, and processor seconds."""
    folder = tmp_path_factory.mktemp("hostile")
    for n, (suffix, content, _, _) in enumerate(CASES.values()):
        (folder / f"{n:02d}{suffix}").write_bytes(content())
    done = subprocess.run([sys.executable, "-c", READ, str(folder)], capture_output=True, text=True, check=True)
    by_number = dict(map(json.loads, done.stdout.splitlines()))
    return {case: by_number.get(f"{n:02d}") for n, case in enumerate(CASES)}


def bomb_zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page.html", b"<p>" + b" " * (30 * MB))
    return file.getvalue()


def parquet(rows, **options):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file, compression="zstd", **options)
    return file.getvalue()


CASES = {
    "an article of 50 MB": (".txt", lambda: (PROSE * 21).encode() * (52 * MB // (len(PROSE) * 21)), "too-large", 160),
    "a sentence of 1 MB": (
        ".txt",
        lambda: b"and the ship went on\n" * (MB // 21) + b"to sea.\n",
        "sentence-too-long",
        60,
    ),
    "1,000,000 one-word sentences": (".txt", lambda: b"No.\n" * MB, "too-many-sentences", 160),
    "1,000,000 lines of one word": (".txt", lambda: b"No\n" * MB, "sentence-too-long|too-many-sentences", 160),
    "a line of 1 MB": (".md", lambda: b"x" * MB, "line-too-long", 120),
    "HTML nested 100,000 deep": (".html", lambda: b"<div>" * 100_000 + PROSE.encode(), "too-complex", 120),
    "inline elements nested 60,000 deep": (
        ".html",
        lambda: f"<html><body><p>{PROSE}</p>{'<b>' * 60_000}{PROSE}</html>".encode(),
        "read|too-complex",
        300,
    ),
    "HTML of 1,000,000 tags": (".html", lambda: b"<b></b>" * 500_000 + PROSE.encode(), "too-complex", 120),
    "a zip bomb named .html": (".html", bomb_zip, "binary", 120),
    "a gzip bomb named .html": (".html", lambda: gzip.compress(b" " * (50 * MB)), "binary", 120),
    "a CSV with 10,000 columns": (
        ".csv",
        lambda: (",".join(f"c{i}" for i in range(10_000)) + "\n" + "," * 9_999 + "\n").encode(),
        "too-many-columns",
        60,
    ),
    "a CSV cell that is never closed": (
        ".csv",
        lambda: b'id,text\n1,"' + (PROSE + "\n").encode() * (60 * MB // (len(PROSE) + 1)),
        "too-large",
        160,
    ),
    "JSON nested 50,000 deep": (".jsonl", lambda: b'{"text": ' + b"[" * 50_000 + b"\n", "malformed|truncated", 120),
    "a JSON line of 30 MB": (".jsonl", lambda: b'{"text": "' + b"x" * (30 * MB) + b'"}\n', "line-too-long", 120),
    "a Parquet cell of 60 MB": (
        ".parquet",
        lambda: parquet([{"id": "a", "text": "x" * (60 * MB)}]),
        "too-large",
        400,
    ),
}


@pytest.mark.timeout(900)  # on a busy machine the first of these waits for all
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_input_is_refused_in_bounded_memory_and_time(got, case):
    _, _, reason, max_mb = CASES[case]
    found = got[case]
    assert found is not None, "the reader crashed"
    assert found["n"] == 1 and re.fullmatch(reason, found["told"][0]), found
    assert found["mb"] < max_mb, found
    assert found["s"] < 20, found


def test_a_parquet_file_that_declares_a_huge_row_group_is_refused_before_it_is_unpacked(tmp_path):
    from pipeline.core.config import Read
    from pipeline.ingest.read import read_articles

    path = tmp_path / "a.parquet"
    path.write_bytes(parquet([{"id": str(i), "text": PROSE * 40} for i in range(400)], use_dictionary=False))
    (found,) = read_articles([str(path)], Read(max_row_group_mb=1))
    assert (found.reason, "read.max_row_group_mb" in found.remedy) == ("too-large", True)


def test_limits_are_settings(tmp_path):
    from pipeline.core.config import Read
    from pipeline.ingest.read import read_articles

    path = tmp_path / "a.txt"
    path.write_text(PROSE * 5)
    assert next(read_articles([str(path)], Read())).text
    assert next(read_articles([str(path)], Read(max_sentences=5))).reason == "too-many-sentences"
    assert next(read_articles([str(path)], Read(max_sentence_chars=30))).reason == "sentence-too-long"


def test_long_articles_do_not_share_a_table():
    from pipeline.ingest.articles import MAX_TABLE_CHARS, make_article, tables

    text = PROSE * (MAX_TABLE_CHARS // len(PROSE) // 2 + 1)
    common = {"source": "m", "format": "txt", "encoding": "utf-8", "max_chars": 5 * MB}
    articles = (make_article(f"a{i}", text, **common) for i in range(5))
    assert [table.num_rows for table, _ in tables(articles, batch=16)] == [2, 2, 1]


@pytest.mark.slow
def test_the_largest_article_that_is_read_is_labelled_in_bounded_memory(tmp_path):
    """5 MB of prose through every stage: under 3 GB."""
    path = tmp_path / "a.txt"
    path.write_text("\n\n".join([PROSE * 10] * (4 * MB // (len(PROSE) * 10)))[: 4 * MB])
    code = (
        "import resource, sys; from pipeline.cli.main import main\n"
        "code = main(['label', sys.argv[1], '--out', sys.argv[2], '--no-mlflow', '--quiet',"
        " '--set', 'read.max_sentences=200000'])\n"
        "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, mb = map(int, done.stdout.split())
    assert code == 0 and mb < 3_000
