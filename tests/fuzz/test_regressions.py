"""What the fuzzer and a reading of the code found, as the smallest input that showed it."""

import json

import pytest

from pipeline.core import codebook, config_files
from pipeline.core.config import Read
from pipeline.core.errors import ConfigError, InvalidInputError
from pipeline.corpus import exchange, labelled_set
from pipeline.corpus.coding import read_answers
from pipeline.ingest.articles import as_table
from pipeline.ingest.read import read_articles

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
NOT_YAML = {
    "a 13th month": "seed: 2001-99-99",
    "a number of 5,000 digits": "seed: " + "9" * 5_000,
    "half a number": "seed: 0x_",
    "nested too deep": "seed: " + "[" * 2_000,
    "aliases that stand for billions": BOMB,
    "a list within itself": "seed: &a [*a]",
    "a tag that does not fit": "seed: !!int {}",
    "a control character": "seed: \x00",
}


@pytest.mark.parametrize("content", NOT_YAML.values(), ids=NOT_YAML)
def test_settings_and_codebooks_that_are_no_yaml_are_refused_with_a_short_reason(content, tmp_path):
    (tmp_path / "c.yaml").write_text(content)
    with pytest.raises(ConfigError, match="not readable as YAML") as caught:
        config_files.load(str(tmp_path / "c.yaml"))
    assert len(str(caught.value)) < 2_000
    with pytest.raises(ConfigError, match="not YAML"):
        codebook.parse(content.encode(), where="c.yaml")


def test_a_setting_given_as_a_value_of_pages_is_told_in_a_line():
    with pytest.raises(ConfigError, match="characters") as caught:
        config_files.load(None, ["seed=" + "x" * 50_000])
    assert len(str(caught.value)) < 1_000


def test_a_file_of_thousands_of_wrong_keys_is_told_in_part(tmp_path):
    (tmp_path / "c.yaml").write_text("".join(f"k{i}: 1\n" for i in range(3_000)))
    with pytest.raises(ConfigError, match="and 2,950 more"):
        config_files.load(str(tmp_path / "c.yaml"))


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".yaml", "a\0b", "a\0b.yaml"])
def test_names_that_no_file_can_have_are_unknown(name):
    with pytest.raises(ConfigError, match="codebook"):
        codebook.load(name)
    with pytest.raises(ConfigError, match="unknown configuration"):
        config_files.load(name)


GOOD = {"article": "a", "n": 0, "start": 0, "end": 4, "text": "Yes."}
ROWS = {  # format, content, what is told
    "bytes that are no UTF-8": ("jsonl", b"\xff", "not UTF-8 at byte 0"),
    "no UTF-8 in a CSV": ("csv", b"article,n\n\xff", "not UTF-8 at byte 10"),
    "no UTF-8 in an export": ("label-studio", b"[\xff]", "not UTF-8 at byte 1"),
    "a number of 5,000 digits": ("jsonl", b'{"n": ' + b"9" * 5_000 + b"}", "not JSON"),
    "JSON nested too deep": ("label-studio", b"[" * 100_000, "nested too deep"),
    "half a surrogate pair": ("jsonl", rb'{"article": "\ud800"}', "half a surrogate pair"),
    "NaN": ("jsonl", b'{"n": NaN}', "NaN is no JSON number"),
    "no such file": ("jsonl", None, "cannot be read"),
    "a cell over the limit of the csv module": ("csv", b"article,n\n" + b"x" * 200_000, "not CSV|no column"),
}


@pytest.mark.parametrize(("format", "content", "told"), ROWS.values(), ids=ROWS)
def test_files_of_labels_that_cannot_be_read_are_refused(format, content, told, tmp_path):
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(InvalidInputError, match=told):
        exchange.read_items(tmp_path / "x", codebook.load(), format=format)


REFUSED = {
    "offsets beyond 32 bits": ("jsonl", {**GOOD, "end": 2**40}, "end: expected a number"),
    "an infinite offset": ("jsonl", {**GOOD, "end": "inf"}, "end: expected a number"),
    "half an offset": ("jsonl", {**GOOD, "end": 1.5}, "end: expected a number"),
    "a truth for a number": ("jsonl", {**GOOD, "n": True}, "n: expected a number"),
    "a list for a text": ("jsonl", {**GOOD, "text": ["Yes."]}, "text: expected a text"),
    "metadata that is no object": ("doccano", {**GOOD, "meta": "x", "label": []}, "meta: expected an object"),
    "a number for labels": ("doccano", {**GOOD, "label": 5}, "expected a list of label names"),
    "a text for labels": ("doccano", {**GOOD, "label": "abc"}, "expected a list of label names"),
    "no list of choices": ("prodigy", {"text": "Yes.", "meta": GOOD, "accept": 3}, "accept: expected a list"),
    "no object in Prodigy's metadata": ("prodigy", {"text": "Yes.", "meta": [1]}, "meta: expected an object"),
}


@pytest.mark.parametrize(("format", "row", "told"), REFUSED.values(), ids=REFUSED)
def test_rows_of_labels_with_values_of_the_wrong_kind_are_refused_one_by_one(format, row, told, tmp_path):
    (tmp_path / "x").write_text(json.dumps(row) + "\n")
    imported = exchange.read_items(tmp_path / "x", codebook.load(), format=format)
    assert imported.items == ()
    assert [told in str(refusal) for refusal in imported.refusals] == [True], imported.refusals


@pytest.mark.parametrize(
    "annotations",
    [
        5,
        [5],
        [{"result": 5}],
        [{"result": [5]}],
        [{"result": [{"value": 5}]}],
        [{"result": [{"value": {"choices": 5}}]}],
    ],
)
def test_annotations_of_the_wrong_shape_are_refused(annotations, tmp_path):
    (tmp_path / "x").write_text(json.dumps([{"data": GOOD, "annotations": annotations}]))
    imported = exchange.read_items(tmp_path / "x", codebook.load(), format="label-studio")
    assert imported.items == () and "expected" in str(imported.refusals[0])


def test_a_superscript_is_no_number_of_a_sentence(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("n\tvoice\tspeaker\tstance\tdevices\tcertainty\n²\tauthor\t\tneutral\t\thedged\n", encoding="utf-8")
    book = codebook.load()
    header = "\t".join(("n", "voice", "speaker", *(task.name for task in book.tasks)))
    path.write_text(f"{header}\n²\tauthor\n", encoding="utf-8")
    found = read_answers(path, book, asked=None)
    assert found.answers == {} and "expected a number" in found.problems[0].detail


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"labels.jsonl": b'{"article": "a", "n": "x", "start": 0, "end": 1, "role": "headline"}'},
            "n: expected a number",
        ),
        ({"labels.jsonl": b'{"article": "a", "n": 0, "start": 0, "end": 1, "role": []}'}, "unknown role"),
        ({"labels.jsonl": b"{}", "splits.json": b"[]"}, "no value for"),
        (
            {
                "labels.jsonl": b'{"article": "a", "n": 0, "start": 0, "end": 1, "role": "headline"}',
                "articles/a.txt": b"\xff",
            },
            "not UTF-8",
        ),
        (
            {
                "labels.jsonl": b'{"article": "a", "n": 0, "start": 0, "end": 1, "role": "headline"}',
                "articles/a.txt": b"Yes.",
                "splits.json": b'{"train": 5}',
            },
            "expected lists of articles",
        ),
    ],
)
def test_sets_that_are_damaged_are_refused_with_their_place(files, told, tmp_path):
    (tmp_path / "articles").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError, match=told):
        labelled_set.load(str(tmp_path), codebook.load())


def test_a_set_in_the_working_folder_has_the_folders_name(tmp_path, monkeypatch):
    (tmp_path / "mine" / "articles").mkdir(parents=True)
    (tmp_path / "mine" / "articles" / "a.txt").write_text("Yes.")
    row = {"article": "a", "n": 0, "start": 0, "end": 4, "role": "headline"}
    (tmp_path / "mine" / "labels.jsonl").write_text(json.dumps(row) + "\n")
    monkeypatch.chdir(tmp_path / "mine")
    assert labelled_set.load(".", codebook.load()).name == "mine"


@pytest.mark.parametrize(
    ("name", "content", "column"),
    [
        ("a.csv", b"text,caf\xe9\nMoscow signed.,x\n", "caf\u00e9"),  # as Excel saves it in Windows-1252
        ("a.jsonl", rb'{"text": "Moscow signed.", "\udcf9": "x"}', "\ufffd"),
    ],
)
def test_a_column_whose_name_is_no_utf8_takes_nothing_down(name, content, column, tmp_path):
    (tmp_path / name).write_bytes(content)
    (article,) = read_articles([str(tmp_path / name)], Read())
    assert article.metadata == ((column, "x"),)
    assert len(as_table([article])) == 1
