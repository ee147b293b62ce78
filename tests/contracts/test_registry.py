"""Every part that a configuration can name keeps the contract of its kind."""

import pyarrow as pa
import pytest
from pydantic import BaseModel

from pipeline.core import codebook, registry, schemas
from pipeline.core.errors import ConfigError

PARTS = [(category, kind) for category, rows in registry.PARTS.items() for kind in rows]
STAGES = [(c, k) for c, k in PARTS if c in ("cleaner", "segmenter", "attributor")]
TEXT = "Ice and iron\n\nThe fleet sailed north. “Nobody knows why,” said Ada Bell.\n\nAdvertisement\n"


@pytest.mark.parametrize(("category", "kind"), PARTS)
def test_a_part_loads_and_its_name_carries_a_version(category, kind):
    part = registry.load(category, kind)
    assert kind.rpartition(".v")[2].isdigit()
    assert part.__doc__


@pytest.mark.parametrize(("category", "kind"), [p for p in PARTS if p[0] != "labeller"])
def test_options_have_defaults_and_forbid_unknown_keys(category, kind):
    options = registry.load(category, kind).Options
    assert issubclass(options, BaseModel)
    options()
    assert options.model_config["extra"] == "forbid"


@pytest.mark.parametrize(("category", "kind"), [p for p in PARTS if p[0] == "trainer"])
def test_a_trainer_names_a_labeller_that_exists(category, kind):
    trainer = registry.load(category, kind)
    assert trainer.labeller in registry.PARTS["labeller"]
    assert all(hasattr(trainer, name) for name in ("fit", "n_fitted_folds"))


@pytest.mark.parametrize(("category", "kind"), STAGES)
def test_a_stage_keeps_every_row_and_column_and_adds_what_it_declares(category, kind):
    stages = [registry.load(c, next(iter(registry.PARTS[c]))) for c in ("cleaner", "segmenter", "attributor")]
    table = article_table(TEXT, TEXT + "More.\n")
    for made in stages:
        stage = made(made.Options())
        assert table.schema.equals(stage.input_schema)
        result = stage(table)
        assert result.schema.equals(stage.output_schema)
        assert len(result.schema) == len(table.schema) + 1
        assert result.select(table.column_names).equals(table)
        rows = pa.concat_tables([stage(table.slice(i, 1)) for i in range(len(table))])
        assert rows.equals(result), "a batch border changed the result"
        assert stage(stage.input_schema.empty_table()).schema.equals(stage.output_schema)
        table = result


def test_an_unknown_part_names_the_near_one():
    with pytest.raises(ConfigError, match="did you mean 'frozen.v1'"):
        registry.load("trainer", "frozn.v1", where="train.trainer.kind")


def test_task_columns_follow_any_codebook():
    book = codebook.load()
    names = schemas.sentence_table(book).names
    assert len(names) == len(set(names))
    for task, label in book.columns():
        assert f"p_{task}_{label}" in names


def article_table(*texts):
    rows = [
        {
            "article": f"a{i}", "source": f"a{i}.txt", "format": "txt", "encoding": "utf-8", "text": text,
            "text_sha256": "0" * 64, "metadata": [], "warnings": [], "blocks": [],
        }
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schemas.ARTICLE)
