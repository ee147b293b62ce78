"""Fine-tuning and its exported form, with a small encoder of random weights and the real tokenizer."""

import json
import logging
import re
from dataclasses import replace

import numpy as np
import pytest

from pipeline.core import codebook
from pipeline.labeling import calibration, model
from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.training import encoders, mixing
from pipeline.training.examples import Example
from pipeline.training.finetune import FinetuneTrainer

transformers = pytest.importorskip("transformers", reason="the extra [train] is not installed")
BOOK = codebook.load()
TEXTS = [
    "Moscow lied about the cable. Perhaps it will lie again. Who is surprised? The ice is thin this year.",
    "Talks could spare us the next war. Sanctions have failed. We asked, we waited, we were told nothing.",
    "The harbour froze. To be sure, the admirals have a point. Europe should listen to them for once.",
]


def example(number):
    text = TEXTS[number % len(TEXTS)] * (1 + number)
    spans = [m.span() for m in re.finditer(r"\S[^.?!]*[.?!]", text)]
    rng = np.random.default_rng(number)
    targets = np.zeros((len(spans), 20), np.float32)
    targets[np.arange(len(spans)), rng.integers(0, 3, len(spans))] = 1
    targets[np.arange(len(spans)), 3 + rng.integers(0, 3, len(spans))] = 1
    targets[:, 6:] = rng.random((len(spans), 14)) < 0.2
    return Example(f"t{number}", ArticleText(text, tuple(SentenceSpan(a, z, True) for a, z in spans)), (), targets)


@pytest.fixture(scope="module", params=["bert", "distilbert"])
def encoder(request, tmp_path_factory):
    """Two architectures, two layers each, saved as anyone would save one."""
    folder = tmp_path_factory.mktemp(request.param)
    tokenizer = encoders.load("minilm").tokenizer
    sizes = {"vocab_size": tokenizer.vocab_size}
    if request.param == "bert":
        sizes |= {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        made = transformers.BertModel(transformers.BertConfig(**sizes))
    else:
        sizes |= {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
        made = transformers.DistilBertModel(transformers.DistilBertConfig(**sizes))
    made.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def trainer(encoder, **options):
    given = {"encoder": str(encoder), "epochs": 1, "window": 48, "precision": "float32", "threads": 1, "dropout": None}
    given = {k: v for k, v in {**given, **options}.items() if v is not None}
    return FinetuneTrainer(FinetuneTrainer.Options(**given), BOOK, seed=3)


@pytest.mark.parametrize(("quantisation", "near"), [("none", 0.05), ("int8_weights", 0.1), ("int8", 0.2)])
def test_the_exported_form_gives_the_logits_of_the_training_form(encoder, tmp_path, caplog, quantisation, near):
    examples = [example(n) for n in range(4)]
    fitted = trainer(encoder, quantisation=quantisation).fit(examples)
    layer = mixing.Mixing(np.random.default_rng(0).normal(size=(20, 20)).astype(np.float32), np.ones(20, np.float32))
    folder = tmp_path / "model"
    fitted.write(folder, layer)
    assert fitted.moved_by_writing(folder) < near
    logging.getLogger("pipeline").warning("still heard")
    assert "still heard" in caplog.text
    assert ("FakeQuantize" in (folder / "encoder.xml").read_text()) == (quantisation == "int8")
    decisions = {name: d.as_json() for name, d in calibration.neutral(BOOK).items()}
    (folder / model.DECISIONS).write_text(json.dumps(decisions))
    model.seal(folder, name="small", version="1", labeller="encoder.v1", codebook=BOOK, training={})
    opened = model.load(folder)
    for given, trained in zip(examples, fitted.score(examples), strict=True):
        np.testing.assert_allclose(opened.labeller.logits(given.text), layer(trained), atol=near)


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(encoder):
    examples = [example(n) for n in range(3)]
    first, second = (trainer(encoder).fit(examples).score(examples) for _ in range(2))
    np.testing.assert_array_equal(np.concatenate(first), np.concatenate(second))
    made = trainer(encoder)
    made.seed = 4
    assert np.abs(np.concatenate(made.fit(examples).score(examples)) - np.concatenate(first)).max() > 1e-3


def test_training_learns_what_it_is_shown(encoder):
    examples = [example(n) for n in range(3)]
    fitted = trainer(encoder, epochs=60, encoder_rate=3e-3, head_rate=3e-2).fit(examples)
    logits, gold = np.concatenate(fitted.score(examples)), np.concatenate([e.targets for e in examples])
    assert (logits[:, :3].argmax(axis=1) == gold[:, :3].argmax(axis=1)).mean() > 0.8


def test_lower_layers_learn_slower_and_word_vectors_not_at_all(encoder):
    before = encoders.load(str(encoder)).encoder.state_dict()
    fitted = trainer(encoder, epochs=3, layer_decay=0.1).fit([example(n) for n in range(3)])
    moved = {
        name: float((weight - before[name]).abs().mean())
        for name, weight in fitted.network.encoder.state_dict().items()
    }
    lower, upper = (np.mean([v for name, v in moved.items() if f"layer.{i}." in name]) for i in (0, 1))
    assert 0 < lower < upper / 3
    assert all(v == 0 for name, v in moved.items() if name.startswith("embeddings."))


def test_labels_may_be_probabilities(encoder):
    sure, unsure = [example(n) for n in range(2)], [example(n) for n in range(2)]
    unsure = [replace(e, targets=np.full_like(e.targets, 1 / 3)) for e in unsure]
    options = {"epochs": 40, "encoder_rate": 3e-3, "head_rate": 3e-2}

    def spread(examples):
        logits = np.concatenate(trainer(encoder, **options).fit(examples).score(examples))[:, :3]
        return float((logits.max(axis=1) - logits.min(axis=1)).mean())

    assert spread(unsure) < spread(sure) / 3


def test_a_task_that_is_not_known_of_an_article_is_not_learned_from_it(encoder):
    known, other = [example(n) for n in range(2)], example(2)
    columns = np.arange(20) < 3
    unknown = replace(other, targets=np.where(columns, np.float32(np.nan), other.targets))
    moved = replace(other, targets=np.where(columns, np.nan, 1 - other.targets).astype(np.float32))
    options = {"epochs": 2, "encoder_rate": 1e-9}  # the heads alone move, so that tasks cannot touch one another
    first, second = (
        np.concatenate(trainer(encoder, **options).fit([*known, row]).score(known)) for row in (unknown, moved)
    )
    assert np.isfinite(first).all()
    np.testing.assert_allclose(first[:, :3], second[:, :3], atol=2e-3)
    assert np.abs(first[:, 3:] - second[:, 3:]).max() > 1e-2


def test_silver_articles_are_dealt_over_the_epochs(encoder, monkeypatch):
    by_hand = [example(0)]
    silver = [replace(example(n), is_silver=True) for n in range(1, 5)]
    read = []
    monkeypatch.setattr(FinetuneTrainer, "_train", lambda _self, _network, epochs, _loss: read.extend(epochs))
    trainer(encoder, epochs=2, window=4_000, deals_silver=True).fit([*by_hand, *silver])
    lengths = [[len(window.is_judged) for window in windows] for windows in read]
    n = [len(e.targets) for e in (*by_hand, *silver)]
    assert lengths == [[n[0], n[1], n[3]], [n[0], n[2], n[4]]]


def test_a_silver_article_weighs_in_the_rarity_of_labels_as_often_as_it_is_read(encoder, monkeypatch):
    """Its labels are all hawkish: the more often it is read, the commoner that label and the less its weight."""
    by_hand = [replace(example(n), targets=np.eye(20, dtype=np.float32)[[n] * len(example(n).targets)]) for n in (0, 1)]
    silver = replace(by_hand[0], article="other", is_silver=True)
    weights = []
    keep = lambda _self, _network, _epochs, loss: weights.append(loss.weights["stance"][0].item())  # noqa: E731
    monkeypatch.setattr(FinetuneTrainer, "_train", keep)
    for deals_silver in (True, False):
        trainer(encoder, epochs=3, deals_silver=deals_silver).fit([*by_hand, silver])
    assert weights[0] > weights[1] * 1.1


def test_several_windows_make_one_step(encoder):
    rows = [example(n) for n in range(3)]
    one, many = (trainer(encoder, windows_per_step=n, epochs=2).fit(rows).score(rows) for n in (1, 100))
    assert np.abs(np.concatenate(one) - np.concatenate(many)).max() > 1e-4


def test_an_encoder_that_is_not_there_is_told_with_a_remedy():
    from pipeline.core.errors import StanceError

    with pytest.raises(StanceError, match="no encoder could be loaded.*give one of minilm"):
        encoders.load("no/such-encoder")
