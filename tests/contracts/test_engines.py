"""A stage runs unchanged under other engines."""

import pyarrow as pa
import pytest

from pipeline.core import schemas
from pipeline.core.config import Config
from pipeline.jobs import flow
from pipeline.jobs.gold import article_rows

TEXTS = ["Ice and iron\n\nThe fleet sailed north. “Nobody knows why,” said Ada Bell.\n\nAdvertisement\n", "One. Two."]


def test_reading_stages_give_the_same_under_datasets_map():
    datasets = pytest.importorskip("datasets", reason="the extra [train] is not installed")
    rows = article_rows([f"a{i}" for i in range(6)], TEXTS * 3, source="memory")
    table = pa.Table.from_pylist(rows, schema=schemas.ARTICLE)
    expected, mapped = table, datasets.Dataset(table).with_format("arrow")
    for stage in flow.reading_stages(Config()):
        expected = stage(expected)
        wanted = stage.input_schema
        mapped = mapped.map(lambda batch, s=stage, w=wanted: s(batch.cast(w)), batched=True, batch_size=4)
    assert mapped.with_format(None).to_list() == datasets.Dataset(expected).to_list()


@pytest.mark.slow
def test_reading_stages_give_the_same_under_ray_data():
    data = pytest.importorskip("ray.data", reason="the extra [ray] is not installed")
    import ray

    rows = article_rows([f"a{i}" for i in range(6)], TEXTS * 3, source="memory")
    table = pa.Table.from_pylist(rows, schema=schemas.ARTICLE)
    ray.init("local", num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        expected, mapped = table, data.from_arrow(table)
        for stage in flow.reading_stages(Config()):
            expected = stage(expected)
            mapped = mapped.map_batches(stage, batch_size=4, batch_format="pyarrow")
        found = pa.concat_tables(ray.get(mapped.to_arrow_refs())).sort_by("article")
    finally:
        ray.shutdown()
    assert found.to_pylist() == expected.to_pylist()
