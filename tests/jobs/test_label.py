"""The whole job in this process, broken off at many places and begun again."""

import io
import json
import random
import shutil
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.cli.main import main
from pipeline.core import config_files
from pipeline.core.errors import InvalidInputError, StanceError
from pipeline.jobs import flow, naming
from pipeline.jobs.held import held
from pipeline.jobs.label import label
from pipeline.jobs.results import result_files

SENTENCES = (
    "Moscow lied about the cable.", "Who still believes the admirals?", "The West should close its ports this week.",
    "Talks could perhaps spare us the next war.", "“Nobody here wants a war,” said Pavel Ost.",
)  # fmt: skip
N_ARTICLES, N_SHARDS, N_PAGES = 11, 4, 2  # shards of 3 articles in batches of 2


def stopped(n_whole):
    """An interruption stands in for whatever ends a process at a place of the test's choice."""
    return pytest.raises(
        KeyboardInterrupt, match=f"^interrupted with {n_whole} articles whole; the same command goes on"
    )


@pytest.fixture
def articles(tmp_path):
    """Short op-eds, web pages among them, two files that are refused, and one with no body."""
    folder, rng = tmp_path / "in", random.Random(3)
    folder.mkdir()
    for i in range(N_ARTICLES):
        body = " ".join(rng.choices(SENTENCES, k=4))
        if i % 6 == 2:
            paragraphs = "".join(f"<p>{body} Number {n}.</p>" for n in range(9))
            page = f"<html><body><article><h1>Ice {i}</h1>{paragraphs}</article></body></html>"
            (folder / f"a{i:02d}.html").write_text(page, encoding="utf-8")
        else:
            (folder / f"a{i:02d}.txt").write_text(f"Ice {i}\n\n{body}\n", encoding="utf-8")
    (folder / "a03b.txt").write_bytes(b"")
    (folder / "a10z.doc").write_bytes(b"PK")
    return folder


@pytest.fixture
def run(tmp_path, cheap_model):
    """Labels into a folder; `stop` is called with each batch."""

    def run(paths, out, *settings, stop=lambda batch: None, page=None, stdin=None, model=cheap_model):
        config = config_files.load(
            None,
            [
                f"label.model={model}", "label.batch_articles=2", "label.shard_articles=3",
                "profile.resamples=100", "tracking.is_on=false",
                f"output.directory={tmp_path / out}", f"cache.folder={tmp_path / 'cache'}", *settings,
            ],
        )  # fmt: skip
        return label([str(path) for path in paths], config, show=stop, page=page, stdin=stdin)

    return run


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stops_at(n):
    left = [n]

    def stop(batch):
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_a_run_broken_off_anywhere_ends_as_an_unbroken_one(articles, run, tmp_path, format):
    setting = f"output.format={format}"
    run([articles], "whole", setting)
    whole = content(tmp_path / "whole")
    assert len(whole) == 2 * N_SHARDS + N_PAGES + 1  # tables, pages' texts, refusals
    rng, n_kept = random.Random(0), []
    for attempt in range(3):
        out = tmp_path / f"broken{attempt}"
        for at in (rng.randint(1, 5), rng.randint(1, 3)):
            with suppress(KeyboardInterrupt):
                run([articles], out.name, setting, stop=stops_at(at))
                break  # nothing was left to stop at
            assert not out.exists() or [path.name for path in out.iterdir()] == [".unfinished"]
        n_kept.append(run([articles], out.name, setting).n_kept)
        assert content(out) == whole
    assert max(n_kept) >= 3


def test_neither_shards_nor_batches_nor_the_cache_change_a_row_or_its_place(articles, run, tmp_path):
    run([articles], "one", "label.shard_articles=100", "label.batch_articles=100", "cache.is_on=false")
    assert {p.name for p in (tmp_path / "one").iterdir()} == {
        "sentences.jsonl", "profiles.jsonl", "refused.jsonl", "texts",
    }  # fmt: skip
    for size, batch in ((1, 1), (4, 3), (10, 16), (11, 7)):
        out = tmp_path / f"{size}-{batch}"
        run([articles], out.name, f"label.shard_articles={size}", f"label.batch_articles={batch}")
        for kind in naming.KINDS:
            parts = [path.read_bytes() for path in sorted(out.glob(f"{kind}*"))]
            assert len(parts) == -(-N_ARTICLES // size)
            assert b"".join(parts) == (tmp_path / "one" / f"{kind}.jsonl").read_bytes()
        assert (out / "refused.jsonl").read_bytes() == (tmp_path / "one/refused.jsonl").read_bytes()


def test_whole_shards_are_not_made_again(articles, run, tmp_path):
    with stopped(6):
        run([articles], "out", stop=stops_at(5))
    made = {p.name: p.stat().st_ino for p in (tmp_path / "out/.unfinished").glob("0000?.sentences.jsonl")}
    shown = []
    report = run([articles], "out", stop=lambda batch: shown.extend(batch.articles["article"].to_pylist()))
    assert len(made) == 2 and report.n_kept == 6
    assert len(shown) == N_ARTICLES - 6
    for name, inode in made.items():
        assert (tmp_path / "out" / f"sentences-{name[:5]}.jsonl").stat().st_ino == inode
    assert report.tally.n_articles == N_ARTICLES and report.tally.n_refused == 2 == len(report.refusals)


def test_inputs_that_changed_since_are_done_again_and_no_others(articles, run, tmp_path):
    with stopped(9):
        run([articles], "out", stop=stops_at(7))  # three whole shards
    (articles / "a04.txt").write_text("Ice\n\nTalks could end the war.\n", encoding="utf-8")
    (articles / "a99.txt").write_text("Iron\n\nMoscow lied.\n", encoding="utf-8")
    assert run([articles], "out").n_kept == 6
    run([articles], "whole")
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_another_model_or_setting_does_not_mix_in(articles, run, tmp_path, cheap_model, seal, caplog):
    other = shutil.copytree(cheap_model, tmp_path / "other")
    seal(other, version="2")
    for settings, model, told in (
        (["label.abstain=0.9"], cheap_model, "another config is dropped"),
        (["output.format=csv"], cheap_model, "another output.format is dropped"),
        ([], other, "another config, model, model_version is dropped"),
    ):
        out = f"out{len(caplog.records)}"
        with stopped(6):
            run([articles], out, stop=stops_at(5))
        assert run([articles], out, *settings, model=model).n_kept == 0
        assert told in caplog.text
        run([articles], f"{out}-whole", *settings, model=model)
        assert content(tmp_path / out) == content(tmp_path / f"{out}-whole")


def test_what_other_code_or_another_machine_has_left_is_not_taken_up(articles, run, monkeypatch, caplog):
    with stopped(6):
        run([articles], "out", stop=stops_at(5))
    monkeypatch.setattr(flow, "_processor", lambda: "another")
    assert run([articles], "out").n_kept == 0
    assert "an unfinished run with another code or machine is dropped" in caplog.text


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_a_resumed_run_prints_every_row_as_an_unbroken_one_does(articles, run, tmp_path, cheap_model, capsys, format):
    (articles / "a00.txt").write_text(
        "Ice\n\n=Moscow lied. He said.\n\nSign up for our newsletter.\n", encoding="utf-8"
    )
    settings = {
        "label.model": cheap_model, "label.shard_articles": 3, "profile.resamples": 100,
        "cache.folder": tmp_path / "cache", "output.format": format,
    }  # fmt: skip
    command = ["label", str(articles), "--no-mlflow", "--json"]
    command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    assert main([*command, "--out", str(tmp_path / "whole")]) == 5
    unbroken = capsys.readouterr().out
    with stopped(6):
        run([articles], "out", f"output.format={format}", stop=stops_at(5))
    assert main([*command, "--set", "label.batch_articles=2", "--out", str(tmp_path / "out")]) == 5
    resumed = capsys.readouterr()
    assert "11 articles (6 by an earlier run)" in resumed.err
    assert resumed.out == unbroken


@pytest.mark.parametrize("place", ["_move_texts", "move_refusals", "_remove_others"])
@pytest.mark.parametrize("goes_on", [True, False])
def test_a_run_broken_off_while_files_get_their_names(articles, run, tmp_path, monkeypatch, place, goes_on):
    run([articles], "whole")
    (tmp_path / "out").mkdir()
    for name in ("sentences.jsonl", "sentences-00001.jsonl", "sentences-00009.jsonl", "sentences-1.jsonl"):
        (tmp_path / "out" / name).write_text("of an earlier run\n")
    genuine, calls = getattr(naming, place), []

    def breaks(*given):
        calls.append(given)
        if len(calls) == 2 or place != "_move_texts":
            raise KeyboardInterrupt
        return genuine(*given)

    monkeypatch.setattr(naming, place, breaks)
    with stopped(N_ARTICLES):
        run([articles], "out")
    monkeypatch.setattr(naming, place, genuine)
    if goes_on:
        assert run([articles], "out").n_kept == N_ARTICLES
    else:  # another run in its place lets the whole one have its names first
        with stopped(0):
            run([articles], "out", "label.abstain=0.5", stop=stops_at(1))
    found = content(tmp_path / "out")
    assert found.pop("sentences-1.jsonl") == b"of an earlier run\n"  # not a name of ours
    assert found == content(tmp_path / "whole")


def test_a_wrong_path_takes_nothing_of_what_an_unfinished_run_has_done(articles, run, tmp_path):
    with stopped(9):
        run([articles], "out", stop=stops_at(7))  # three whole shards
    with pytest.raises(InvalidInputError, match="no such file"):
        run([tmp_path / "typo"], "out")
    assert [row["reason"] for row in map(json.loads, (tmp_path / "out/refused.jsonl").open())] == ["missing"]
    assert run([articles], "out").n_kept == 6  # the first shard alone gave way
    run([articles], "whole")
    assert content(tmp_path / "out") == content(tmp_path / "whole")


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_all_shards_of_a_run_are_its_results_and_none_is_a_table_of_articles(articles, run, tmp_path, format):
    run([articles], "out", f"output.format={format}")
    files = result_files([str(tmp_path / "out")])
    assert [path.name for path in files] == [f"sentences-{n:05d}.{format}" for n in range(1, N_SHARDS + 1)]
    with pytest.raises(InvalidInputError, match="labelled sentences of an earlier run, no articles"):
        run(files, "again")


def test_a_shorter_run_leaves_no_shard_of_a_longer_one(articles, run, tmp_path):
    run([articles], "out")
    run([articles / "a01.txt"], "out")
    assert {p.name for p in (tmp_path / "out").glob("*.jsonl")} == {"sentences.jsonl", "profiles.jsonl"}


def test_page_and_report_of_a_resumed_run_have_the_first_articles_too(articles, run, tmp_path):
    run([articles], "whole", page=tmp_path / "whole.html")
    with stopped(6):
        run([articles], "out", stop=stops_at(5))
    report = run([articles], "out", page=tmp_path / "out.html")
    assert report.n_kept == 6
    first, second = (
        (tmp_path / name).read_text(encoding="utf-8").replace(str(tmp_path / out), "")
        for name, out in (("whole.html", "whole"), ("out.html", "out"))
    )
    assert first == second


def test_standard_input_is_taken_up_as_well(articles, run, tmp_path):
    rows = [
        {"id": p.stem, "text": p.read_text(encoding="utf-8")}
        for p in sorted(articles.glob("*.txt"))
        if p.stat().st_size
    ]
    given = "".join(json.dumps(row) + "\n" for row in rows).encode()
    run(["-"], "whole", stdin=io.BytesIO(given))
    with stopped(6):
        run(["-"], "out", stdin=io.BytesIO(given), stop=stops_at(5))
    assert run(["-"], "out", stdin=io.BytesIO(given)).n_kept == 6
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_damage_to_what_was_left_is_no_reason_to_fail(articles, run, tmp_path):
    run([articles], "whole")
    for name, damage in (("00002.json", b"{}"), ("run.json", b"\xff"), ("run.json", b"[]")):
        with stopped(6):
            run([articles], "out", stop=stops_at(5))
        (tmp_path / "out/.unfinished" / name).write_bytes(damage)
        (tmp_path / "out/.unfinished/00003.sentences.jsonl.partial").write_bytes(b"half")
        run([articles], "out")
        assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_two_runs_into_one_folder_do_not_meet(articles, run, tmp_path):
    def again(batch):
        run([articles], "out")

    with pytest.raises(StanceError, match=r"out: another run is writing its results here; wait .* or .* --out"):
        run([articles], "out", stop=again)


def test_a_run_that_finds_the_folder_held_leaves_it_as_it_is(articles, run, tmp_path):
    (tmp_path / "out").mkdir()
    with held(tmp_path / "out"), pytest.raises(StanceError, match="another run is writing its results here"):
        run([articles], "out")
    assert not list((tmp_path / "out").iterdir())


def test_an_interruption_says_what_there_is(articles, run, tmp_path):
    def interrupts(batch):
        if batch.articles["article"].to_pylist()[0] == "a06":
            raise KeyboardInterrupt

    with stopped(6):
        run([articles], "out", stop=interrupts)
    (tmp_path / "a folder").mkdir()
    with pytest.raises(StanceError, match="cannot write the page"):
        run([articles], "out", page=tmp_path / "a folder")
    assert not (tmp_path / "out/.unfinished").exists()


def test_where_nothing_was_whole_nothing_is_left(articles, run, tmp_path):
    with stopped(0):
        run([articles], "deep/out", stop=stops_at(1))
    assert not (tmp_path / "deep/out").exists()
    with pytest.raises(InvalidInputError, match="nothing could be labelled: .*a03b"):
        run([articles / "a03b.txt"], "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"refused.jsonl"}


def test_nothing_in_the_results_tells_when_or_where_they_were_made(articles, run, tmp_path):
    run([articles], "out", "output.format=parquet")
    for path in (tmp_path / "out").glob("*.parquet"):
        assert not {"run_id", "created", "time"} & set(pq.read_schema(path).names)
        assert str(Path.cwd()).encode() not in path.read_bytes()
