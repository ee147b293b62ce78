import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

QUICK = ("--set", "evaluate.resamples=100", "--set", "profile.resamples=100", "--set", "compare.permutations=200")


def test_compare_orders_profiles_and_gives_a_verdict_for_each_pair(stance, store):
    done = stance("compare", ROOT / "seeds", *QUICK, "--json")
    assert done.code == 0, done.err
    result = json.loads(done.out)
    assert len(result["profiles"]) == 6
    assert len(result["pairs"]) == 15
    kinds = {pair["nets"]["stance"]["verdict"]["kind"] for pair in result["pairs"]}
    assert kinds <= {"more", "not_distinguishable", "cannot_tell"}
    for profile in result["profiles"]:
        assert profile["net_stance_uncorrected_low"] <= profile["net_stance_uncorrected"]
    (run,) = store().search_runs(["1"])
    assert (run.data.tags["stance.job"], run.data.metrics["n_pairs"]) == ("compare", 15)


def test_compare_by_a_column_of_a_table(stance, tmp_path):
    seeds = sorted((ROOT / "seeds").glob("*.txt"))
    rows = [
        {"id": p.stem, "text": p.read_text(encoding="utf-8"), "outlet": f"Paper {i % 2}"} for i, p in enumerate(seeds)
    ]
    rows.append({**rows[0], "id": "again"})
    (tmp_path / "papers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = stance("compare", "papers.jsonl", "--by", "outlet", *QUICK, "--json", "--no-mlflow")
    assert done.code == 0, done.err
    assert [p["article"] for p in json.loads(done.out)["profiles"]] == ["Paper 0", "Paper 1"]
    unknown = stance("compare", "papers.jsonl", "--by", "outlett", "--no-mlflow")
    assert unknown.code == 2
    assert "did you mean 'outlet'" in unknown.err


def test_one_op_ed_is_nothing_to_compare(stance):
    done = stance("compare", ROOT / "seeds/the_long_table.md", "--no-mlflow")
    assert done.code == 3
    assert "two op-eds or more" in done.err


def test_evaluate_scores_the_test_split_with_intervals_baselines_and_ceiling(stance, store):
    done = stance("evaluate", "opeds", *QUICK, "--json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    for task in ("stance", "certainty", "devices"):
        found = document["labels"]["tasks"][task]
        value = found["metrics"]["macro_f1"]
        assert value["low"] <= value["value"] <= value["high"]
        assert {b["name"] for b in found["baselines"]} >= {"majority", "length", "tfidf"}
        assert found["ceiling"]["macro_f1"]["value"] > value["value"]
        assert "gold:opeds:test@" in found["signature"]["text"]
    assert document["reading"]["body_spans"]["f1"]["value"] > 0.9
    (run,) = store().search_runs(["1"])
    figures = {artifact.path for artifact in store().list_artifacts(run.info.run_id, "figures")}
    assert figures >= {"figures/reliability_devices.png", "figures/confusion_stance.png"}
    assert run.data.metrics["stance/macro_f1"] == document["labels"]["tasks"]["stance"]["metrics"]["macro_f1"]["value"]


def test_a_model_is_not_scored_on_what_it_learned_from(stance):
    done = stance("evaluate", "opeds", "--set", "evaluate.split=train", "--no-mlflow")
    assert done.code == 3
    assert "the model was trained on" in done.err


def test_the_gate_keeps_a_version_that_is_not_better_and_rollback_goes_back(stance, store):
    settings = (*QUICK, "--set", "evaluate.has_baselines=false", "--set", "train.folds=2")
    for number in (1, 2):
        done = stance("train", "tfidf", *settings)
        assert f"models:/stance-tfidf/{number}" in done.err, done.err
    kept = stance("promote", "models:/stance-tfidf@candidate", "--gold", "opeds", *settings, "--json")
    assert kept.code == 4
    assert json.loads(kept.out)["is_promoted"] is False
    assert "the champion is unchanged" in kept.err
    assert str(store().get_model_version_by_alias("stance-tfidf", "champion").version) == "1"
    listed = json.loads(stance("models", "list", "stance-tfidf", "--json").out)
    assert [(v["version"], sorted(v["aliases"])) for v in listed] == [("2", ["candidate"]), ("1", ["champion"])]
    nothing = stance("models", "rollback", "stance-tfidf")
    assert nothing.code == 2
    shown = json.loads(stance("models", "show", "models:/stance-tfidf/2").out)
    assert "stance/macro_f1" in shown["metrics"]


def test_doctor_and_config(stance):
    well = stance("doctor", "--json")
    assert well.code == 0, well.out
    assert all(finding["is_well"] for finding in json.loads(well.out))
    ill = stance("doctor", "--set", "label.model=nowhere")
    assert ill.code == 1
    assert "FAIL" in ill.out
    shown = stance("config", "show", "model")
    assert shown.out.startswith("# sha256: ") and "finetune.v1" in shown.out
