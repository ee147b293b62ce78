"""Another target, another label set, one ordinal and one multi-label task: trained and used without any code."""

import json

import numpy as np
import pytest
import yaml

CODEBOOK = {
    "format": 1,
    "name": "vaccines",
    "version": "1.0",
    "title": "Codebook 1.0: vaccine mandates",
    "target": "vaccine mandates",
    "roles": {"values": [{"value": v, "definition": v} for v in ("body", "headline", "furniture")]},
    "voices": {"values": [{"value": v, "definition": v} for v in ("author", "quoted", "reported")]},
    "tasks": [
        {
            "name": "position",
            "kind": "single",
            "poles": {"positive": "pro", "negative": "contra"},
            "labels": [
                {"value": "pro", "definition": "argues for a mandate"},
                {"value": "contra", "definition": "argues against a mandate"},
                {"value": "none", "definition": "neither"},
            ],
        },
        {
            "name": "urgency",
            "kind": "ordinal",
            "labels": [{"value": v, "definition": v} for v in ("now", "soon", "someday")],
        },
        {
            "name": "appeals",
            "kind": "multi",
            "labels": [{"value": v, "definition": v} for v in ("science", "liberty")],
        },
    ],
}
PARTS = {
    ("pro", "now", ("science",)): "The data on measles are plain and every school must require the shot today.",
    ("pro", "soon", ()): "A mandate in hospitals should follow within the year.",
    ("contra", "now", ("liberty",)): "Freedom dies when the state forces a needle into an arm, so stop this today.",
    ("contra", "someday", ("liberty",)): "In time a free people will learn to refuse such orders.",
    ("none", "someday", ()): "The clinic on Mill Street may be repainted at some point.",
}


@pytest.fixture
def labelled(tmp_path):
    """Twelve made-up op-eds of ten sentences, four of them kept for the test; a word makes each sentence its own."""
    folder, rng = tmp_path / "set", np.random.default_rng(0)
    (folder / "articles").mkdir(parents=True)
    with (folder / "labels.jsonl").open("w", encoding="utf-8") as file:
        for number in range(12):
            text, parts = "", list(PARTS.items())
            for n in range(10):
                (position, urgency, appeals), sentence = parts[int(rng.integers(len(parts)))]
                sentence = f"In case {number}-{n}: {sentence}"
                row = {
                    "article": f"v{number}", "n": n, "start": len(text), "end": len(text) + len(sentence),
                    "role": "body", "voice": "author", "speaker": "",
                    "position": position, "urgency": urgency, "appeals": list(appeals),
                }  # fmt: skip
                file.write(json.dumps(row) + "\n")
                text += sentence + " "
            (folder / f"articles/v{number}.txt").write_text(text, encoding="utf-8")
    splits = {"train": [f"v{i}" for i in range(8)], "test": [f"v{i}" for i in range(8, 12)]}
    (folder / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    (tmp_path / "vaccines.yaml").write_text(yaml.safe_dump(CODEBOOK), encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", ["frozen.v1", "tfidf.v1"])
def test_train_evaluate_label_and_compare(stance, labelled, tmp_path, store, kind):
    settings = [f"codebook={tmp_path / 'vaccines.yaml'}", "train.sets=[set]", f"train.trainer.kind={kind}"]
    settings += ["evaluate.resamples=100", "train.model_name=vaccines", "profile.resamples=100"]
    options = [word for setting in settings for word in ("--set", setting)]
    trained = stance("train", *options, "--model-out", "model")
    assert trained.code == 0, trained.err
    assert "models:/vaccines/1" in trained.err
    assert set(store().get_registered_model("vaccines").aliases) == {"candidate", "champion"}

    done = stance("label", "set/articles/v0.txt", "--model", "models:/vaccines@champion", "--json")
    assert done.code == 0, done.err
    row = done.rows[0]
    assert row["position"] in ("pro", "contra", "none") and "stance" not in row
    assert (row["model"], row["model_version"], row["codebook"]) == ("vaccines", "1", "vaccines 1.0")

    scored = stance("evaluate", "set", "--model", "model", "--json", "--set", "evaluate.resamples=100")
    assert scored.code == 0, scored.err
    assert json.loads(scored.out)["labels"]["tasks"]["position"]["metrics"]["macro_f1"]["value"] > 0.8

    compared = stance("compare", "set/articles/v0.txt", "set/articles/v1.txt", "--model", "model", "--json")
    assert compared.code == 0, compared.err
    assert "position" in json.loads(compared.out)["pairs"][0]["nets"]
