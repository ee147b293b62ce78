"""Corrects counted shares for the classifier's error, article by article, and says how far they may still be off.

The model. An article with true shares g has mean calibrated probabilities m = M'g + r. M is measured on held-out
articles. r holds what differs from article to article (the errors of one article are alike) and what chance gives
to a text of finite length. The true shares of op-eds scatter around mu with covariance T. The estimate is the best
linear one (Robinson 1991, "That BLUP is a good thing"): close to mu for a short text, close to the adjusted
count for a long one or for a group of many articles.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from pipeline.profiles.estimate import project_to_simplex
from pipeline.profiles.questions import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.profiles.error import ClassifierError, QuestionError

PRIOR_SPREAD = 3.0
"""By how much T is widened, so that texts unlike the gold are pulled less towards its mean.

On 276 cross-fitted real op-eds (TF-IDF, macro-F1 .54) 1, 2, 3, 4 gave net stance with a mean error of .163, .156,
.155, .157. It is the pull that is weakened; what may be left over counts T as measured (`posterior`).
"""
NOISE_FACTOR = 1.4
"""By how much the variance of counting and of the gold is raised in an interval.

It makes good what the formula leaves out: that a pulled estimate of a text unlike the gold is off to one side. With T
counted once this spends the width where coverage lacked (long texts unlike the gold) and saves it where there was too
much (short texts, neutral ones); `tests/benchmarks/README.md` has the figures, and those of counting T thrice.
"""
GROUP_NOISE_FACTOR = 1.15
"""The same for a group, whose estimate is pulled less: of 1.4, 1.15 and 1 the one that covers groups of 4 to 16 op-eds
in 92 % or more at the least width (simulated on a seed of its own)."""
LOCAL_REACH = (0.2, 3.0)
"""Least and most by which T's variance is scaled to where a text stands.

Shares of texts that are nearly all of one class scatter less than T, an average, says; those of a Dirichlet population
in proportion to g (1 - g), which is what T is scaled by.
"""
PLUS_SENTENCES = 4.0
"""Independent sentences of an average op-ed added where a variance is read off a text's own shares: a short text
that happens to lie in a corner seems to vary less than it does (Agresti and Coull 1998)."""
MIN_SPREAD = 0.01  # of the multinomial variance; T is never taken to be zero, whatever the gold shows
RIDGE_SENTENCES = 5.0  # weight of the pooled confusion in the one fitted over articles; holds rare labels in place
OWN_BLOCKS = 16.0  # a text's own variance counts as much as the formula's once it has this many blocks or articles
GOLD_RESAMPLES = 64  # of whole held-out articles; they add a tenth of an interval's width, so 64 settle it
EIGENVALUE_FLOOR = 1e-9  # relative; shares sum to one, so every covariance has one eigenvalue of zero


@dataclass(frozen=True, slots=True)
class Counted:
    """Mean probabilities of a text or group, with what their sampling error depends on.

    Shapes: m (K,), own (K, K) the variance of m that resampling units of this text itself gives. `n_units` are
    blocks of neighbours in a text, articles in a group; `concentration` is the sum of squared shares of the
    articles in the sentences: 1 for one article, 1 / n_articles for equal ones.
    """

    m: NDArray[np.float64]
    own: NDArray[np.float64]
    n_sentences: int
    n_units: int
    concentration: float
    is_group: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """A question's correction, once as measured (index 0) and once per resample of the held-out articles.

    Shapes: response M (D, K, K), mean mu (D, K), spread T (D, K, K), between (D,), scatter (K, K, K): the covariance
    of a sentence's probabilities per gold class. `between` is the share of it that an article's sentences have in
    common.
    """

    response: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    between: NDArray[np.float64]
    scatter: NDArray[np.float64]
    design_effect: float
    n_gold: int

    @classmethod
    def fit(cls, error: QuestionError, weights: NDArray[np.float64]) -> Correction:
        """Shapes: weights (D, n_articles): how often each resample holds each article."""
        gold = error.gold_counts.astype(float)
        sizes = gold.sum(axis=1)
        shares, m = gold / sizes[:, None], error.p_sums.sum(axis=1) / sizes[:, None]
        pooled = error.p_sums.sum(axis=0) / np.maximum(gold.sum(axis=0), 1)[:, None]
        sum_free = np.eye(shares.shape[1]) - 1 / shares.shape[1]  # rounding in the file must not leak into the gain
        scatter = sum_free @ (error.p_products - pooled[:, :, None] * pooled[:, None, :]) @ sum_free
        response = _response(weights * sizes, shares, m, pooled)
        mean, spread = _population(weights, shares, error.design_effect / sizes)
        residual = (m - shares @ response) ** 2
        trace = shares @ np.einsum("kii->k", scatter)
        chance = trace * error.design_effect / sizes
        surplus = np.einsum("dak->da", residual) * _freedom(*shares.shape) - chance
        between = np.clip((weights * surplus).sum(axis=1) / np.maximum(weights @ trace, np.finfo(float).tiny), 0, 1)
        return cls(response, mean, spread, between, scatter, error.design_effect, len(sizes))

    def noise(self, counted: Counted) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Covariance of m around M'g by formula, and with the text's own variance in it. Shapes: (D, K, K) each."""
        transposed = self.response.swapaxes(1, 2)
        plus = PLUS_SENTENCES * self.design_effect
        average = self.mean[0] @ self.response[0]
        m = (counted.n_sentences * counted.m + plus * average) / (counted.n_sentences + plus)
        scatter = np.einsum("k,kij->ij", m, self.scatter)
        between = counted.concentration * self.between[:, None, None] * scatter
        labels = transposed @ (np.diag(m) - np.outer(m, m)) @ self.response
        sampling = self.design_effect / counted.n_sentences * (scatter + labels)
        if counted.is_group:  # which articles a group happens to hold is chance as well
            spread = transposed @ self.spread @ self.response
            sampling = sampling + counted.concentration * spread / PRIOR_SPREAD + between
        own = (counted.n_units * counted.own + OWN_BLOCKS * sampling) / (counted.n_units + OWN_BLOCKS)
        if counted.is_group:
            return sampling, own
        return sampling + between, own + between

    def gain(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of a deviation from the expected m is taken over into the shares. Shapes: (D, K, K)."""
        across = self.spread @ self.response
        total = self.response.swapaxes(1, 2) @ across + noise
        gain: NDArray[np.float64] = across @ np.linalg.pinv(total, hermitian=True, rcond=EIGENVALUE_FLOOR)
        return gain

    def posterior(self, counted: Counted) -> Posterior:
        """The corrected shares with their covariance, per resample of the gold."""
        formula, own = self.noise(counted)
        gain = self.gain(formula)
        transposed = self.response.swapaxes(1, 2)
        expected = np.einsum("dij,dj->di", transposed, self.mean)
        centre = self.mean + np.einsum("dij,dj->di", gain, counted.m - expected)
        pulled = np.eye(len(counted.m)) - gain @ transposed
        left = pulled @ self._local_spread(centre[0]) @ pulled.swapaxes(1, 2)
        noise_factor = GROUP_NOISE_FACTOR if counted.is_group else NOISE_FACTOR
        factor = noise_factor * _freedom(self.n_gold, 2 * len(counted.m))  # M and what is between articles are fitted
        covariance = left + factor * gain @ own @ gain.swapaxes(1, 2)
        centre[1:] = centre[0] + np.sqrt(factor) * (centre[1:] - centre[0])
        return Posterior(centre, covariance, gain[0], own[0])

    def _local_spread(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """T as measured, scaled to where the text stands. Shapes: shares (K,) to (D, K, K)."""
        here, average = (project_to_simplex(g) for g in (shares, self.mean[0]))
        ratio = here * (1 - here) / np.maximum(average * (1 - average), np.finfo(float).tiny)
        root = np.sqrt(np.clip(ratio, *LOCAL_REACH))
        sum_free = np.eye(len(root)) - 1 / len(root)
        scaled: NDArray[np.float64] = sum_free @ (root[:, None] * self.spread * root) @ sum_free / PRIOR_SPREAD
        return scaled


@dataclass(frozen=True, slots=True)
class Posterior:
    """Shapes: centre (D, K), covariance (D, K, K); gain and noise (K, K) of the measured correction."""

    centre: NDArray[np.float64]
    covariance: NDArray[np.float64]
    gain: NDArray[np.float64]
    noise: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        return project_to_simplex(self.centre[0])

    def draws(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Shapes: (n, K); the resamples of the gold take turns.

        Draws may leave the simplex, and figures made of them are clipped to their range: projecting each draw
        would shorten the intervals (net stance of real op-eds was then covered in 90 %, without it in 95 %).
        """
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
        n_gold = len(self.centre) - 1
        turn = 1 + np.arange(n) % n_gold if n_gold else np.zeros(n, int)
        step: NDArray[np.float64] = np.einsum("nij,nj->ni", root[turn], rng.standard_normal((n, self.centre.shape[1])))
        drawn: NDArray[np.float64] = self.centre[turn] + step
        return drawn


@dataclass(frozen=True, slots=True)
class Corrections:
    """The correction of every question that has one, and for the others the reason why not."""

    by_question: Mapping[str, Correction]
    reasons: Mapping[str, str]

    @classmethod
    def fit(cls, error: ClassifierError | None, codebook: Codebook, *, seed: int) -> Corrections:
        """`error` None stands for a model that ships without a record of its error."""
        names = tuple(question.name for question in questions(codebook))
        if error is None:
            return cls({}, dict.fromkeys(names, "the model ships no record of its error on held-out articles"))
        if error.codebook_sha256 != codebook.sha256:
            return cls({}, dict.fromkeys(names, "the model's error was measured under another codebook"))
        return cls.of(error, names, seed=seed)

    @classmethod
    @functools.lru_cache(maxsize=4)  # a run profiles batch by batch
    def of(cls, error: ClassifierError, names: tuple[str, ...], *, seed: int) -> Corrections:
        fitted, reasons = {}, {}
        for name in names:
            record = error.questions.get(name)
            reason = "no held-out labels" if record is None else record.shortfall()
            if record is None or reason:
                reasons[name] = f"too little gold to correct by: {reason}"
                continue
            rng = np.random.default_rng(seed)  # the same resamples of articles for every question
            fitted[name] = Correction.fit(record, gold_weights(len(record.counts), GOLD_RESAMPLES, rng))
        return cls(MappingProxyType(fitted), MappingProxyType(reasons))

    @classmethod
    def none(cls, codebook: Codebook, reason: str) -> Corrections:
        return cls({}, dict.fromkeys((question.name for question in questions(codebook)), reason))


def gold_weights(n_articles: int, n_resamples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Each article once, then resamples of whole articles with replacement. Shapes: (1 + n_resamples, n_articles)."""
    drawn = rng.multinomial(n_articles, np.full(n_articles, 1 / n_articles), size=n_resamples)
    return np.concatenate([np.ones((1, n_articles)), drawn.astype(float)])


def _freedom(n_articles: int, k: int) -> float:
    """Residuals of a fitted response are too small by what was fitted."""
    return n_articles / max(n_articles - k, 1)


def _response(
    weights: NDArray[np.float64], shares: NDArray[np.float64], m: NDArray[np.float64], pooled: NDArray[np.float64]
) -> NDArray[np.float64]:
    """M fitted over articles, not sentences: a model that reads context answers to the whole article's tone."""
    ridge = RIDGE_SENTENCES * np.eye(shares.shape[1])
    products = np.einsum("da,ai,aj->dij", weights, shares, shares) + ridge
    response: NDArray[np.float64] = np.linalg.solve(
        products, np.einsum("da,ai,aj->dij", weights, shares, m) + ridge @ pooled
    )
    return response


def _population(
    weights: NDArray[np.float64], shares: NDArray[np.float64], chance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and widened covariance of articles' true shares, without the chance in those of a finite text."""
    k = shares.shape[1]
    n = weights.sum(axis=1)[:, None, None]
    mean = weights @ shares / n[:, 0]
    around = np.einsum("da,ai,aj->dij", weights, shares, shares) / n - mean[:, :, None] * mean[:, None, :]
    multinomial = np.einsum("ai,ij->aij", shares, np.eye(k)) - shares[:, :, None] * shares[:, None, :]
    inflated = chance / np.maximum(1 - chance, 0.1)  # shares of a short text vary less than the true ones would
    spread = around * n / (n - 1) - np.einsum("da,aij->dij", weights * inflated, multinomial) / n
    values, vectors = np.linalg.eigh(spread)
    spread = (vectors * np.maximum(values, 0)[:, None, :]) @ vectors.swapaxes(1, 2)
    floor = MIN_SPREAD * (np.einsum("di,ij->dij", mean, np.eye(k)) - mean[:, :, None] * mean[:, None, :])
    return mean, PRIOR_SPREAD * (spread + floor)
