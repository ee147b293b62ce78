import csv
import json

import pyarrow.parquet as pq
import pytest

from pipeline import __version__


def test_a_file_becomes_labelled_sentences_a_profile_and_an_mlflow_run(stance, op_ed, store, tmp_path):
    done = stance("label", op_ed, "--out", "out")
    assert done.code == 0, done.err
    rows = [json.loads(line) for line in (tmp_path / "out/sentences.jsonl").read_text(encoding="utf-8").splitlines()]
    original = op_ed.read_text(encoding="utf-8")
    assert all(original[row["start"] : row["end"]] == row["text"] for row in rows)
    by_text = {row["text"]: row for row in rows}
    assert by_text["Sign up for our newsletter."]["role"] == "furniture"
    assert by_text["Who still believes the admirals?"]["stance"] in ("hawkish", "neutral", "conciliatory")
    quoted = by_text["“Nobody here wants a war,” said Pavel Ost, who runs the pilot station."]
    assert (quoted["voice"], quoted["speaker"]) == ("quoted", "Pavel Ost")
    judged = [row for row in rows if row["role"] == "body"]
    assert len(judged) == 6
    for row in judged:
        total = sum(row[f"p_stance_{label}"] for label in ("hawkish", "conciliatory", "neutral"))
        assert total == pytest.approx(1, abs=1e-4)
        assert row["package_version"] == __version__ and len(row["model_sha256"]) == len(row["config_sha256"]) == 64
    (profile,) = [json.loads(line) for line in (tmp_path / "out/profiles.jsonl").read_text().splitlines()]
    assert profile["article"] == "harbour" and profile["n_sentences"] == 4  # two of six are not the author's
    (run,) = store().search_runs(["1"])
    assert run.info.status == "FINISHED"
    assert run.data.metrics["n_judged"] == 6
    assert run.data.tags["stance.model_sha256"] == judged[0]["model_sha256"]
    assert run.info.run_id in done.err


def test_all_three_formats_say_the_same(stance, op_ed, tmp_path):
    for format in ("jsonl", "csv", "parquet"):
        assert stance("label", op_ed, "--out", format, "--format", format, "--no-mlflow").code == 0
    lines = [json.loads(line) for line in (tmp_path / "jsonl/sentences.jsonl").read_text().splitlines()]
    assert pq.read_table(tmp_path / "parquet/sentences.parquet").to_pylist() == lines
    with (tmp_path / "csv/sentences.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(r["text"], r["stance"] or None) for r in table] == [(r["text"], r["stance"]) for r in lines]
    assert [r["devices"] for r in table] == ["|".join(r["devices"] or []) for r in lines]


def test_the_view_marks_stance_by_letter_and_the_pipe_has_no_colour(stance, op_ed):
    done = stance("label", op_ed, "--no-mlflow")
    assert done.code == 0
    assert "\x1b[" not in done.out
    assert "‹quoted: Pavel Ost›" in done.out and "net stance" in done.out
    coloured = stance("label", op_ed, "--no-mlflow", FORCE_COLOR="1")
    assert "\x1b[" in coloured.out


def test_standard_input_and_json_rows(stance, op_ed):
    done = stance("label", "-", "--json", "--quiet", "--no-mlflow", stdin=op_ed.read_bytes())
    assert done.code == 0
    assert done.rows[0]["article"] == "stdin"
    assert done.err == ""


def test_abstain_lists_unsure_tasks(stance, op_ed):
    done = stance("label", op_ed, "--json", "--abstain", "1", "--no-mlflow")
    assert {tuple(row["abstained"]) for row in done.rows if row["role"] == "body"} == {
        ("stance", "certainty", "devices")
    }


def test_a_web_page_gets_offsets_into_the_text_that_is_written_beside(stance, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<html><head><title>Ice</title></head><body><nav><a>Home</a></nav><article><h1>Ice &amp; iron</h1>"
        + "".join(
            f"<p>The fleet sailed <em>north</em> &mdash; again. Nobody in port {n} knows why it did.</p>"
            for n in range(8)
        )
        + "</article><footer>All rights reserved.</footer></body></html>",
        encoding="utf-8",
    )
    assert stance("label", page, "--out", "out", "--no-mlflow").code == 0
    text = (tmp_path / "out/texts/page.txt").read_bytes().decode()
    rows = [json.loads(line) for line in (tmp_path / "out/sentences.jsonl").read_text().splitlines()]
    assert all(text[row["start"] : row["end"]] == row["text"] for row in rows)
    assert sum(row["text"] == "The fleet sailed north — again." and row["role"] == "body" for row in rows) == 8
    assert all(row["role"] == "furniture" for row in rows if row["text"] in ("Home", "All rights reserved."))


def test_the_same_run_gives_the_same_bytes(stance, op_ed, tmp_path):
    for name in ("first", "second"):
        stance("label", op_ed, "--out", name, "--no-mlflow")
    for file in ("sentences.jsonl", "profiles.jsonl"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
