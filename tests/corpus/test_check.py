from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.corpus import build, card
from pipeline.corpus.check import check
from pipeline.corpus.labelled_set import load

from .conftest import write


@pytest.fixture
def built(folder, codebook):
    build.build(folder, codebook)
    made = card.read(folder).model_copy(update={"origin": "x", "licence": "x", "how_made": "x"})
    card.write(folder, made)
    return folder


def _edit(folder, name, change, at=0):
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[at])
    lines[at] = json.dumps(row | change(row))
    write(path, "\n".join(lines) + "\n")


def _found(folder, codebook, **options):
    return {(f.severity, f.check, f.detail) for f in check(str(folder), codebook, **options).findings}


def test_a_set_as_built_is_sound(built, codebook):
    checked = check(str(built), codebook)
    assert checked.is_sound
    assert {finding.check for finding in checked.findings} <= {"duplicates"}
    assert checked.sha256 == load(str(built), codebook).sha256


def test_every_bad_row_is_found_and_not_only_the_first(built, codebook):
    body = [i for i, line in enumerate((built / "labels.jsonl").read_text().splitlines()) if '"body"' in line]
    _edit(built, "labels.jsonl", lambda row: {"stance": "hawk"}, body[0])
    _edit(built, "labels.jsonl", lambda row: {"role": "boddy"}, body[1])
    checked = check(str(built), codebook)
    problems = [(f.where.rpartition(":")[2], f.detail[:22]) for f in checked.findings if f.check == "schema"]
    assert problems == [(str(body[0] + 1), "unknown stance label '"), (str(body[1] + 1), "unknown role 'boddy'; ")]
    assert not checked.is_sound


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda row: {"end": 10_000}, "sentence 4 spans"),
        (lambda row: {"start": row["start"] - 1}, "text is 'The ferry"),
        (lambda row: {"start": 3}, "sentence 4 begins at 3, inside the one before it"),
        (lambda row: {"end": row["end"] + 1, "text": None}, "sentence 4 begins or ends with white space"),
        (lambda row: {"n": 5}, "sentence 5 of 'op001' stands twice"),
    ],
)
def test_misplaced_sentences_are_found(built, codebook, change, problem):
    def edit(row):
        changed = row | change(row)
        if changed["text"] is None:
            text = (built / "articles" / "op001.txt").read_bytes().decode()
            changed["text"] = text[changed["start"] : changed["end"]]
        return changed

    _edit(built, "labels.jsonl", edit, 4)
    details = [finding.detail for finding in check(str(built), codebook).findings if finding.severity == "error"]
    assert any(detail.startswith(problem) for detail in details)


def test_a_changed_label_no_longer_fits_the_card(built, codebook):
    _edit(built, "labels.jsonl", lambda row: {"certainty": "hedged"}, 4)
    assert {check for severity, check, _ in _found(built, codebook) if severity == "error"} == {"hashes", "counts"}


def test_labels_of_another_codebook_version_are_an_error(built, codebook):
    card.write(built, card.read(built).model_copy(update={"codebook": "russia 0.9", "codebook_sha256": "0" * 64}))
    errors = [f for f in check(str(built), codebook).findings if f.check == "codebook"]
    assert [e.severity for e in errors] == ["error"]
    assert "made under russia 0.9 (000000000000), checked under russia 1.0" in errors[0].detail


def test_a_sentence_shared_by_two_splits_is_leakage_and_within_one_a_warning(built, codebook):
    article = next(name for name in ("op002", "op003", "op004"))
    text = (built / "articles" / "op001.txt").read_bytes()
    labels = (built / "labels.jsonl").read_text(encoding="utf-8")
    copied = [line for line in labels.splitlines() if '"article": "op001"' in line]
    kept = [line for line in labels.splitlines() if f'"article": "{article}"' not in line]
    write(built / "labels.jsonl", "\n".join(kept + [line.replace("op001", article) for line in copied]) + "\n")
    (built / "articles" / f"{article}.txt").write_bytes(text)
    for split, severity in (("test", "error"), ("train", "warning")):
        splits = {"train": ["op001", "op003", "op004"], "dev": [], "test": []}
        splits[split] = [*splits[split], article]
        write(built / "splits.json", json.dumps(splits))
        found = [
            f for f in check(str(built), codebook).findings if "exact duplicate" in f.detail and article in f.detail
        ]
        assert {f.severity for f in found} == {severity}


def test_a_sentence_shared_with_an_evaluation_set_is_an_error(built, codebook):
    other = replace(load(str(built), codebook), name="evaluation")
    found = [f for f in check(str(built), codebook, others=[other]).findings if f.check == "leakage"]
    assert any("op001" in f.where and "evaluation/op001" in f.detail for f in found)
    assert {f.severity for f in found} == {"error"}


def test_an_article_without_a_split_is_an_error(built, codebook):
    write(built / "splits.json", json.dumps({"train": ["op001", "op002", "op003"], "dev": ["op900"], "test": []}))
    found = _found(built, codebook)
    assert ("error", "splits", "article 'op004' is in no split") in found
    assert ("warning", "splits", "article 'op900' has no labels") in found


def test_a_broken_card_is_named(built, codebook):
    write(built / "card.yaml", "format: 1\nname: Bad Name\ncolour: blue\n")
    details = [f.detail for f in check(str(built), codebook).findings if f.check == "card"]
    assert "name: String should match" in details[0]
    assert "colour: Extra inputs are not permitted" in details[0]
