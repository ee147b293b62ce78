"""Each bad input: the documented exit code, a message with file, reason and remedy, and the other inputs done."""

import json
import shutil
import socket

import pytest

from pipeline.core.places import shipped


def finished(tmp_path):
    rows = (tmp_path / "out/sentences.jsonl").read_text(encoding="utf-8").splitlines()
    return {json.loads(row)["article"] for row in rows}


BAD = {
    "empty.txt": b"",
    "blank.txt": b" \n\t\n",
    "binary.txt": bytes(range(256)) * 40,
    "cut.txt": "Ein Satz über".encode()[:-3] + b"\xc3",
    "line.txt": b"a" * 250_000,
    "nothing.html": b"<html><body><nav><a>Home</a></nav></body></html>",
    "half.jsonl": b'{"id": "a", "text": "One sen',
    "notext.jsonl": b'{"id": "b", "title": "x"}\n',
    "broken.parquet": b"PAR1 this is none PAR1",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_reason_and_the_rest_is_done(stance, op_ed, tmp_path, name):
    (tmp_path / name).write_bytes(BAD[name])
    done = stance("label", name, op_ed, "--out", "out", "--no-mlflow")
    assert done.code == 5, done.err
    assert finished(tmp_path) == {"harbour"}
    (refusal,) = [json.loads(line) for line in (tmp_path / "out/refused.jsonl").read_text().splitlines()]
    assert refusal["source"] == name
    assert refusal["reason"] and refusal["detail"] and refusal["remedy"]
    assert f"refused {name}" in done.err


def test_a_line_of_200_mb_is_refused_before_it_is_read(stance, op_ed, tmp_path):
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    done = stance("label", "huge.txt", op_ed, "--out", "out", "--no-mlflow")
    assert done.code == 5
    assert "refused huge.txt" in done.err and "read.max_file_mb" in done.err
    assert finished(tmp_path) == {"harbour"}


def test_bad_rows_are_refused_by_line_and_duplicate_ids_by_the_first_place(stance, tmp_path):
    rows = [
        '{"id": "a", "text": "Moscow lied. We should say so."}',
        "{",
        '{"id": "a", "text": "Another text."}',
        '{"id": "c"}',
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows) + "\n")
    done = stance("label", "rows.jsonl", "--out", "out", "--no-mlflow")
    assert done.code == 5
    assert finished(tmp_path) == {"a"}
    assert "rows.jsonl:2: " in done.err and "rows.jsonl:4: " in done.err
    assert "rows.jsonl:3: duplicate" in done.err and "rows.jsonl:1" in done.err


def test_another_language_is_labelled_with_a_warning(stance, tmp_path):
    (tmp_path / "de.txt").write_text(
        "Die Regierung in Moskau hat den Vertrag gebrochen. Europa sollte darauf mit Bedacht antworten und verhandeln. "
        "Niemand weiß, ob die Gespräche im Frühjahr etwas bringen werden.\n",
        encoding="utf-8",
    )
    done = stance("label", "de.txt", "--out", "out", "--no-mlflow")
    assert done.code == 0
    assert "language: de" in done.err


def test_nothing_to_label_is_invalid_input(stance, tmp_path):
    done = stance("label", "absent.txt", "--no-mlflow")
    assert done.code == 3
    assert "absent.txt" in done.err


def test_a_run_that_labels_nothing_leaves_earlier_results_as_they_are(stance, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/sentences.jsonl").write_text("of an earlier run", encoding="utf-8")
    done = stance("label", "tpyo.txt", "--out", "results", "--no-mlflow")
    assert done.code == 3
    assert (tmp_path / "results/sentences.jsonl").read_text(encoding="utf-8") == "of an earlier run"
    assert {p.name for p in (tmp_path / "results").iterdir()} == {"sentences.jsonl", "refused.jsonl"}


def test_an_unknown_model_is_a_usage_error_and_a_changed_one_a_failure(stance, op_ed, tmp_path):
    missing = stance("label", op_ed, "--model", "defualt", "--no-mlflow")
    assert (missing.code, "did you mean 'default'" in missing.err) == (2, True)
    unregistered = stance("label", op_ed, "--model", "models:/stance/7")
    assert unregistered.code == 2 and "stance" in unregistered.err
    folder = shutil.copytree(shipped("models/default"), tmp_path / "mine")
    (folder / "card.md").write_text("better than ever", encoding="utf-8")
    changed = stance("label", op_ed, "--model", "mine", "--no-mlflow")
    assert (changed.code, "card.md was changed" in changed.err) == (1, True)


def test_an_unreachable_server_costs_a_warning_with_a_remedy_and_no_result(stance, op_ed, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = stance("label", op_ed, "--set", f"tracking.uri=http://127.0.0.1:{port}", "--set", "tracking.timeout_s=2")
    assert done.code == 0 and done.out
    assert str(port) in done.err and "stance sync" in done.err and "Traceback" not in done.err
    assert len(list((tmp_path / "runs" / "unlogged").iterdir())) == 1


def test_wrong_settings_are_usage_errors(stance, op_ed):
    done = stance("label", op_ed, "--set", "label.abstian=1")
    assert done.code == 2
    assert "did you mean 'abstain'" in done.err
