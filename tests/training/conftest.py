import pytest

from pipeline.corpus.labelled_set import LabelledArticle, LabelledSentence, LabelledSet

LABELS = {"stance": ("hawkish",), "certainty": ("certain",), "devices": ("irony",)}
OTHER = {"stance": ("neutral",), "certainty": ("hedged",), "devices": ()}


def article(name: str, text: str) -> LabelledArticle:
    """A title, then a sentence for each line after it, labelled in turn."""
    sentences, at = [], 0
    for n, line in enumerate(text.split("\n")):
        role, values = ("body", LABELS if n % 2 else OTHER) if n else ("headline", {})
        voice, speaker = ("author", "") if n else (None, None)
        sentences.append(LabelledSentence(n, at, at + len(line), role, True, voice, speaker, values))
        at += len(line) + 1
    return LabelledArticle(name, text, tuple(sentences))


@pytest.fixture
def labelled():
    """Makes a set of n articles; the last `n_test` are its test split."""

    def make(n: int, *, name: str = "mine", n_test: int = 0) -> LabelledSet:
        texts = (f"Ice {name} {i}\nMoscow lied in case {i}.\nIt may rain in harbour {i}." for i in range(n))
        articles = tuple(article(f"a{i}", text) for i, text in enumerate(texts))
        splits = {f"a{i}": "test" if i >= n - n_test else "train" for i in range(n)} if n_test else {}
        return LabelledSet(name, articles, splits, "0" * 64)

    return make
