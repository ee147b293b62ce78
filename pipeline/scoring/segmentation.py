"""The pipeline's own sentences, roles, voices and speakers against those of a gold set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.core.errors import InvalidInputError
from pipeline.scoring import classification as counted
from pipeline.scoring.plain import as_plain
from pipeline.scoring.resampling import ArticleResamples, Estimate, sum_by_article

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import Evaluate
    from pipeline.corpus.labelled_set import LabelledArticle, LabelledSentence, LabelledSet
    from pipeline.scoring.resampling import Statistic

    Floats = NDArray[np.float64]

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """A sentence as the pipeline cut it. `voice` and `speaker` are None where it is not body."""

    start: int
    end: int
    role: str
    voice: str | None
    speaker: str | None


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """Sentences whose first and last letter are both right."""

    n_gold: int
    n_found: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures of one role or voice over gold sentences and the found sentences that they are aligned with."""

    label: str
    n_gold: int
    n_predicted: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True)
class SegmentationReport:
    """`n_unaligned` gold sentences overlap nothing that was found; they count as wrong in every figure.

    Voices and speakers are judged on gold body sentences, speakers only where the gold set names one; speakers are
    equal if they are the same words, whatever the case. `n_badly_cut` gold sentences were left out.
    """

    gold: str
    gold_sha256: str
    n_articles: int
    n_sentences: int
    n_badly_cut: int
    n_unaligned: int
    spans: SpanFigures
    body_spans: SpanFigures
    role_accuracy: Estimate
    roles: tuple[ClassFigures, ...]
    voice_macro_f1: Estimate
    voices: tuple[ClassFigures, ...]
    n_speakers: int
    speaker_accuracy: Estimate

    def as_dict(self) -> dict[str, Any]:
        document: dict[str, Any] = as_plain(self)
        return document


@dataclass(frozen=True, slots=True)
class _Aligned:
    """Well-cut gold sentences with the found ones, None where nothing overlaps. `article` is an index."""

    article: NDArray[np.intp]
    gold: tuple[LabelledSentence, ...]
    found: tuple[FoundSentence | None, ...]
    n_articles: int


def evaluate_segmentation(
    gold: LabelledSet,
    found: Mapping[str, Sequence[FoundSentence]],
    codebook: Codebook,
    *,
    config: Evaluate,
    rng: np.random.Generator,
) -> SegmentationReport:
    """`found` maps each gold article to its sentences. Raises: InvalidInputError where an article is missing."""
    missing = [article.article for article in gold.articles if article.article not in found]
    if missing or not gold.articles:
        problem = f"no sentences found for article {missing[0]!r}" if missing else "the labelled set has no article"
        raise InvalidInputError(problem, where=gold.name)
    n_articles = len(gold.articles)
    resamples = ArticleResamples.draw(n_articles, n_resamples=config.resamples, level=config.level, rng=rng)
    pairs = _aligned(gold, found)
    body = _body_of(pairs)
    speakers = np.array([(bool(s.speaker), _same_speaker(s, f)) for s, f in zip(body.gold, body.found, strict=True)])
    speaker_sums = sum_by_article(speakers.reshape(-1, 2), body.article, n_articles)
    roles, role_counts = _classes(pairs, "role", codebook.roles, resamples)
    voices, voice_counts = _classes(body, "voice", codebook.voices, resamples)
    return SegmentationReport(
        gold=gold.name,
        gold_sha256=gold.sha256,
        n_articles=n_articles,
        n_sentences=len(pairs.gold),
        n_badly_cut=sum(not s.is_well_cut for article in gold.articles for s in article.sentences),
        n_unaligned=sum(sentence is None for sentence in pairs.found),
        spans=_span_figures(gold, found, resamples, is_body_only=False),
        body_spans=_span_figures(gold, found, resamples, is_body_only=True),
        role_accuracy=resamples.of_sums(role_counts, _accuracy),
        roles=roles,
        voice_macro_f1=resamples.of_sums(voice_counts, counted.macro_f1),
        voices=voices,
        n_speakers=int(speaker_sums[:, 0].sum()),
        speaker_accuracy=resamples.of_sums(speaker_sums, lambda sums: counted.share(sums[..., 1], sums[..., 0])),
    )


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends."""
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


def align(gold: Sequence[Span], found: Sequence[Span]) -> list[int | None]:
    """For each gold span the index of the equal span, else of that which shares most letters with it, else None."""
    exact = {span: at for at, span in enumerate(found)}
    order = sorted(range(len(found)), key=lambda at: found[at])
    starts = np.array([found[at][0] for at in order], np.int64)
    furthest = np.maximum.accumulate([found[at][1] for at in order]) if order else starts
    result: list[int | None] = []
    for start, end in gold:
        if (start, end) in exact:
            result.append(exact[start, end])
            continue
        near = order[int(np.searchsorted(furthest, start, "right")) : int(np.searchsorted(starts, end))]
        shared = {at: min(end, found[at][1]) - max(start, found[at][0]) for at in near}
        result.append(max(shared, key=lambda at: shared[at], default=None))  # if any is near, one overlaps
    return result


def _aligned(gold: LabelledSet, found: Mapping[str, Sequence[FoundSentence]]) -> _Aligned:
    numbers: list[int] = []
    sentences: list[LabelledSentence] = []
    partners: list[FoundSentence | None] = []
    for number, article in enumerate(gold.articles):
        kept = [s for s in article.sentences if s.is_well_cut]
        theirs = found[article.article]
        places = align(_spans(article, kept), _spans(article, theirs))
        numbers += [number] * len(kept)
        sentences += kept
        partners += [None if at is None else theirs[at] for at in places]
    return _Aligned(np.array(numbers, np.intp), tuple(sentences), tuple(partners), len(gold.articles))


def _body_of(pairs: _Aligned) -> _Aligned:
    rows = [row for row, sentence in enumerate(pairs.gold) if sentence.is_body]
    gold, found = (tuple(side[row] for row in rows) for side in (pairs.gold, pairs.found))
    return _Aligned(pairs.article[rows], gold, found, pairs.n_articles)  # type: ignore[arg-type]


def _spans(article: LabelledArticle, sentences: Sequence[LabelledSentence | FoundSentence]) -> list[Span]:
    return [trimmed(article.text, s.start, s.end) for s in sentences]


def _span_figures(
    gold: LabelledSet,
    found: Mapping[str, Sequence[FoundSentence]],
    resamples: ArticleResamples,
    *,
    is_body_only: bool,
) -> SpanFigures:
    counts = np.array([_span_counts(article, found[article.article], is_body_only) for article in gold.articles])
    n_gold, n_found = (int(counts[:, side].sum()) for side in (counted.GOLD, counted.PREDICTED))
    precision, recall, f1 = (resamples.of_sums(counts, figure) for figure in _FIGURES)
    return SpanFigures(n_gold, n_found, precision, recall, f1)


_FIGURES: tuple[Statistic, ...] = (counted.precision, counted.recall, counted.f1)


def _span_counts(article: LabelledArticle, found: Sequence[FoundSentence], is_body_only: bool) -> tuple[int, int, int]:
    """Correct, gold and found spans; what overlaps a badly cut gold sentence is neither right nor wrong."""
    doubtful = _spans(article, [s for s in article.sentences if not s.is_well_cut])
    wanted = [s for s in article.sentences if s.is_well_cut and (s.is_body or not is_body_only)]
    given = [s for s in found if not is_body_only or s.role == "body"]
    gold = set(_spans(article, wanted))
    theirs = {span for span in _spans(article, given) if align([span], doubtful)[0] is None}
    return len(gold & theirs), len(gold), len(theirs)


def _classes(
    pairs: _Aligned, attribute: str, labels: tuple[str, ...], resamples: ArticleResamples
) -> tuple[tuple[ClassFigures, ...], Floats]:
    """Figures, and their counts (n_articles, n_labels, 3)."""
    gold, found = (
        np.array([[getattr(s, attribute, None) == label for label in labels] for s in side], bool).reshape(
            -1, len(labels)
        )
        for side in (pairs.gold, pairs.found)
    )
    counts = counted.label_counts(gold, found, pairs.article, pairs.n_articles)
    each = [resamples.of_sums_each(counts, figure) for figure in _FIGURES]
    totals = counts.sum(axis=0).astype(int)
    figures = tuple(
        ClassFigures(label, int(totals[at, counted.GOLD]), int(totals[at, counted.PREDICTED]), *(f[at] for f in each))
        for at, label in enumerate(labels)
    )
    return figures, counts


def _accuracy(counts: Floats) -> Floats:
    return counted.share(counts[..., counted.CORRECT].sum(axis=-1), counts[..., counted.GOLD].sum(axis=-1))


def _same_speaker(gold: LabelledSentence, found: FoundSentence | None) -> bool:
    if not gold.speaker or found is None or not found.speaker:
        return False
    return gold.speaker.casefold().split() == found.speaker.casefold().split()
