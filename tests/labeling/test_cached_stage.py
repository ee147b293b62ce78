import zlib

import pyarrow as pa
import pytest

from pipeline.labeling.cached_stage import CachedLabelStage
from pipeline.labeling.kept_judgements import KeptJudgements
from pipeline.labeling.stage import LabelStage


@pytest.fixture
def kept(tmp_path):
    return KeptJudgements(tmp_path / "kept.sqlite", max_bytes=10_000_000)


class Counted(LabelStage):
    """Counts the articles that it judges."""

    n_judged = 0

    def __call__(self, table):
        self.n_judged += len(table)
        return super().__call__(table)


def test_judgements_from_the_cache_are_those_of_the_model_to_the_last_digit(default_model, attributed, kept):
    plain, counted = LabelStage(default_model)(attributed), Counted(default_model)
    stage = CachedLabelStage(counted, kept, settings={})
    turned = attributed.take([1, 0])
    assert stage(attributed.slice(0, 1)).equals(plain.slice(0, 1))  # the first alone
    assert stage(turned).equals(plain.take([1, 0]))  # one known, one new
    assert stage(attributed).equals(plain)
    assert counted.n_judged == 2
    assert stage(attributed.slice(0, 0)).schema.equals(plain.schema)


def changed(table, column, change):
    values = table[column].to_pylist()
    change(values)
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))


def test_whatever_a_judgement_depends_on_makes_another_entry(default_model, attributed, kept):
    def n_judged(table=attributed, *, abstain=0.0, **settings):
        counted = Counted(default_model, abstain=abstain)
        CachedLabelStage(counted, kept, settings=settings)(table)
        return counted.n_judged

    assert n_judged() == 2
    assert n_judged() == 0
    assert n_judged(abstain=0.5) == 2
    assert n_judged(package="1.0") == 2
    assert n_judged(changed(attributed, "voices", lambda v: v[0][3].update(voice="quoted"))) == 1
    assert n_judged(changed(attributed, "sentences", lambda s: s[1][0].update(role="furniture"))) == 1
    assert n_judged(changed(attributed, "text", lambda t: t.__setitem__(1, t[1].replace("north", "south")))) == 1
    renamed = changed(attributed, "article", lambda a: a.__setitem__(0, "another name"))
    assert n_judged(renamed) == 0


def test_no_word_of_an_article_lies_in_the_cache(default_model, attributed, kept, tmp_path):
    CachedLabelStage(LabelStage(default_model), kept, settings={})(attributed)
    connection = kept._connection
    for key, value in connection.execute("SELECT key, value FROM kept"):
        for word in (b"ceasefire", b"Moscow", b"fleet", b"Geneva"):
            assert word not in key and word not in zlib.decompress(value)


def test_a_damaged_entry_is_judged_again(default_model, attributed, kept):
    plain = LabelStage(default_model)(attributed)
    stage = CachedLabelStage(LabelStage(default_model), kept, settings={})
    stage(attributed)
    for damage in (b"", b"x\x9c not zlib", b"x\x9cK\xcbB\x00", zlib.compress(b"[]")):
        kept._connection.execute("UPDATE kept SET value = ?", (damage,))
        kept._connection.commit()
        assert stage(attributed).equals(plain)
