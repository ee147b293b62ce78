from __future__ import annotations

import csv
import json

import pytest

from pipeline.core.config import Config
from pipeline.core.errors import ConfigError, InvalidInputError
from pipeline.corpus import card
from pipeline.jobs import agreement, data

STANCES = ("hawkish", "neutral", "conciliatory")
SENTENCES = tuple(f"Sentence {i} speaks of matter number {i} in the harbour of {i} towns." for i in range(12))
COLUMNS = {"voice": "author", "speaker": "", "certainty": "certain"}


def _row(article, n, stance, devices):
    start = sum(len(sentence) + 1 for sentence in SENTENCES[:n])
    place = {"article": article, "n": n, "start": start, "end": start + len(SENTENCES[n]), "role": "body"}
    return place | COLUMNS | {"stance": stance, "devices": devices}


@pytest.fixture
def folder(tmp_path):
    """Two articles, coders a and b who differ on one stance and one device, and c who saw these two only."""
    root = tmp_path / "quay"
    (root / "articles").mkdir(parents=True)
    labels, coders = [], []
    for article in ("one", "two"):
        (root / "articles" / f"{article}.txt").write_text(" ".join(SENTENCES), encoding="utf-8")
        for n in range(len(SENTENCES)):
            row = _row(article, n, STANCES[n % 3], ["irony"] if n % 4 == 0 else [])
            labels.append(row)
            coders += [{**row, "coder": coder} for coder in "ab"]
    coders[1]["stance"] = "neutral"
    coders[3]["devices"] = ["irony"]
    coders += [{**labels[0], "coder": "c"}, {**labels[1], "coder": "c"}]
    for name, rows in (("labels", labels), ("coders", coders)):
        (root / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return root


def test_alpha_is_that_of_the_krippendorff_package(folder):
    import krippendorff

    report = agreement.agreement([str(folder)], Config())
    reliability = [[n % 3 for _ in range(2) for n in range(12)] for _ in "ab"]
    reliability[1][0] = 1
    expected = krippendorff.alpha(reliability_data=reliability, level_of_measurement="nominal", value_domain=[0, 1, 2])
    stance = report.tasks["stance"]
    assert stance.alpha.value == pytest.approx(expected)
    assert stance.alpha.low <= stance.alpha.value <= stance.alpha.high
    assert (report.coders, report.n_articles, report.n_sentences) == (("a", "b"), 2, 24)
    irony = next(label for label in report.tasks["devices"].labels if label.label == "irony")
    assert irony.n_positives == 7


def test_a_coder_of_disputes_alone_counts_only_when_asked_for(folder):
    assert agreement.agreement([str(folder)], Config()).coders == ("a", "b")
    chosen = agreement.agreement([str(folder)], Config(), coders=("a", "c"))
    assert (chosen.coders, chosen.n_sentences) == (("a", "c"), 2)


def test_a_coder_who_is_not_there_is_told_with_those_who_are(folder):
    with pytest.raises(ConfigError, match=r"unknown coder 'bb'; known: a, b, c; did you mean 'b'"):
        agreement.agreement([str(folder)], Config(), coders=("a", "bb"))


def test_an_attached_set_goes_into_the_checkout_and_else_into_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "package" / "data").mkdir(parents=True)
    monkeypatch.setattr(data, "shipped", (tmp_path / "package").joinpath)
    monkeypatch.chdir(tmp_path)
    assert data.attached_folder("real-opeds") == tmp_path / "attached" / "real-opeds"  # installed: not among its files
    (tmp_path / "package" / "pyproject.toml").touch()
    assert data.attached_folder("real-opeds") == tmp_path / "package" / "data" / "attached" / "real-opeds"
    assert data.attached_folder("../../up").parent == tmp_path / "package" / "data" / "attached"


def test_labels_that_carry_their_coders_are_read(folder):
    rows = [json.loads(line) for line in (folder / "coders.jsonl").read_text(encoding="utf-8").splitlines()]
    merged = {}
    for row in rows:
        merged.setdefault((row["article"], row["n"]), {})[row["coder"]] = row
    lines = [{"article": a, "n": n, "role": "body", "coders": coders} for (a, n), coders in merged.items()]
    path = folder.parent / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    one, other = (agreement.agreement([str(reference)], Config()) for reference in (folder, path))
    assert one.tasks == other.tasks


def test_a_folder_of_coders_files_is_read(tmp_path):
    for coder, stance in (("ann", "hawkish"), ("ben", "neutral")):
        path = tmp_path / coder / "one.tsv"
        path.parent.mkdir()
        rows = [f"1\tauthor\t\t{stance}\tcertain\t", "2\tauthor\t\tneutral\tcertain\tirony"]
        path.write_text("n\tvoice\tspeaker\tstance\tcertainty\tdevices\n" + "\n".join(rows), encoding="utf-8")
    report = agreement.agreement([str(tmp_path)], Config())
    assert (report.coders, report.n_sentences) == (("ann", "ben"), 2)
    assert report.tasks["stance"].alpha.value == pytest.approx(0)  # D_o = 2 of 4 values, D_e = 2 * 3 * 1 / (4 * 3)


def test_one_coder_alone_has_no_agreement(folder):
    with pytest.raises(InvalidInputError, match="no sentence was judged by two coders"):
        agreement.agreement([str(folder)], Config(), coders=("a",))


def test_agreement_is_recorded_on_the_card(folder):
    report = agreement.agreement([str(folder)], Config())
    agreement.record(str(folder), report, Config())
    recorded = card.read(folder).agreement
    assert recorded["stance"].alpha == round(report.tasks["stance"].alpha.value, 3)
    assert recorded["devices.irony"].positives == 7
    assert recorded["devices.hyperbole"].alpha is None


def test_a_sample_is_blind_and_its_size_is_reported(folder, tmp_path):
    out = tmp_path / "audit.csv"
    exported = data.sample(str(folder), Config(), n=9, out=out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (exported.n_sentences, len(rows)) == (9, 9)
    assert {row["stance"] + row["voice"] + row["coder"] for row in rows} == {""}
    with pytest.raises(ConfigError, match=r"unknown task 'stanse'.*did you mean 'stance'"):
        data.sample(str(folder), Config(), n=9, out=out, task="stanse")


def test_each_coders_labels_survive_a_round_trip(folder, tmp_path):
    exported = data.export(str(folder), Config(), out=tmp_path / "x.csv", format="csv", each_coder=True)
    assert (exported.n_sentences, exported.n_items) == (24, 50)
    taken = data.import_labels(tmp_path / "x.csv", Config(), format="csv", texts=folder, out=tmp_path / "back")
    assert (taken.n_sentences, taken.coders, taken.refusals) == (24, ("a", "b", "c"), ())
    one, other = (agreement.agreement([str(reference)], Config()) for reference in (folder, tmp_path / "back"))
    assert one.tasks == other.tasks


def test_rows_refused_by_the_reader_stand_in_the_report(folder, tmp_path):
    data.export(str(folder), Config(), out=tmp_path / "x.csv", format="csv")
    text = (tmp_path / "x.csv").read_text(encoding="utf-8").replace("hawkish", "hawk", 1)
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    taken = data.import_labels(tmp_path / "x.csv", Config(), format="csv", texts=folder, out=tmp_path / "back")
    assert taken.n_sentences == 23
    assert [refusal.line for refusal in taken.refusals] == [2]


def test_check_names_what_two_sets_share(folder, tmp_path):
    data.export(str(folder), Config(), out=tmp_path / "x.csv", format="csv")
    data.import_labels(tmp_path / "x.csv", Config(), format="csv", texts=folder, out=tmp_path / "evaluation")
    assert data.data_check(str(folder), Config()).is_sound
    checked = data.data_check(str(folder), Config(), others=[str(tmp_path / "evaluation")])
    assert {finding.check for finding in checked.findings if finding.severity == "error"} == {"leakage"}


def test_stats_count_every_label(folder):
    found = data.data_stats(str(folder), Config())
    assert found.counts.labels["stance"] == {"hawkish": 8, "conciliatory": 8, "neutral": 8}
    assert found.n_words == 24 * 13
