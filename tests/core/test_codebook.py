import re

import pytest
import yaml

from pipeline.core import codebook, schemas
from pipeline.core.errors import ConfigError
from pipeline.core.places import shipped


def test_the_shipped_codebook_is_word_for_word_the_written_one():
    written = (shipped("data/codebook") / "russia-1.0.md").read_text(encoding="utf-8")
    words = re.sub(r"[|`\s]+", " ", written)
    document = yaml.safe_load((shipped("data/codebook") / "russia-1.0.yaml").read_bytes())
    texts = [document["preamble"], document["coding"]]
    for section in (document["roles"], document["voices"], *document["tasks"]):
        texts += [section.get("intro", ""), section.get("rules", "")]
        for value in section.get("values") or section["labels"]:
            texts += [text for key, text in value.items() if key != "value"]
    missing = [text for text in texts if re.sub(r"[|`\s]+", " ", text).strip() not in words]
    assert len(texts) > 60
    assert missing == []


def test_columns_follow_the_codebook_and_slices_find_them():
    book = codebook.load()
    columns = book.columns()
    for name, where in book.slices().items():
        assert columns[where] == tuple((name, value) for value in book.task(name).values)
    assert len(columns) == 20


def test_every_problem_of_a_codebook_is_told(tmp_path):
    file = tmp_path / "mine.yaml"
    document = yaml.safe_load(codebook.load().source)
    document["tasks"][0]["poles"]["positive"] = "hawkisch"
    document["tasks"][1]["kind"] = "ranked"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(ConfigError, match="did you mean 'hawkish'") as caught:
        codebook.load(str(file))
    assert "tasks.1.kind" in str(caught.value)


def test_a_task_may_not_take_the_name_of_a_column(tmp_path):
    document = yaml.safe_load(codebook.load().source)
    document["tasks"][0]["name"] = "voice"
    with pytest.raises(ConfigError, match="'voice' is a column of every sentence table"):
        codebook.parse(yaml.safe_dump(document).encode(), where="test")


def test_two_tasks_may_not_share_a_column():
    document = yaml.safe_load(codebook.load().source)
    document["tasks"][0]["name"] = "evidence_certainty"
    with pytest.raises(ConfigError, match="would share the column 'evidence_certainty'"):
        codebook.parse(yaml.safe_dump(document).encode(), where="test")


def test_every_column_that_no_task_makes_is_a_reserved_name():
    book = codebook.load()
    made = {name for task in book.tasks for name in (task.name, *codebook._own_columns(task))}
    assert set(schemas.sentence_table(book).names) - made <= codebook.RESERVED_TASK_NAMES


def test_the_main_task_is_the_first_with_poles_else_the_first():
    document = yaml.safe_load(codebook.load().source)
    document["tasks"] = [document["tasks"][1], document["tasks"][0]]
    turned = codebook.parse(yaml.safe_dump(document).encode(), where="test")
    assert (turned.tasks[0].name, turned.main_task.name) == ("certainty", "stance")
    del document["tasks"][-1]["poles"]
    assert codebook.parse(yaml.safe_dump(document).encode(), where="test").main_task.name == "certainty"


def test_another_byte_is_another_codebook():
    source = codebook.load().source
    assert codebook.parse(source + b"\n", where="test").sha256 != codebook.load().sha256
