"""Change over time, results of earlier runs, and what a change of model version does."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from pipeline.labeling.model import DECISIONS, MANIFEST, seal

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("--set", "profile.resamples=100", "--set", "compare.permutations=200", "--no-mlflow")


@pytest.fixture
def papers(tmp_path):
    """Six op-eds of two papers over three years, in one table."""
    texts = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "seeds").glob("*.txt"))]
    path = tmp_path / "papers.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for i in range(6):
            row = {"id": f"o{i:02d}", "text": f"{texts[i % len(texts)]}\n\nThe count was {i} ships."}
            row |= {"outlet": f"Paper {i % 2}", "date": f"{2019 + i // 2}-0{1 + i % 9}-11"}
            file.write(json.dumps(row) + "\n")
    return path


@pytest.fixture(scope="session")
def other_version(tmp_path_factory):
    """The shipped model with other thresholds, as version 2."""
    folder = tmp_path_factory.mktemp("models") / "second"
    shutil.copytree(ROOT / "models/default", folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    decisions = json.loads((folder / DECISIONS).read_text(encoding="utf-8"))
    from pipeline.core import codebook as codebooks

    book = codebooks.parse((folder / "codebook.yaml").read_bytes(), where="codebook.yaml")
    (folder / DECISIONS).write_text(json.dumps(decisions, indent=2), encoding="utf-8")
    (folder / MANIFEST).unlink()
    kept = {key: manifest[key] for key in ("name", "labeller", "training")}
    seal(folder, version="2", codebook=book, **kept)
    return folder


def test_a_series_for_each_paper_in_terminal_json_table_and_page(stance, papers, tmp_path):
    more = ("--over", "year", "--by", "outlet", *QUICK)
    done = stance("compare", papers, *more, "--json", "--csv", "series.csv", "--report", "page.html")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert [one["name"] for one in found["series"]] == ["Paper 0", "Paper 1"]
    assert [p["period"] for p in found["series"][0]["points"]] == ["2019", "2020", "2021"]
    assert found["series"][0]["trends"]["stance"]["verdict"]["kind"] in ("trend", "changed", "steady", "cannot_tell")
    with (tmp_path / "series.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["group"], row["period"]) for row in rows[:2]] == [("Paper 0", "2019"), ("Paper 0", "2020")]
    assert float(rows[0]["net_stance_low"]) <= float(rows[0]["net_stance"]) <= float(rows[0]["net_stance_high"])
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<section id="series"' in page and "exchanging the dates of whole articles" in page


@pytest.mark.timeout(1200)  # seven commands, on a busy machine
def test_results_are_compared_as_they_stand_and_only_if_one_version_made_them(stance, papers, other_version):
    for name, model in (("old", "default"), ("new", other_version)):
        done = stance("label", papers, "--model", model, "--out", name, "--no-mlflow", "--quiet")
        assert done.code == 0, done.err
    same = stance("compare", "old", "--by", "outlet", *QUICK, "--json")
    fresh = stance("compare", papers, "--by", "outlet", *QUICK, "--json")
    assert same.code == 0, same.err
    assert json.loads(same.out) == json.loads(fresh.out)
    mixed = stance("compare", "old", "new", "--by", "outlet", *QUICK)
    assert mixed.code == 3
    assert "come from 2 model versions" in mixed.err and "stance models drift" in mixed.err
    wrong = stance("compare", "new", "--by", "outlet", *QUICK)
    assert wrong.code == 3
    assert "these results are not of default" in wrong.err and "--rescore" in wrong.err
    again = stance("compare", "new", "--by", "outlet", "--rescore", *QUICK, "--json")
    assert again.code == 0, again.err
    found, expected = (json.loads(d.out)["profiles"] for d in (again, fresh))
    assert [p["net_stance"] for p in found] == pytest.approx([p["net_stance"] for p in expected], abs=0.02)


def test_texts_and_results_are_not_mixed(stance, papers):
    assert stance("label", papers, "--out", "old", "--no-mlflow", "--quiet").code == 0
    done = stance("compare", "old", papers, *QUICK)
    assert done.code == 3
    assert "results of an earlier run and texts cannot be compared at once" in done.err


def test_drift_of_two_versions_on_the_shipped_anchor(stance, other_version, tmp_path):
    done = stance("models", "drift", "default", other_version, *QUICK, "--json", "--csv", "drift.csv")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["anchor"] == "opeds:test" and len(found["anchor_sha256"]) == 64
    assert found["drift"]["verdicts"][0]["kind"] == "steady"
    assert found["drift"]["agreement"][0]["same"] == 1
    assert (tmp_path / "drift.csv").read_text(encoding="utf-8-sig").startswith("figure,is_corrected,first,second")
    unknown = stance("models", "drift", "default", "nowhere", *QUICK)
    assert unknown.code == 2
