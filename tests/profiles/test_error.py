import json

import numpy as np
import pytest

from pipeline.core.errors import ModelDamagedError
from pipeline.profiles.error import MAX_LAG, ClassifierError


def two_articles(codebook):
    """Three sentences of `a` and two of `b`; labels of `line` are opposed, in_favour, open."""
    rows = np.eye(3)
    line = {"gold": rows[[0, 0, 2, 1, 2]], "predicted": rows[[0, 2, 2, 1, 1]]}
    p = np.array([[0.7, 0.1, 0.2], [0.3, 0.2, 0.5], [0.1, 0.1, 0.8], [0.2, 0.6, 0.2], [0.0, 0.6, 0.4]])
    force, figures = np.eye(2)[[0, 0, 1, 0, 1]], np.array([[1, 0], [0, 0], [0, 1], [1, 1], [0, 0]])
    return ClassifierError.from_predictions(
        codebook,
        articles=["a", "a", "a", "b", "b"],
        gold={"line": line["gold"], "force": force, "figures": figures},
        predicted={"line": line["predicted"], "force": force, "figures": figures},
        p={"line": p, "force": force, "figures": figures},
    )


def test_counts_gold_against_predicted_in_each_article(codebook):
    counts = two_articles(codebook).questions["line"].counts
    assert counts[0].tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 1]]
    assert counts[1].tolist() == [[0, 0, 0], [0, 1, 0], [0, 1, 0]]


def test_sums_the_probabilities_of_each_gold_class(codebook):
    sums = two_articles(codebook).questions["line"].p_sums
    assert sums[0, 0] == pytest.approx([1.0, 0.3, 0.7])
    assert sums[1, 2] == pytest.approx([0.0, 0.6, 0.4])


def test_every_label_of_a_multi_task_is_a_question_of_present_and_absent(codebook):
    record = two_articles(codebook).questions["figures.image"]
    assert record.classes == ("present", "absent")
    assert record.counts.sum(axis=0).tolist() == [[2, 0], [0, 3]]


def test_json_keeps_everything_to_the_stored_digits(codebook, error):
    again = ClassifierError.from_json(json.loads(json.dumps(error.as_json())))
    assert (again.codebook_sha256, again.gold_sha256) == (codebook.sha256, "0" * 64)
    for name, record in error.questions.items():
        assert again.questions[name].classes == record.classes
        assert np.array_equal(again.questions[name].counts, record.counts)
        assert again.questions[name].p_sums == pytest.approx(record.p_sums, abs=2e-4)
        assert again.questions[name].p_products == pytest.approx(record.p_products, abs=1e-6)
        assert again.questions[name].design_effect == pytest.approx(record.design_effect, abs=1e-4)


def test_another_format_is_refused_with_the_remedy(error):
    with pytest.raises(ModelDamagedError, match=r"profile_error.json: expected format 1, found 2; load the model"):
        ClassifierError.from_json(error.as_json() | {"format": 2})


@pytest.mark.parametrize(
    "broken", [{"questions": {"line": {}}}, {"questions": []}, {"gold_sha256": None, "questions": 3}]
)
def test_a_damaged_record_is_refused(error, broken):
    with pytest.raises(ModelDamagedError, match="cannot be read"):
        ClassifierError.from_json(error.as_json() | broken)


def test_too_few_articles_are_named(make_error):
    few = make_error(n_articles=19, quality=0.9)
    assert few.questions["line"].shortfall() == "19 held-out articles, 20 needed"


def test_enough_gold_has_no_shortfall(error):
    assert {record.shortfall() for record in error.questions.values()} == {None}


def test_a_rare_label_is_named(codebook):
    rng = np.random.default_rng(0)
    articles = np.repeat(np.arange(30), 10).astype(str).tolist()
    rare = np.eye(3)[np.where(np.arange(300) < 7, 1, 0)]
    other = {"force": np.eye(2)[rng.integers(2, size=300)], "figures": rng.integers(2, size=(300, 2))}
    values = {"line": rare, **other}
    error = ClassifierError.from_predictions(codebook, articles=articles, gold=values, predicted=values, p=values)
    assert error.questions["line"].shortfall() == (
        "'in_favour' stands in 7 held-out sentences of 1 articles, 30 in 10 needed"
    )


def clinging(rng, *, cling: float, n_articles: int = 400, n: int = 60):
    """Indicators of a two-class chain that repeats its neighbour with chance `cling`."""
    classes = rng.integers(2, size=(n_articles, n))
    for i in range(1, n):
        keep = rng.random(n_articles) < cling
        classes[keep, i] = classes[keep, i - 1]
    return classes


@pytest.mark.parametrize("cling", [0.0, 0.3])
def test_design_effect_is_that_of_a_chain(codebook, cling):
    classes = clinging(np.random.default_rng(5), cling=cling)
    articles = np.repeat(np.arange(len(classes)), classes.shape[1]).astype(str).tolist()
    force = np.eye(2)[classes.ravel()]
    values = {"line": np.eye(3)[classes.ravel()], "force": force, "figures": force}
    error = ClassifierError.from_predictions(codebook, articles=articles, gold=values, predicted=values, p=values)
    expected = 1 + 2 * sum(cling**lag for lag in range(1, MAX_LAG + 1))
    assert error.questions["force"].design_effect == pytest.approx(expected, abs=0.06)


def test_order_of_articles_does_not_matter(codebook, error):
    assert error.questions.keys() == {"line", "force", "figures.image", "figures.echo"}
    shuffled = two_articles(codebook)
    renamed = shuffled.questions["line"].counts.sum(axis=0)
    assert renamed.tolist() == [[1, 0, 1], [0, 1, 0], [0, 1, 1]]


def test_probabilities_that_sum_to_one_only_nearly_are_put_right(codebook):
    rng = np.random.default_rng(1)
    p = {"line": rng.random((40, 3)), "force": rng.random((40, 2)), "figures": rng.random((40, 2))}
    gold = {"line": np.eye(3)[rng.integers(3, size=40)], "force": np.eye(2)[rng.integers(2, size=40)]}
    gold["figures"] = rng.integers(2, size=(40, 2))
    error = ClassifierError.from_predictions(codebook, articles=["a"] * 40, gold=gold, predicted=gold, p=p)
    for record in error.questions.values():
        assert record.p_sums.sum(axis=2) == pytest.approx(record.gold_counts)
