"""What the cache of judgements takes for the same judge."""

from pipeline.core.config import Config
from pipeline.jobs import flow


def test_judgements_of_other_code_are_not_taken_though_the_version_is_the_same(monkeypatch, tmp_path):
    package = tmp_path / "labeling"
    (package / "rules").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rules/cues.py").write_text("HEDGES = ('may',)\n")
    monkeypatch.setattr(flow.labeling, "__file__", str(package / "__init__.py"))
    flow._code_sha256.cache_clear()
    before = flow._made_on(Config())
    (package / "rules/cues.py").write_text("HEDGES = ('may', 'might')\n")
    flow._code_sha256.cache_clear()
    after = flow._made_on(Config())
    flow._code_sha256.cache_clear()
    assert before != after
    assert before | {"code": ""} == after | {"code": ""}
