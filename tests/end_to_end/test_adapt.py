"""`stance adapt`, then training from what it wrote, in real processes with the real MLflow store."""

import json

import numpy as np
import pytest

transformers = pytest.importorskip("transformers", reason="the extra [train] is not installed")
WORDS = [
    "moscow",
    "lied",
    "about",
    "the",
    "cable",
    "ship",
    "our",
    "admirals",
    "should",
    "close",
    "ports",
    "this",
    "week",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@pytest.fixture
def encoder(tmp_path):
    """A small encoder of random weights, in the form that anyone would have one in."""
    import torch

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    words = [*SPECIAL, ".", *WORDS]
    made = transformers.BertModel(transformers.BertConfig(vocab_size=len(words), **sizes))
    made.save_pretrained(tmp_path / "small")
    vocabulary = {word: i for i, word in enumerate(words)}
    transformers.BertTokenizer(vocab=vocabulary, model_max_length=512).save_pretrained(tmp_path / "small")
    return "small"


@pytest.fixture
def texts(tmp_path):
    rng = np.random.default_rng(0)
    with (tmp_path / "texts.jsonl").open("w", encoding="utf-8") as file:
        for n in range(12):
            body = " ".join(f"{' '.join(rng.choice(WORDS, 8)).capitalize()}." for _ in range(12))
            file.write(json.dumps({"id": f"a{n}", "text": f"Keep the lights on\n\n{body}\n"}) + "\n")
        file.write(json.dumps({"id": "none", "text": ""}) + "\n")
    return "texts.jsonl"


def test_unlabelled_texts_become_an_encoder_and_an_mlflow_run(stance, encoder, texts, store, tmp_path):
    settings = ("--set", f"adapt.encoder={encoder}", "--set", "adapt.rate=0.003", "--set", "adapt.threads=1")
    done = stance("adapt", texts, "--out", "mine", "--json", "--seed", "7", *settings)
    assert done.code == 5, done.err  # one text was refused
    assert "texts.jsonl:13: empty" in done.err and "train.trainer.encoder=mine" in done.err
    (told,) = done.rows
    record = json.loads((tmp_path / "mine" / "adapted_from.json").read_text(encoding="utf-8"))
    assert told == {"folder": "mine", **record}
    assert (record["source"], record["seed"], record["n_articles"], record["n_sentences"]) == (encoder, 7, 12, 144)
    assert {p.name for p in (tmp_path / "mine").iterdir()} >= {"model.safetensors", "config.json", "tokenizer.json"}

    (run,) = store().search_runs(["1"])
    assert (run.info.status, run.info.run_name) == ("FINISHED", "adapt")
    assert run.info.run_id in done.err
    assert run.data.params["adapt.source"] == encoder and run.data.params["adapt.mask_share"] == "0.15"
    assert run.data.metrics["loss_after"] == record["loss_after"] and run.data.metrics["n_refused"] == 1
    assert [m.step for m in store().get_metric_history(run.info.run_id, "held_out_loss")] == [0, 1, 2, 3]
    (given,) = run.inputs.dataset_inputs
    assert {tag.key: tag.value for tag in given.tags} == {
        "mlflow.data.context": "adaptation",
        "stance.sha256": record["texts_sha256"],
    }
    assert "adapted_from.json" in {file.path for file in store().list_artifacts(run.info.run_id)}

    again = stance("adapt", texts, "--out", "mine", "--no-mlflow", *settings)
    assert again.code == 2 and "mine: expected a new folder or an empty one" in again.err
    other = stance("adapt", texts, "--out", "other", "--no-mlflow", "--quiet", "--seed", "7", *settings)
    assert other.code == 5, other.err
    assert (tmp_path / "other/model.safetensors").read_bytes() == (tmp_path / "mine/model.safetensors").read_bytes()


def test_too_few_texts_are_told_and_leave_nothing(stance, encoder, op_ed, tmp_path):
    done = stance("adapt", op_ed, "--out", "mine", "--no-mlflow", "--set", f"adapt.encoder={encoder}")
    assert done.code == 3
    assert "6 body sentences in 1 different articles are too few to adapt to" in done.err
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("mine")]
