"""Results of an earlier run as input: what is read back, and what is refused."""

import csv
import json

import pytest

from pipeline.core import config_files
from pipeline.core.errors import InvalidInputError
from pipeline.jobs.compare import compare_articles
from pipeline.jobs.label import label

BODY = "Moscow lied about the cable. The West should close its ports. Talks could perhaps spare us the next war. " * 4
TABLE = "id,text,outlet\n" + "".join(f'{name},"{BODY}",\n' for name in "ab")


@pytest.fixture
def settings(cheap_model):
    return [f"label.model={cheap_model}", "profile.resamples=100", "compare.permutations=100", "tracking.is_on=false"]


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


@pytest.fixture
def result(tmp_path, texts, settings):
    """Labels both texts; the file of sentences."""

    def make(format):
        config = config_files.load(
            None, [*settings, f"output.directory={tmp_path / 'out'}", f"output.format={format}", "cache.is_on=false"]
        )
        label([texts], config, show=lambda _: None)
        return tmp_path / "out" / f"sentences.{format}"

    return make


def edit_jsonl(path, change):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def edit_csv(path, change):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_place_that_is_no_number_is_refused_with_its_file(result, settings):
    path = result("csv")
    edit_csv(path, lambda rows: rows[3].update(n="four"))
    with pytest.raises(InvalidInputError, match=r"sentences\.csv: row 3 or the one after it cannot be read: .*four"):
        compare_articles([str(path)], config_files.load(None, settings))


def test_a_row_with_cells_too_many_is_refused(result, settings):
    path = result("csv")
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join(["1"] * 500) + "\n")
    with pytest.raises(InvalidInputError, match=r"sentences\.csv: row \d+ or the one after it cannot be read"):
        compare_articles([str(path)], config_files.load(None, settings))


def test_a_row_without_its_identity_is_refused(result, settings):
    path = result("jsonl")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"article": "z", "n": 0, "start": 0, "end": 1, "text": "z", "role": "body"}) + "\n")
    with pytest.raises(InvalidInputError, match=r"sentences\.jsonl: row .* cannot be read: no value for text_sha256"):
        compare_articles([str(path)], config_files.load(None, settings))


def test_a_cell_longer_than_the_csv_module_takes_by_itself_is_read(result, settings):
    path = result("csv")
    edit_csv(path, lambda rows: rows[0].update(evidence_stance=json.dumps([]) + " " * 200_000))
    before = csv.field_size_limit(131_072)
    try:
        found = compare_articles([str(path)], config_files.load(None, settings))
    finally:
        csv.field_size_limit(before)
    assert [profile.name for profile in found.comparison.profiles] == ["a", "b"]


@pytest.mark.parametrize("option", ["compare.by=outlet", "compare.over=year"])
def test_op_eds_that_fall_into_no_group_are_told(texts, settings, option):
    with pytest.raises(InvalidInputError, match=r"no op-ed can be compared by (outlet|year): a: .*has no"):
        compare_articles([texts], config_files.load(None, [*settings, option]))


def test_a_folder_with_results_in_two_formats_is_refused_and_one_of_its_files_is_not(result, settings):
    csv_file, jsonl_file = result("csv"), result("jsonl")
    told = r"out: this folder has results in two formats, sentences\.jsonl and sentences\.csv; name the files"
    with pytest.raises(InvalidInputError, match=told):
        compare_articles([str(jsonl_file.parent)], config_files.load(None, settings))
    for path in (csv_file, jsonl_file):
        found = compare_articles([str(path)], config_files.load(None, settings))
        assert [profile.name for profile in found.comparison.profiles] == ["a", "b"]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("config_sha256", r"under 2 settings, .*sentences\.jsonl has config_sha256 \w{12}; .* has config_sha256 other"),
        ("package_version", r"under 2 versions of stance-pipeline, .* has package_version other"),
    ],
)
def test_results_of_different_settings_are_not_mixed_unless_they_are_labelled_anew(result, settings, column, told):
    path = result("jsonl")
    edit_jsonl(path, lambda rows: [row.update({column: "other"}) for row in rows if row["article"] == "b"])
    with pytest.raises(InvalidInputError, match=rf"{told}; let one version label them all with --rescore"):
        compare_articles([str(path)], config_files.load(None, settings))
    found = compare_articles([str(path)], config_files.load(None, settings), is_rescored=True)
    assert [profile.name for profile in found.comparison.profiles] == ["a", "b"]
