import json

import pytest

from pipeline.core import codebook
from pipeline.core.errors import InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.jobs.gold import gold_batches, gold_set

BOOK = codebook.load()
TEXT = "Ice. The fleet sailed north."


@pytest.fixture
def labelled(tmp_path):
    (tmp_path / "articles").mkdir()
    with (tmp_path / "labels.jsonl").open("w") as file:
        for name in ("one", "two"):
            (tmp_path / f"articles/{name}.txt").write_text(f"{TEXT} {name}.")
            rows = [{"n": 0, "start": 0, "end": 4, "role": "headline"}]
            body = {"role": "body", "voice": "author", "stance": "neutral", "certainty": "certain", "devices": []}
            rows.append({"n": 1, "start": 5, "end": 28, **body})
            file.writelines(json.dumps({"article": name, **row}) + "\n" for row in rows)
    return tmp_path


def test_without_splits_all_is_scored_and_with_splits_the_one_asked_for(labelled):
    assert len(gold_set(str(labelled), BOOK, split="test", trained_on=()).articles) == 2
    (labelled / "splits.json").write_text(json.dumps({"train": ["one"], "test": ["two"]}))
    part = gold_set(str(labelled), BOOK, split="test", trained_on=())
    assert ([a.article for a in part.articles], part.name.endswith(":test")) == (["two"], True)
    assert len(gold_set(str(labelled), BOOK, split=None, trained_on=()).articles) == 2
    with pytest.raises(InvalidInputError, match="no split 'dev'; it has test, train"):
        gold_set(str(labelled), BOOK, split="dev", trained_on=())


def test_a_text_that_the_model_learned_from_is_refused(labelled):
    with pytest.raises(InvalidInputError, match="trained on 1 of these 2 articles, the first is 'two'"):
        gold_set(str(labelled), BOOK, split=None, trained_on={sha256_text(f"{TEXT} two.")})


def test_gold_sentences_travel_as_the_reading_stages_would_give_them(labelled):
    (table,) = gold_batches(gold_set(str(labelled), BOOK, split=None, trained_on=()), batch=8)
    row = table.to_pylist()[0]
    assert [s["role"] for s in row["sentences"]] == ["headline", "body"]
    assert row["text"][row["sentences"][1]["start"] : row["sentences"][1]["end"]] == "The fleet sailed north."
    assert [v["voice"] for v in row["voices"]] == [None, "author"]
