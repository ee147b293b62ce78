import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import experiments
from mlflow import MlflowClient

from pipeline.core.places import shipped
from pipeline.jobs.training_sets import TrainingSets

N_ARTICLES = 12
READING_S, GOLD_S = 10, 1_000


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    """The first op-eds of the shipped set, to learn from, and three more as a gold set."""
    root, source = tmp_path_factory.mktemp("sets"), shipped("data/opeds")
    articles = json.loads((source / "splits.json").read_text())["train"]
    labels = (source / "labels.jsonl").read_text().splitlines()
    for name, wanted in {"few": articles[:N_ARTICLES], "gold": articles[N_ARTICLES : N_ARTICLES + 3]}.items():
        (root / name / "articles").mkdir(parents=True)
        for article in wanted:
            shutil.copy(source / "articles" / f"{article}.txt", root / name / "articles")
        kept = [line for line in labels if json.loads(line)["article"] in wanted]
        (root / name / "labels.jsonl").write_text("\n".join(kept) + "\n")
    return root


@pytest.fixture
def settings(composed):
    few = composed / "few"
    return [f"train.sets=[{few}]", f"train.judged_on=[{few}]", "evaluate.resamples=100"]


@pytest.fixture
def clock(monkeypatch):
    """Processor time that goes on only while sets are read, and while a model is judged on gold."""
    now = SimpleNamespace(s=0)

    def slow(place, name, seconds):
        real = getattr(place, name)

        def timed(*given, **options):
            now.s += seconds
            return real(*given, **options)

        monkeypatch.setattr(place, name, timed)

    slow(TrainingSets, "load", READING_S)
    slow(experiments, "gold_set", GOLD_S)
    slow(experiments, "evaluate_model", GOLD_S)
    monkeypatch.setattr(experiments, "time", SimpleNamespace(process_time=lambda: now.s))
    return now


@pytest.mark.parametrize("name", ["tfidf", "majority"])
def test_a_row_is_an_mlflow_run_with_its_figures(composed, settings, tmp_path, clock, name):
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    patient = [f"tracking.kept={tmp_path}", "tracking.timeout_s=300", "tracking.max_wait_s=600"]
    config = experiments.config_of(name, [*settings, *patient], tracking=uri)
    row = experiments.run(name, config, str(composed / "gold"), settings=["a=b", "c=d"])
    client = MlflowClient(uri)
    (experiment,) = client.search_experiments(filter_string="name = 'experiments'")
    found = client.search_runs([experiment.experiment_id], f"tags.`{experiments.RECIPE_TAG}` = '{name}'")
    assert [run.info.run_id for run in found] == [row["run_id"]]
    logged = found[0].data.metrics
    for part, n_articles in {"held_out": 3, "gold": 3}.items():
        assert row[part]["articles"] == n_articles
        assert logged[f"{part}/stance"] == row[part]["stance"]["value"]
        assert logged[f"{part}/net_stance_error"] == row[part]["net stance error"]["value"]
    assert logged["held_out/stance/macro_f1_low"] == row["held_out"]["stance"]["low"]
    assert found[0].data.tags["mlflow.runName"] == f"{name} a=b c=d"
    assert (row["settings"], row["config_sha256"]) == ("a=b; c=d", config.sha256)
    assert row["sentences learned"] > 100
    assert row["processor seconds"] == READING_S
    assert clock.s >= READING_S + GOLD_S


def test_a_row_has_no_figures_of_a_task_that_its_way_cannot_do(composed, settings, monkeypatch):
    model = SimpleNamespace(
        model_head=SimpleNamespace(classes_=np.array([0, 2])),
        predict_proba=lambda texts, **_: np.tile([0.3, 0.7], (len(texts), 1)),
    )
    monkeypatch.setattr(experiments.baselines, "_setfit_task", lambda *_, **__: model)
    config = experiments.config_of("SetFit", [*settings, "tracking.is_on=false"])
    row = experiments.run("SetFit", config, str(composed / "gold"))
    for part in ("held_out", "gold"):
        assert set(row[part]) == {"articles", "stance", "net stance error", "certainty"}
        assert row[part]["articles"] == 3


def test_a_baseline_and_a_recipe_are_judged_on_the_same_articles(settings):
    of_recipe, of_baseline = (experiments.Fold.of(experiments.config_of(n, settings)) for n in ("tfidf", "majority"))
    assert [row.article for row in of_recipe.judged] == [row.article for row in of_baseline.judged]
    assert not {row.article for row in of_recipe.judged} & {row.article for row in of_recipe.learned}


def test_every_recipe_is_a_sound_configuration_of_its_own():
    names = [name for name in experiments.RECIPES if name != "frozen"]  # that one exports an encoder
    found = {name: experiments.config_of(name, ["train.model_name=same"], adapted="any-folder") for name in names}
    assert all(config.train.holds_out for config in found.values())
    assert len({config.sha256 for config in found.values()}) == len(names)
