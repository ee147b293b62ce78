"""A teacher that holds out a fold, and a pupil that learns from what it said: a small encoder of random weights."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core import codebook, config_files
from pipeline.core.errors import ConfigError, InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.jobs.train import train
from pipeline.training import encoders
from pipeline.training.finetuned import FinetunedModel

transformers = pytest.importorskip("transformers", reason="the extra [train] is not installed")
PLACES = ("harbour", "gas field", "embassy", "strait", "court", "border", "radar", "bank")
BOOK = codebook.load()


def text(place):
    return f"The {place}\nMoscow lied about the {place}.\nPerhaps the {place} never opens.\nEurope looked away.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A labelled set, a silver set and an encoder."""
    root = tmp_path_factory.mktemp("teacher")
    (root / "mine" / "articles").mkdir(parents=True)
    with (root / "mine" / "labels.jsonl").open("w") as labels:
        for number, place in enumerate(PLACES):
            (root / "mine" / "articles" / f"a{number}.txt").write_text(text(place))
            labels.writelines(json.dumps(row) + "\n" for row in rows(f"a{number}", text(place)))
    (root / "said").mkdir()
    said = [row for place in ("airport", "harbour") for row in silver_rows(f"u {place}", text(place))]
    pq.write_table(pa.Table.from_pylist(said), root / "said" / "sentences.parquet")
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    tokenizer = encoders.load("minilm").tokenizer
    transformers.BertModel(transformers.BertConfig(vocab_size=tokenizer.vocab_size, **sizes)).save_pretrained(
        root / "bert"
    )
    tokenizer.save_pretrained(root / "bert")
    return root


def rows(article, content):
    at = 0
    for n, line in enumerate(content.splitlines()):
        role = {"role": "body" if n else "headline", "sentence_ok": True}
        said = {"voice": "author", "speaker": "", "stance": "hawkish" if n == 1 else "neutral"}
        labels = {**said, "certainty": "hedged" if n == 2 else "certain", "devices": []} if n else {}
        yield {"article": article, "n": n, "start": at, "end": at + len(line), "text": line, **role, **labels}
        at += len(line) + 1


def silver_rows(article, content):
    for n, line in enumerate(content.splitlines()):
        p = {f"p_{task}_{label}": 0.3 if n else None for task, label in BOOK.columns()}
        yield {
            "article": article,
            "text_sha256": sha256_text(content),
            "n": n,
            "text": line,
            "role": "body" if n else "headline",
            **p,
        }


def ptc(root):
    """A public set: an article of our own, and one that is labelled by hand."""
    root.mkdir()
    for number, place in enumerate(("museum", "harbour"), 1):
        (root / f"article{number}.txt").write_text(text(place).replace("\n", "\n\n", 1))
        (root / f"article{number}.task2-TC.labels").write_text(f"{number}\tLoaded_Language\t15\t24\n")
    return root


def settings(folder, *more):
    given = {
        "train.sets": f"[{folder / 'mine'}]",
        "train.trainer": "{kind: finetune.v1, encoder: "
        + str(folder / "bert")
        + ", epochs: 1, window: 48, threads: 1, quantisation: none}",
        "train.folds": 4,
        "evaluate.resamples": 100,
        "evaluate.has_baselines": "false",
        "tracking.is_on": "false",
    }
    return config_files.load(overrides=[*(f"{key}={value}" for key, value in given.items()), *more])


def learned_from(model):
    return set(json.loads((model / "trained_on.json").read_text()))


def test_a_teacher_has_not_seen_the_fold_that_it_holds_out(folder, tmp_path):
    done = train(settings(folder, "train.holds_out=true"), out=tmp_path / "teacher")
    seen = learned_from(tmp_path / "teacher")
    assert (len(seen), done.report.n_articles) == (6, 2)
    assert seen < {sha256_text(text(place)) for place in PLACES}


@pytest.mark.parametrize("is_parallel", ["false", "true"])
def test_a_pupil_names_what_it_learned_from_its_teacher_and_not_what_is_labelled_by_hand(folder, tmp_path, is_parallel):
    more = (f"train.silver=[{folder / 'said'}]", "train.silver_tasks=[stance]", "train.trainer.cross_fitted_folds=1")
    train(settings(folder, *more, f"train.is_parallel={is_parallel}"), out=tmp_path / "pupil")
    assert learned_from(tmp_path / "pupil") == {sha256_text(text(place)) for place in (*PLACES, "airport")}
    assert "`said` (1 articles, 3 sentences, labelled by another model)" in (tmp_path / "pupil" / "card.md").read_text()


def test_articles_that_the_teacher_learned_from_are_in_no_held_out_figure(folder, tmp_path, caplog, monkeypatch):
    said = tmp_path / "said"
    shutil.copytree(folder / "said", said)
    more = (f"train.silver=[{said}]", "train.trainer.cross_fitted_folds=1")
    assert train(settings(folder, *more)).report.n_articles == 2
    assert "said: held-out figures may flatter" in caplog.text
    hashes = [sha256_text(text(place)) for place in PLACES]
    train(settings(folder, "train.holds_out=true"), out=tmp_path / "teacher")
    shutil.copyfile(tmp_path / "teacher" / "trained_on.json", said / "trained_on.json")
    assert train(settings(folder, *more)).report.n_articles == 2
    (said / "trained_on.json").write_text(json.dumps(hashes))
    monkeypatch.setattr("pipeline.training.finetune.FinetuneTrainer.fit", lambda *_: pytest.fail("trained first"))
    with pytest.raises(InvalidInputError, match="every held-out article was learned from"):
        train(settings(folder, *more))


def test_a_trainer_that_takes_no_probabilities_says_so(folder):
    with pytest.raises(ConfigError, match=r"train.silver: tfidf.v1 learns from labels alone"):
        train(settings(folder, f"train.silver=[{folder / 'said'}]", "train.trainer={kind: tfidf.v1}"))


def test_a_model_is_judged_on_the_held_out_articles_of_the_sets_that_are_named(folder, tmp_path):
    other = tmp_path / "other"
    (other / "articles").mkdir(parents=True)
    with (other / "labels.jsonl").open("w") as labels:
        for number, place in enumerate(("chapel", "quarry", "ferry", "mill")):
            (other / "articles" / f"b{number}.txt").write_text(text(place))
            labels.writelines(json.dumps(row) + "\n" for row in rows(f"b{number}", text(place)))
    sets = f"train.sets=[{folder / 'mine'},{other}]"
    assert train(settings(folder, sets, "train.trainer.cross_fitted_folds=1")).report.n_articles == 3
    judged = train(settings(folder, sets, f"train.judged_on=[{other}]")).report
    assert judged.n_articles == 2  # one of each fold that is fitted


def test_a_set_that_judges_must_be_learned_from(folder):
    with pytest.raises(ConfigError, match=r"judged_on.*'elsewhere' is not among train.sets"):
        settings(folder, "train.judged_on=[elsewhere]")


def test_a_public_set_is_learned_from_and_named_with_its_hash(folder, tmp_path):
    from mlflow import MlflowClient

    public = f"train.public=[{{kind: ptc.v1, path: {ptc(tmp_path / 'news')}}}]"
    more = (public, f"train.silver=[{folder / 'said'}]", "train.trainer.cross_fitted_folds=1")
    told = ("tracking.is_on=true", f"tracking.uri=sqlite:///{tmp_path / 'runs.db'}")
    done = train(settings(folder, *more, *told), out=tmp_path / "model")
    by_hand = {sha256_text(text(place)) for place in PLACES}
    museum = sha256_text(text("museum").replace("\n", "\n\n", 1))
    assert learned_from(tmp_path / "model") == by_hand | {museum, sha256_text(text("airport"))}
    training = json.loads((tmp_path / "model" / "manifest.json").read_text())["training"]
    assert (list(training["public"]), list(training["silver"])) == (["ptc.v1/news"], ["said"])
    assert "`ptc.v1/news` (1 articles, 3 sentences, a public set, for devices.repetition, devices.hyperbole, " in (
        tmp_path / "model" / "card.md"
    ).read_text(encoding="utf-8")
    inputs = MlflowClient(f"sqlite:///{tmp_path / 'runs.db'}").get_run(done.run_id).inputs.dataset_inputs
    found = {i.dataset.name: {tag.key: tag.value for tag in i.tags} for i in inputs}
    assert found["ptc.v1/news"] == {"mlflow.data.context": "public", "stance.sha256": training["public"]["ptc.v1/news"]}
    assert found["said"]["mlflow.data.context"] == "silver"


def test_public_articles_are_in_no_held_out_figure(folder, tmp_path, caplog, monkeypatch):
    held = []
    score = FinetunedModel.score
    monkeypatch.setattr(FinetunedModel, "score", lambda self, rows: held.extend(rows) or score(self, rows))
    train(settings(folder, f"train.public=[{{kind: ptc.v1, path: {ptc(tmp_path / 'news')}}}]"))
    assert {row.article.partition("/")[0] for row in held} == {"mine"}
    assert "may flatter" not in caplog.text


def test_two_public_sets_of_one_name_and_a_trainer_that_takes_none_are_told(folder, tmp_path):
    given = f"{{kind: ptc.v1, path: {ptc(tmp_path / 'news')}}}"
    with pytest.raises(InvalidInputError, match=r"ptc.v1/news: two public sets have this name; rename"):
        train(settings(folder, f"train.public=[{given}, {given}]"))
    with pytest.raises(ConfigError, match=r"train.public: tfidf.v1 learns from sentences of which all is known"):
        train(settings(folder, f"train.public=[{given}]", "train.trainer={kind: tfidf.v1}"))
