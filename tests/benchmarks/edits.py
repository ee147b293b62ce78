"""Changed texts: words of an article replaced or left out, its sentences' limits moved along."""

from dataclasses import dataclass

import numpy as np

from pipeline.labeling.scores import ArticleText, SentenceSpan


@dataclass(frozen=True, slots=True)
class Edit:
    start: int
    end: int
    new: str


def edited(article, edits):
    """The article with the edits made. They take letters away, do not overlap, and cross no limit of a sentence."""
    ordered = sorted(edits, key=lambda edit: edit.start)
    parts, at = [], 0
    for edit in ordered:
        parts += [article.text[at : edit.start], edit.new]
        at = edit.end
    starts = np.array([edit.start for edit in ordered])
    growth = np.cumsum([0, *(len(edit.new) - (edit.end - edit.start) for edit in ordered)])

    def moved(position):
        return position + int(growth[np.searchsorted(starts, position)])  # edits that start before the position

    spans = (SentenceSpan(moved(s.start), moved(s.end), s.is_judged, s.voice) for s in article.sentences)
    return ArticleText("".join(parts) + article.text[at:], tuple(spans))


def without_words(article, words):
    """Leaves out words, each with the space that follows it. Shapes: words (n, 2) offsets."""
    return edited(
        article,
        [Edit(start, end + (article.text[end : end + 1] == " "), "") for start, end in np.asarray(words).tolist()],
    )


def excerpt(article, at, *, context):
    """Sentence `at` alone judged, with `context` sentences to each side."""
    kept = article.sentences[max(0, at - context) : at + context + 1]
    judged = article.sentences[at]
    return ArticleText(article.text, tuple(SentenceSpan(s.start, s.end, s is judged, s.voice) for s in kept))
