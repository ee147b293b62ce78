from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

import pytest

from pipeline.core import codebook as codebooks
from pipeline.core.errors import ConfigError, InvalidInputError
from pipeline.corpus.exchange import FORMATS, read_items, write_items
from pipeline.corpus.exchange.items import Item, blank
from pipeline.corpus.exchange.label_studio import set_up

PLAIN = Item(
    "quay",
    4,
    120,
    171,
    'He said, "wait; or go",\nand left – naïvely, at 5\u00a0p.m.',
    "The ferry was late.",
    "Nobody asked, why?",
    coder="ann",
    voice="author",
    values={"stance": ("hawkish",), "certainty": ("hedged",), "devices": ("metaphor", "irony")},
)
QUOTED = replace(
    PLAIN,
    n=5,
    start=172,
    end=190,
    text="=SUM(1,2) is a sum",
    after="",
    voice="quoted",
    speaker="O’Hara, Ada",
    values={"stance": ("neutral",), "certainty": ("certain",), "devices": ()},
)
ITEMS = (PLAIN, QUOTED, replace(QUOTED, coder="ben", voice="reported"))


@pytest.fixture(scope="module")
def codebook():
    return codebooks.load()


def as_label_studio_exports(path):
    """What Label Studio makes of tasks whose predictions were accepted by its users."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        task["annotations"] = [
            {"id": 7, "completed_by": {"id": 3, "email": found["model_version"]}, "was_cancelled": False} | found
            for found in task["predictions"]
        ]
        task["predictions"] = [1]
    path.write_text(json.dumps(tasks), encoding="utf-8")


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_written_is_read_back(format, codebook, tmp_path):
    path = tmp_path / "deep" / "items.data"
    write_items(ITEMS, path, codebook, format=format)
    if format == "label-studio":
        as_label_studio_exports(path)
    imported = read_items(path, codebook, format=format)
    assert imported.refusals == ()
    assert imported.items == ITEMS


@pytest.mark.parametrize("format", sorted(FORMATS.keys() - {"label-studio"}))
def test_sentences_to_be_coded_come_back_without_labels(format, codebook, tmp_path):
    blanks = tuple(blank(item) for item in ITEMS[:2])
    write_items(blanks, tmp_path / "x", codebook, format=format)
    assert read_items(tmp_path / "x", codebook, format=format).items == blanks


@pytest.mark.parametrize("format", FORMATS)
def test_the_context_travels_along(format, codebook, tmp_path):
    write_items(ITEMS, tmp_path / "x", codebook, format=format)
    written = (tmp_path / "x").read_text(encoding="utf-8")
    assert "The ferry was late." in written
    assert "Nobody asked, why?" in written


def test_an_unknown_format_is_named_with_the_near_one(codebook, tmp_path):
    with pytest.raises(ConfigError, match=r"unknown exchange format 'docano'.*did you mean 'doccano'"):
        read_items(tmp_path / "x", codebook, format="docano")


def _edited_csv(path, edit):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    edit(rows[1])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        ({"stance": "hawk"}, "unknown stance label 'hawk'.*did you mean 'hawkish'"),
        ({"stance": ""}, "unknown stance label|no label for stance"),
        ({"devices": "irony;epithet"}, "unknown devices label"),
        ({"voice": "writer"}, "unknown voice label 'writer'"),
        ({"start": "x"}, "start: expected a number, found 'x'"),
        ({"text": ""}, "no value for text"),
    ],
)
def test_a_csv_row_that_cannot_be_mapped_is_refused_and_the_rest_stays(edit, problem, codebook, tmp_path):
    path = tmp_path / "x.csv"
    write_items(ITEMS, path, codebook, format="csv")
    _edited_csv(path, lambda row: row.update(edit))
    imported = read_items(path, codebook, format="csv")
    assert [item.key for item in imported.items] == ["quay/4", "quay/5"]
    assert len(imported.refusals) == 1
    assert imported.refusals[0].line == 4  # the first row's sentence runs over two lines of the file
    assert re.search(problem, imported.refusals[0].detail)


def test_a_csv_without_the_columns_is_refused_as_a_whole(codebook, tmp_path):
    (tmp_path / "x.csv").write_text("text,label\nhello,hawkish\n", encoding="utf-8")
    with pytest.raises(
        InvalidInputError, match=r"x.csv:1: no column article, certainty, devices, end, n, stance, start"
    ):
        read_items(tmp_path / "x.csv", codebook, format="csv")


def _json_lines(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


PLACE = {"article": "quay", "n": 4, "start": 0, "end": 9, "text": "He waits."}


def test_a_json_line_with_one_label_where_many_are_allowed_is_refused(codebook, tmp_path):
    row = PLACE | {"stance": "neutral", "certainty": "certain", "devices": "irony"}
    _json_lines(tmp_path / "x", row, row | {"devices": ["irony"], "stance": ["neutral"]}, row | {"devices": []})
    imported = read_items(tmp_path / "x", codebook, format="jsonl")
    assert [(refusal.line, refusal.detail) for refusal in imported.refusals] == [
        (1, "devices: expected a list of labels, found 'irony'"),
        (2, "stance: expected one label, found ['neutral']"),
    ]
    assert len(imported.items) == 1


def test_doccano_labels_may_stand_without_their_task_and_metadata_may_be_nested(codebook, tmp_path):
    meta = {key: value for key, value in PLACE.items() if key != "text"}
    row = {"id": 1, "text": PLACE["text"], "meta": meta, "label": ["hawkish", "hedged", "irony", "voice:author"]}
    _json_lines(tmp_path / "x", row)
    item = read_items(tmp_path / "x", codebook, format="doccano").items[0]
    assert item.values == {"devices": ("irony",), "stance": ("hawkish",), "certainty": ("hedged",)}


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (["stance:hawkish", "stance:neutral", "certain"], "stance: expected one label, found 2: hawkish, neutral"),
        (["stance:hawkish"], "no label for certainty"),
        (["tone:angry", "hawkish", "certain"], "unknown task 'tone'"),
        (["angry", "hawkish", "certain"], "label 'angry' belongs to no single task; write it as task:label"),
        ([3], r"expected a list of label names in `label`, found \[3\]"),
    ],
)
def test_doccano_labels_that_cannot_be_mapped_are_refused(labels, problem, codebook, tmp_path):
    _json_lines(tmp_path / "x", PLACE | {"label": labels})
    imported = read_items(tmp_path / "x", codebook, format="doccano")
    assert imported.items == ()
    assert re.search(problem, imported.refusals[0].detail)


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_prodigy_tasks_that_were_not_accepted_are_refused(answer, codebook, tmp_path):
    write_items(ITEMS, tmp_path / "x", codebook, format="prodigy")
    rows = [json.loads(line) for line in (tmp_path / "x").read_text(encoding="utf-8").splitlines()]
    _json_lines(tmp_path / "x", rows[0], rows[1] | {"answer": answer}, rows[2] | {"accept": []})
    imported = read_items(tmp_path / "x", codebook, format="prodigy")
    assert imported.items == ITEMS[:1]
    assert [refusal.line for refusal in imported.refusals] == [2, 3]
    assert f"answered with '{answer}'" in imported.refusals[0].detail


def _task(**annotation):
    choices = [("stance", ["hawkish"]), ("certainty", ["certain"])]
    result = [
        {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": found}}
        for name, found in choices
    ]
    return {"id": 1, "data": PLACE, "annotations": [{"completed_by": 12, "result": result} | annotation]}


def _label_studio(tmp_path, codebook, tasks):
    (tmp_path / "x").write_text(json.dumps(tasks), encoding="utf-8")
    return read_items(tmp_path / "x", codebook, format="label-studio")


def test_a_label_studio_annotation_becomes_a_coders_item(codebook, tmp_path):
    item = _label_studio(tmp_path, codebook, [_task()]).items[0]
    assert (item.coder, item.values["stance"], item.values["devices"]) == ("12", ("hawkish",), ())


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        (_task(was_cancelled=True), "sentence quay/4 has no annotation"),
        (PLACE | {"id": 1, "predictions": [{"model_version": "m", "result": []}]}, "export as JSON, not as JSON-MIN"),
        (_task(completed_by=None), "does not say who made it"),
        (_task(result=[]), "no label for stance, certainty"),
        (_task(result=[{"from_name": "stance", "type": "rating", "value": {"rating": 3}}]), "expected choices, found"),
        (_task(result=[{"from_name": "mood", "type": "choices", "value": {"choices": ["x"]}}]), "unknown task 'mood'"),
    ],
)
def test_label_studio_tasks_that_cannot_be_mapped_are_refused(task, problem, codebook, tmp_path):
    imported = _label_studio(tmp_path, codebook, [_task(), task])
    assert len(imported.items) == 1
    assert [refusal.line for refusal in imported.refusals] == [2]
    assert problem in imported.refusals[0].detail


def test_predictions_are_never_taken_for_a_persons_labels(codebook, tmp_path):
    write_items(ITEMS, tmp_path / "x", codebook, format="label-studio")
    imported = read_items(tmp_path / "x", codebook, format="label-studio")
    assert imported.items == ()
    assert len(imported.refusals) == 2


def test_the_label_studio_set_up_asks_every_question_of_the_codebook(codebook):
    from lxml import etree

    view = etree.fromstring(set_up(codebook))
    choices = {node.get("name"): [choice.get("value") for choice in node] for node in view.iter("Choices")}
    assert choices == {"voice": list(codebook.voices)} | {task.name: list(task.values) for task in codebook.tasks}
    assert {node.get("name"): node.get("choice") for node in view.iter("Choices")}["devices"] == "multiple"
