from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline.corpus import build, stats
from pipeline.corpus.labelled_set import LabelledArticle, LabelledSentence, LabelledSet

from .conftest import write


def _set(name, sentences_by_article):
    articles = []
    for article, sentences in sentences_by_article.items():
        text, placed = "", []
        for n, sentence in enumerate(sentences):
            placed.append(LabelledSentence(n, len(text), len(text) + len(sentence), "body", True, "author", "", {}))
            text += sentence + " "
        articles.append(LabelledArticle(article, text, tuple(placed)))
    return LabelledSet(name, tuple(articles), {}, "0" * 64)


def _random_set(name, words, rng):
    return _set(name, {f"{name}{i}": [" ".join(rng.choice(words, 12)) for _ in range(20)] for i in range(10)})


def test_figures_of_a_built_set(folder, codebook):
    build.build(folder, codebook)
    found = stats.stats(str(folder), codebook)
    assert found.counts.body == 20
    assert found.lengths.minimum == 2
    assert found.lengths.maximum == 19
    assert sum(found.splits.values()) == 4
    assert found.type_token_ratio is None
    assert found.distance is None
    assert found.tables[0].counts == {("hawkish", "blog post"): 2, ("mixed", "blog post"): 2}


def test_type_token_ratio_is_the_mean_over_windows():
    assert stats.type_token_ratio(["a"] * 1000 + [f"w{i}" for i in range(1000)]) == pytest.approx((0.001 + 1) / 2)
    assert stats.type_token_ratio(["a"] * 999) is None


def test_repetition_by_hand():
    share, commonest = stats.repetition({"x": ["a b c d e f"], "y": ["A b c d, e!"], "z": ["q r s t u q r s t u"]})
    # 5-grams: x has 2, y 1, z 6; "a b c d e" stands twice, "q r s t u" twice but in one article
    assert share == pytest.approx(4 / 9)
    assert commonest == (("a b c d e", 2),)


def test_cramers_v_is_one_for_what_is_determined_and_zero_for_what_is_balanced(tmp_path):
    def tables(rows):
        write(tmp_path / "articles.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        return {table.columns: table.cramers_v for table in stats.cross_tables(tmp_path)}

    base = [(lean, topic) for lean in ("hawkish", "mixed") for topic in ("gas", "trade")] * 10
    rows = [{"lean": lean, "register": lean + " r", "topic": topic, "date": "2014-01-01"} for lean, topic in base]
    found = tables(rows)
    assert found["register"] == pytest.approx(1)
    assert found["topic"] == 0
    assert found["decade"] == 0


def test_sets_of_the_same_words_cannot_be_told_apart_and_others_can():
    rng = np.random.default_rng(4)
    words = [f"w{i}" for i in range(60)]
    ours = _random_set("ours", words, rng)
    alike = stats.distance(ours, _random_set("theirs", words, rng), seed=0)
    other = stats.distance(ours, _random_set("theirs", [*words[:30], *(f"v{i}" for i in range(30))], rng), seed=0)
    assert 0.35 < alike.auc < 0.65
    assert other.auc > 0.95
    assert other.theirs[0].startswith("v")
    assert (alike.n_ours, alike.n_theirs) == (200, 200)


def test_quotation_marks_do_not_tell_sets_apart():
    assert stats.plain_marks("“It’s” — so…\u00a0He said") == '"It\'s" - so... He said'
