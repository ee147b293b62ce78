"""Adaptation to unlabelled texts, with small encoders of random weights and the real tokenizer."""

import json
import re

import numpy as np
import pytest

from pipeline.core import codebook
from pipeline.core.config import Adapt
from pipeline.core.errors import ConfigError, StanceError
from pipeline.labeling.scores import ArticleText, SentenceSpan
from pipeline.training import adapt, encoders
from pipeline.training.examples import Example
from pipeline.training.finetune import FinetuneTrainer
from pipeline.training.unlabelled import Sampler

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
transformers = pytest.importorskip("transformers", reason="the extra [train] is not installed")
SUBJECTS = ("The harbour", "A pilot", "The admiral", "Our ferry")
SMALL = {"window": 32, "windows_per_step": 4, "precision": "float32", "threads": 1, "rate": 3e-3, "epochs": 4}

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["the", "harbour", "a", "pilot", "admiral", "our", "ferry", "waits", "for", "ice", "to", "break", "."]
N_WORDS = 200
UNSEEN = [f"unseen{i}" for i in range(N_WORDS - len(SPECIAL) - len(WORDS))]


@pytest.fixture(scope="module")
def tokenizer():
    words = {word: i for i, word in enumerate([*SPECIAL, *WORDS, *UNSEEN])}
    return transformers.BertTokenizer(vocab=words, model_max_length=512)


@pytest.fixture(scope="module", params=["bert", "distilbert"])
def encoder(request, tokenizer, tmp_path_factory):
    """Two architectures, two layers each, without a language-model head."""
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(0)
    if request.param == "bert":
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        made = transformers.BertModel(transformers.BertConfig(vocab_size=N_WORDS, **sizes))
    else:
        sizes = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
        made = transformers.DistilBertModel(transformers.DistilBertConfig(vocab_size=N_WORDS, **sizes))
    made.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def adapted(encoder, settings, *, seed=3, n_articles=16):
    start = adapt.open_encoder(str(encoder), settings, seed=seed)
    sampler = Sampler(start.tokenizer, window=settings.window, max_tokens=settings.max_tokens, seed=seed)
    for i in range(n_articles):
        sampler.add(f"{i:064}", [f"{SUBJECTS[(i + k) % 4]} waits for the ice to break." for k in range(10)])
    noted = []
    about = adapt.adapt(start, sampler.sample(), settings, seed=seed, note=lambda v, n: noted.append((n, v)))
    return start, about, noted


def weights(encoder):
    return {name: value.numpy() for name, value in encoder.state_dict().items()}


def test_the_loss_on_held_out_text_falls_below_that_of_the_fitted_head(encoder):
    _, about, noted = adapted(encoder, Adapt(**SMALL))
    assert about.loss_before == pytest.approx(np.log(N_WORDS), abs=0.5)  # a random head guesses among all words
    assert about.loss_after < about.loss_head - 0.3 < about.loss_before
    assert about.has_fallen
    curve = [figures["held_out_loss"] for _, figures in noted if "held_out_loss" in figures]
    assert len(curve) == 5 and (curve[0], curve[-1]) == (about.loss_before, about.loss_after)
    steps = [step for step, figures in noted if "loss" in figures]
    assert steps == sorted(set(steps)) and steps[-1] == about.n_steps


def test_the_adapted_folder_is_an_encoder_that_finetuning_takes(encoder, tmp_path):
    start, about, _ = adapted(encoder, Adapt(**{**SMALL, "epochs": 1}))
    adapt.write(tmp_path / "mine", start, about)
    opened, before = encoders.load(str(tmp_path / "mine")), weights(encoders.load(str(encoder)).encoder)
    inner = weights(start.network.base_model)
    after = weights(opened.encoder)
    assert after.keys() == before.keys()
    for name, value in inner.items():
        np.testing.assert_array_equal(after[name], value)
    assert all(np.abs(after[n] - before[n]).max() > 0 for n in after if n.endswith("weight") and "pooler" not in n)
    record = json.loads((tmp_path / "mine" / adapt.FILE).read_text(encoding="utf-8"))
    assert (record["source"], record["n_articles"], record["seed"]) == (str(encoder), 16, 3)
    assert record["loss_after"] == about.loss_after

    text = "Moscow lied. Who is surprised? Perhaps it will lie again."
    spans = tuple(SentenceSpan(*m.span(), True) for m in re.finditer(r"\S[^.?!]*[.?!]", text))
    targets = np.zeros((3, 20), np.float32)
    targets[:, [0, 3]] = 1
    options = FinetuneTrainer.Options(encoder=str(tmp_path / "mine"), epochs=1, precision="float32", threads=1)
    fitted = FinetuneTrainer(options, codebook.load(), seed=0).fit(
        [Example("a", ArticleText(text, spans), (), targets)]
    )
    (logits,) = fitted.score([Example("a", ArticleText(text, spans), (), targets)])
    assert logits.shape == (3, 20) and np.isfinite(logits).all()


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(encoder):
    settings = Adapt(**{**SMALL, "epochs": 1})
    first, second, other = (weights(adapted(encoder, settings, seed=seed)[0].encoder) for seed in (3, 3, 4))
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])
    assert max(np.abs(value - other[name]).max() for name, value in first.items()) > 1e-3


def test_a_head_that_comes_with_the_encoder_is_kept_and_not_fitted_anew(encoder, tmp_path):
    start, _, _ = adapted(encoder, Adapt(**SMALL))
    start.network.save_pretrained(tmp_path)
    start.tokenizer.save_pretrained(tmp_path)
    settings = Adapt(**{**SMALL, "epochs": 1, "rate": 1e-9})
    again, about, noted = adapted(tmp_path, settings)
    assert not again.new_parameters and about.loss_head is None
    assert about.loss_before < 2.5  # it knows the texts already
    assert not [figures for _, figures in noted if "head_loss" in figures]


def test_only_the_head_moves_while_it_is_fitted(encoder):
    before = weights(encoders.load(str(encoder)).encoder)
    start, about, _ = adapted(encoder, Adapt(**{**SMALL, "epochs": 1, "rate": 1e-12}))
    for name, value in weights(start.encoder).items():
        np.testing.assert_allclose(value, before[name], atol=1e-6)
    assert about.loss_head < about.loss_before


def test_the_loss_of_masked_tokens_alone_is_that_of_the_whole_model(encoder):
    """The expected value is that of transformers' own loss."""
    from pipeline.training.masked_learning import MaskedLearning

    settings = Adapt(**SMALL)
    start = adapt.open_encoder(str(encoder), settings, seed=0)
    learning = MaskedLearning(start, settings, lambda v, n: None, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    (batch,) = learning.masked([rng.integers(5, N_WORDS, n).astype(np.int32) for n in (32, 7, 20)], seed=5)
    start.network.eval()
    with torch.inference_mode():
        whole = start.network(**batch).loss.item()
    assert learning.evaluated([batch], epoch=0) == pytest.approx(whole, rel=1e-5)
    padded = batch["attention_mask"] == 0
    assert padded.any() and (batch["labels"][padded] == -100).all()
    assert (batch["labels"][:, 0] == -100).all()  # no special token is to be predicted


def test_a_window_longer_than_the_encoder_reads_is_refused(encoder):
    with pytest.raises(ConfigError, match="adapt.window: 511 is more than this encoder reads; give at most 510"):
        adapt.open_encoder(str(encoder), Adapt(window=511), seed=0)


def test_an_encoder_that_fills_no_words_is_refused(tokenizer, tmp_path):
    made = transformers.GPT2Model(transformers.GPT2Config(n_layer=1, n_embd=32, n_head=2, vocab_size=N_WORDS))
    made.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(StanceError, match="'gpt2' cannot fill masked words.*such as minilm"):
        adapt.open_encoder(str(tmp_path), Adapt(), seed=0)


def test_training_that_diverges_is_told_with_a_remedy(encoder):
    with pytest.raises(StanceError, match="the loss is no longer a number; lower adapt.rate"):
        adapted(encoder, Adapt(**{**SMALL, "rate": 1e30}))


def test_without_torch_the_install_line_is_told(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(StanceError, match="torch is not installed; install what training needs: pip install"):
        adapt.open_encoder("minilm", Adapt(), seed=0)
