"""Expected values: the `krippendorff` package 0.9, Krippendorff's published example, and counts by hand."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.scoring.agreement import (
    CoderJudgement,
    agreement,
    alpha_of_sums,
    coincidences,
    judgements_from_rows,
)

# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units, 0 missing
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]
PUBLISHED = {"nominal": 0.743, "ordinal": 0.815}


def agree(judgements, codebook, n_resamples=200):
    return agreement(judgements, codebook, n_resamples=n_resamples, level=0.95, rng=np.random.default_rng(0))


def random_judgements(codebook, rng, *, n_articles=6, n_sentences=12, coders="abc"):
    rows = []
    for article in range(n_articles):
        for n in range(n_sentences):
            truth = {task.name: rng.random(len(task.values)) for task in codebook.tasks}
            for coder in coders[: rng.integers(1, len(coders) + 1)]:
                rows.append(CoderJudgement(f"a{article}", n, coder, _values(codebook, truth, rng)))
    return rows


def _values(codebook, truth, rng):
    values = {}
    for task in codebook.tasks:
        seen = truth[task.name] + 0.3 * rng.random(len(task.values))
        if task.kind == "multi":
            values[task.name] = tuple(v for v, s in zip(task.values, seen, strict=True) if s > 0.9)
        else:
            values[task.name] = (task.values[int(seen.argmax())],)
    return values


def reliability_data(judgements, task):
    """Coders in rows, units in columns, as the package wants it."""
    units = sorted({(j.article, j.n) for j in judgements})
    coders = sorted({j.coder for j in judgements})
    data = np.full((len(coders), len(units)), np.nan)
    for j in judgements:
        data[coders.index(j.coder), units.index((j.article, j.n))] = task.values.index(j.values[task.name][0])
    return data


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_alpha_of_coincidences_is_the_published_one(level):
    counts = np.array([[column.count(value) for value in range(1, 6)] for column in zip(*OBSERVERS, strict=True)])
    found = alpha_of_sums(coincidences(counts).sum(axis=0), is_ordinal=level == "ordinal")
    assert round(float(found), 3) == PUBLISHED[level]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("name", "level"), [("tone", "nominal"), ("strength", "ordinal")])
def test_alpha_is_that_of_the_package_over_all_units(harbour, name, level, seed):
    judgements = random_judgements(harbour, np.random.default_rng(seed))
    task = harbour.task(name)
    expected = krippendorff.alpha(reliability_data(judgements, task), level_of_measurement=level, value_domain=range(3))
    found = agree(judgements, harbour)[name]
    assert found.level_of_measurement == level
    assert found.alpha.value == pytest.approx(expected)
    assert found.alpha.low < found.alpha.value < found.alpha.high


@pytest.mark.parametrize("is_ordinal", [False, True])
def test_resampled_alpha_is_the_package_s_for_every_sum(rng, is_ordinal):
    for _ in range(20):
        counts = rng.integers(0, 3, size=(15, 4))
        expected = krippendorff.alpha(value_counts=counts, level_of_measurement="ordinal" if is_ordinal else "nominal")
        assert alpha_of_sums(coincidences(counts).sum(axis=0), is_ordinal=is_ordinal) == pytest.approx(expected)


def test_labels_of_a_multi_task_have_their_own_alpha_and_positives(harbour, rng):
    judgements = random_judgements(harbour, rng)
    found = agree(judgements, harbour)["topics"]
    assert found.alpha is None
    paired = [j for j in judgements if sum((o.article, o.n) == (j.article, j.n) for o in judgements) > 1]
    for row in found.labels:
        units = sorted({(j.article, j.n) for j in paired})
        counts = np.zeros((len(units), 2), int)
        for j in paired:
            counts[units.index((j.article, j.n)), int(row.label in j.values["topics"])] += 1
        assert row.alpha.value == pytest.approx(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
        assert row.n_positives == (counts[:, 1] > 0).sum()


def test_pairs_of_coders_are_counted_in_their_confusion(harbour):
    said = [("warm", "warm"), ("warm", "cold"), ("flat", "flat"), ("cold", "cold")]
    judgements = [
        CoderJudgement("a", n, coder, {"tone": (label,)})
        for n, pair in enumerate(said)
        for coder, label in zip("xy", pair, strict=False)
    ]
    found = agree(judgements, harbour)["tone"]
    assert found.pairs[0].confusions == (((1, 1, 0), (0, 1, 0), (0, 0, 1)),)
    assert (found.n_sentences, found.n_coders, found.pairs[0].n_sentences) == (4, 2, 4)
    assert found.macro_f1.value == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)  # by hand
    assert found.macro_f1.low is None  # one article


def test_a_multi_task_s_confusion_is_two_by_two_per_label(harbour):
    said = [(("ships",), ("ships", "gulls")), ((), ("gulls",)), (("tides",), ())]
    judgements = [
        CoderJudgement("a", n, coder, {"topics": label})
        for n, pair in enumerate(said)
        for coder, label in zip("xy", pair, strict=False)
    ]
    ships, tides, gulls = agree(judgements, harbour)["topics"].pairs[0].confusions
    assert (ships, tides, gulls) == (((2, 0), (0, 1)), ((2, 0), (1, 0)), ((1, 2), (0, 0)))


def test_sentences_of_one_coder_and_tasks_nobody_shares_are_left_out(harbour):
    judgements = [
        CoderJudgement("a", 0, "x", {"tone": ("warm",), "strength": ("low",)}),
        CoderJudgement("a", 0, "y", {"tone": ("cold",)}),
        CoderJudgement("a", 1, "x", {"tone": ("cold",)}),
    ]
    found = agree(judgements, harbour)
    assert set(found) == {"tone"}
    assert found["tone"].n_sentences == 1


def test_alpha_without_variation_is_undefined(harbour):
    judgements = [CoderJudgement(a, 0, coder, {"tone": ("warm",)}) for a in "ab" for coder in "xy"]
    assert agree(judgements, harbour)["tone"].alpha.value is None


def test_voice_is_a_task_where_coders_judged_it(harbour):
    rows = [
        {"article": "a", "n": n, "coder": coder, "voice": voice, "tone": None}
        for n, pair in enumerate([("author", "author"), ("quoted", "quoted"), ("author", "quoted")])
        for coder, voice in zip("xy", pair, strict=True)
    ]
    found = agree(judgements_from_rows(rows, harbour), harbour)
    assert set(found) == {"voice"}
    expected = krippendorff.alpha([[0, 1, 0], [0, 1, 1]], level_of_measurement="nominal")
    assert found["voice"].alpha.value == pytest.approx(expected)


def test_rows_in_long_form_become_judgements(harbour):
    row = {"article": "a", "n": 3, "coder": "x", "tone": "warm", "topics": ["gulls", "ships"]}
    assert judgements_from_rows([row], harbour) == [
        CoderJudgement("a", 3, "x", {"tone": ("warm",), "topics": ("gulls", "ships")})
    ]


def test_an_unknown_label_is_refused_with_its_place(harbour):
    judgements = [CoderJudgement("a", 7, "x", {"tone": ("warmm",)})]
    with pytest.raises(InvalidInputError, match=r"sentence 7 of article 'a', coder 'x'.*did you mean 'warm'"):
        agree(judgements, harbour)


def test_a_coder_who_judges_a_sentence_twice_is_refused(harbour):
    judgements = [CoderJudgement("a", 7, "x", {"tone": ("warm",)})] * 2
    with pytest.raises(InvalidInputError, match="judged the sentence twice"):
        agree(judgements, harbour)
