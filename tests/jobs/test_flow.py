"""What the cache of judgements takes for the same judge."""

from pipeline.core.config import Config, Tracking
from pipeline.jobs import flow
from pipeline.labeling import model


def test_judgements_of_other_code_are_not_taken_though_the_version_is_the_same(monkeypatch, tmp_path):
    package = tmp_path / "labeling"
    (package / "rules").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rules/cues.py").write_text("HEDGES = ('may',)\n")
    monkeypatch.setattr(flow.labeling, "__file__", str(package / "__init__.py"))
    flow._code_sha256.cache_clear()
    before = flow._made_on()
    (package / "rules/cues.py").write_text("HEDGES = ('may', 'might')\n")
    flow._code_sha256.cache_clear()
    after = flow._made_on()
    flow._code_sha256.cache_clear()
    assert before != after
    assert before | {"code": ""} == after | {"code": ""}


def test_the_password_of_the_store_is_not_sent_to_workers(cheap_model):
    config = Config(tracking=Tracking(uri="https://ann:secret@mlflow.example"))
    sent = flow.Flow(config, model.load(cheap_model)).elsewhere()
    assert "secret" not in repr(sent.config) and not sent.config.tracking.is_on
