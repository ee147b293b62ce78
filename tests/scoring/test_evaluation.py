"""Correlations are checked against scipy 1.17, the rest by hand or against the figures that they summarise."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

import pipeline
from pipeline.core.config import Evaluate
from pipeline.core.errors import InvalidInputError
from pipeline.scoring.agreement import CoderJudgement
from pipeline.scoring.baseline_runs import run_baselines
from pipeline.scoring.baselines import Majority, Tfidf
from pipeline.scoring.evaluation import evaluate
from pipeline.scoring.profile_error import correlation
from pipeline.scoring.signature import seed_of

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def gold(harbour, make_set, rng):
    return make_set(harbour, rng)


@pytest.fixture
def predictions(harbour, gold, make_predictions, rng):
    return make_predictions(gold, harbour, rng)


def report_of(gold, predictions, codebook, *, seed=7, n_errors=5, **options):
    config = Evaluate(resamples=200, n_errors_shown=n_errors)
    return evaluate(gold, predictions, codebook, config=config, rng=np.random.default_rng(seed), **options)


def body(gold):
    return [(a, s) for a in gold.articles for s in a.sentences if s.is_body]


def relabelled(gold, change):
    """The set with `change(article, sentence)` as the new values of body sentences."""
    articles = tuple(
        replace(a, sentences=tuple(replace(s, values=change(a, s)) if s.is_body else s for s in a.sentences))
        for a in gold.articles
    )
    return replace(gold, articles=articles)


def test_every_task_of_the_codebook_is_reported(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour)
    assert list(found.tasks) == ["tone", "strength", "topics"]
    assert (found.n_articles, found.n_sentences, found.n_badly_cut) == (8, 112, 0)
    truth = np.array([harbour.task("tone").values.index(s.values["tone"][0]) for _, s in body(gold)])
    expected = f1_score(truth, predictions.chosen["tone"].argmax(1), average="macro")
    assert found.tasks["tone"].metrics.macro_f1.value == pytest.approx(expected)


def test_the_report_is_json_without_nan(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour, baselines=run_baselines(gold, [], harbour, baselines=[Majority()]))
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert document["tasks"]["tone"]["metrics"]["macro_f1"]["value"] == found.tasks["tone"].metrics.macro_f1.value
    assert document["tasks"]["tone"]["baselines"][0]["name"] == "majority"
    assert document["tasks"]["tone"]["signature"]["text"].startswith("task:tone|codebook:harbour-2.1@")


def test_the_seed_decides_every_interval(harbour, gold, predictions):
    first, again, other = (report_of(gold, predictions, harbour, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.tasks["tone"].metrics.macro_f1.value == other.tasks["tone"].metrics.macro_f1.value
    assert first.tasks["tone"].metrics.macro_f1.low != other.tasks["tone"].metrics.macro_f1.low


def test_a_signature_says_what_was_measured_on_what(harbour, gold, predictions):
    text = str(report_of(gold, predictions, harbour, seed=7).tasks["strength"].signature)
    sha = harbour.sha256[:12]
    assert text == (
        f"task:strength|codebook:harbour-2.1@{sha}|gold:harbour-gold@ffffffffffff|articles:8|sentences:112|left-out:0"
        f"|resamples:200|level:0.95|seed:7|version:{pipeline.__version__}"
    )


def test_the_seed_of_a_spawned_generator_names_its_place():
    assert seed_of(np.random.default_rng(5)) == "5"
    assert seed_of(np.random.default_rng(5).spawn(3)[2]) == "5/2"


def test_badly_cut_sentences_are_left_out_and_counted(harbour, gold, predictions):
    first = gold.articles[0]
    doubted = replace(first, sentences=tuple(replace(s, is_well_cut=s.n > 3) for s in first.sentences))
    found = report_of(replace(gold, articles=(doubted, *gold.articles[1:])), predictions, harbour)
    assert (found.n_sentences, found.n_badly_cut) == (109, 3)
    assert found.tasks["tone"].signature.n_badly_cut == 3


def test_profile_error_compares_net_values_of_the_voices(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour).tasks["tone"].profile_error
    rows = body(gold)
    sign = np.array([1.0, -1.0, 0.0])
    truth, given = [], []
    for article in gold.articles:
        at = [i for i, (a, s) in enumerate(rows) if a is article and s.voice == "author"]
        values = [rows[i][1].values["tone"][0] for i in at]
        truth.append((values.count("warm") - values.count("cold")) / len(values))
        given.append(np.mean(predictions.chosen["tone"][at] @ sign))
    assert [row.gold for row in found.articles] == pytest.approx(truth)
    assert [row.counted for row in found.articles] == pytest.approx(given)
    error = np.array(given) - truth
    assert found.counted.mean_absolute.value == pytest.approx(np.abs(error).mean())
    assert found.counted.bias.value == pytest.approx(error.mean())
    assert found.counted.pearson.value == pytest.approx(stats.pearsonr(truth, given).statistic)
    assert found.counted.spearman.value == pytest.approx(stats.spearmanr(truth, given).statistic)
    assert found.counted.mean_absolute.low < found.counted.mean_absolute.value < found.counted.mean_absolute.high
    expected = [
        np.mean(
            predictions.probabilities["tone"][
                [i for i, (a, s) in enumerate(rows) if a is article and s.voice == "author"]
            ]
            @ sign
        )
        for article in gold.articles
    ]
    assert [row.expected for row in found.articles] == pytest.approx(expected)


def test_profile_error_is_of_tasks_with_poles_alone(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour)
    assert found.tasks["strength"].profile_error is None
    assert found.tasks["topics"].off_target is None


def test_an_article_without_the_voice_has_no_net_value(harbour, gold, predictions):
    first = gold.articles[0]
    quoted = replace(first, sentences=tuple(replace(s, voice="quoted") if s.is_body else s for s in first.sentences))
    found = report_of(replace(gold, articles=(quoted, *gold.articles[1:])), predictions, harbour)
    assert [row.article for row in found.tasks["tone"].profile_error.articles] == [f"news{i}" for i in range(1, 8)]


def test_correlations_need_three_articles_and_variation():
    assert np.isnan(correlation(np.array([[0.1, 0.2]]), np.array([[0.3, 0.1]])))
    assert np.isnan(correlation(np.array([[0.1, 0.1, 0.1]]), np.array([[0.3, 0.1, 0.2]])))


def test_breakdowns_part_the_sentences_by_voice_length_and_ordinal_labels(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour).tasks["tone"].breakdowns
    sizes = {(row.dimension, row.group): row.n_sentences for row in found}
    assert {dimension for dimension, _ in sizes} == {"voice", "length", "strength"}
    for dimension in ("voice", "length", "strength"):
        assert sum(n for (name, _), n in sizes.items() if name == dimension) == 112
    quoted = [i for i, (_, s) in enumerate(body(gold)) if s.voice == "quoted"]
    truth = np.array([harbour.task("tone").values.index(s.values["tone"][0]) for _, s in body(gold)])[quoted]
    chosen = predictions.chosen["tone"].argmax(1)[quoted]
    row = next(row for row in found if row.group == "quoted")
    assert row.macro_f1.value == pytest.approx(f1_score(truth, chosen, average="macro"))
    assert row.error_share.value == pytest.approx((truth != chosen).mean())


def test_length_terciles_hold_the_shorter_the_middle_and_the_longer(harbour, gold, predictions):
    sizes = {
        r.group: r.n_sentences
        for r in report_of(gold, predictions, harbour).tasks["tone"].breakdowns
        if r.dimension == "length"
    }
    assert list(sizes) == ["short", "middle", "long"]
    assert min(sizes.values()) > 20


def test_a_task_is_not_broken_down_by_its_own_labels(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour).tasks["strength"].breakdowns
    assert {row.dimension for row in found} == {"voice", "length"}


def test_off_target_articles_show_poles_that_are_not_there(harbour, gold, predictions):
    def flat_at_first(article, sentence):
        return {**sentence.values, "tone": ("flat",)} if article.article in {"news0", "news1"} else sentence.values

    found = report_of(relabelled(gold, flat_at_first), predictions, harbour).tasks["tone"].off_target
    assert (found.n_articles, found.n_sentences) == (2, 28)
    expected = predictions.chosen["tone"][:28, :2].any(axis=1).mean()
    assert found.article_pole_share.value == pytest.approx(expected)


def test_without_off_target_articles_their_share_is_none(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour).tasks["tone"].off_target
    assert (found.n_articles, found.article_pole_share.value) == (0, None)
    flat = np.array([s.values["tone"] == ("flat",) for _, s in body(gold)])
    expected = predictions.chosen["tone"][flat, :2].any(axis=1).mean()
    assert found.neutral_pole_share.value == pytest.approx(expected)


def test_the_surest_errors_are_shown_first_with_what_was_said(harbour, gold, predictions):
    errors = report_of(gold, predictions, harbour, n_errors=4).tasks["tone"].errors
    rows = body(gold)
    p = predictions.probabilities["tone"].max(axis=1)
    truth = np.array([harbour.task("tone").values.index(s.values["tone"][0]) for _, s in rows])
    wrong = [i for i in np.argsort(-p) if predictions.chosen["tone"][i].argmax() != truth[i]][:4]
    assert [(e.article, e.n) for e in errors] == [(rows[i][0].article, rows[i][1].n) for i in wrong]
    assert [e.p for e in errors] == pytest.approx(p[wrong])
    assert errors[0].gold != errors[0].predicted
    assert errors[0].text == rows[wrong[0]][0].sentence_text(rows[wrong[0]][1])


def test_a_missed_label_of_a_multi_task_is_an_error_as_sure_as_its_absence(harbour, gold, predictions):
    p = np.where(
        np.array([[v in s.values["topics"] for v in ("ships", "tides", "gulls")] for _, s in body(gold)]), 0.9, 0.1
    )
    row = next(i for i, (_, s) in enumerate(body(gold)) if s.values["topics"] == ("tides",))
    p[row, 1] = 0.02
    changed = replace(
        predictions,
        probabilities={**predictions.probabilities, "topics": p},
        chosen={**predictions.chosen, "topics": p > 0.5},
    )
    (error,) = report_of(gold, changed, harbour).tasks["topics"].errors
    assert (error.label, error.gold, error.predicted, error.p) == ("tides", ("tides",), (), pytest.approx(0.98))


def test_baselines_stand_beside_with_the_lead_over_them(harbour, gold, predictions):
    runs = run_baselines(gold, [], harbour, baselines=[Majority(), Tfidf()])
    found = report_of(gold, predictions, harbour, baselines=runs).tasks["tone"]
    for beside in found.baselines:
        lead = found.metrics.macro_f1.value - beside.metrics.macro_f1.value
        assert beside.lead.difference.value == pytest.approx(lead)
        assert 0 < beside.lead.p_value <= 1
    assert [b.name for b in found.baselines] == ["majority", "tfidf"]


def test_the_ceiling_is_the_coders_own_agreement(harbour, gold, predictions):
    judgements = [CoderJudgement(a.article, s.n, coder, s.values) for a, s in body(gold) for coder in "xy"]
    found = report_of(gold, predictions, harbour, judgements=judgements)
    assert found.tasks["tone"].ceiling.alpha.value == 1.0
    row = next(row for row in found.as_table() if (row.task, row.figure) == ("tone", "macro_f1"))
    assert row.ceiling == 1.0
    assert report_of(gold, predictions, harbour).tasks["tone"].ceiling is None


def test_the_table_has_a_row_per_figure_with_its_baselines(harbour, gold, predictions):
    runs = run_baselines(gold, [], harbour, baselines=[Majority()])
    found = report_of(gold, predictions, harbour, baselines=runs)
    rows = {(row.task, row.figure, row.label): row for row in found.as_table()}
    assert len(rows) == len(found.as_table())
    assert rows["tone", "macro_f1", ""].baselines == {
        "majority": found.tasks["tone"].baselines[0].metrics.macro_f1.value
    }
    assert ("strength", "quadratic_kappa", "") in rows
    assert ("tone", "quadratic_kappa", "") not in rows
    assert rows["topics", "average_precision", "gulls"].n == sum("gulls" in s.values["topics"] for _, s in body(gold))
    assert ("tone", "net_counted_mean_absolute", "") in rows


def test_flat_metrics_have_defined_figures_with_their_ends(harbour, gold, predictions):
    found = report_of(gold, predictions, harbour)
    flat = found.as_metrics()
    estimate = found.tasks["tone"].metrics.labels[0].f1
    assert flat["tone/warm/f1"] == estimate.value
    assert (flat["tone/warm/f1_low"], flat["tone/warm/f1_high"]) == (estimate.low, estimate.high)
    assert all(isinstance(value, float) and np.isfinite(value) for value in flat.values())


def test_one_article_is_scored_without_intervals(harbour, make_set, make_predictions, rng):
    gold = make_set(harbour, rng, n_articles=1)
    found = report_of(gold, make_predictions(gold, harbour, rng), harbour)
    for row in found.as_table():
        assert (row.estimate.low, row.estimate.high) == (None, None)
    assert found.tasks["tone"].metrics.macro_f1.value is not None


def test_predictions_that_lack_a_task_are_refused(harbour, gold, predictions):
    partial = replace(predictions, probabilities={"tone": predictions.probabilities["tone"]})
    with pytest.raises(InvalidInputError, match=r"no predictions for task 'strength' of codebook harbour 2\.1"):
        report_of(gold, partial, harbour)


def test_an_unknown_profile_voice_is_refused(harbour, gold, predictions):
    with pytest.raises(InvalidInputError, match=r"unknown voice 'authr'; .*did you mean 'author'"):
        report_of(gold, predictions, harbour, profile_voices=("authr",))
