import re

import pyarrow as pa
import pytest

from pipeline.core.places import shipped
from pipeline.core.schemas import ATTRIBUTED
from pipeline.labeling import model as models
from pipeline.labeling.scores import ArticleText, SentenceSpan

TEXT = (
    "A wall is not a policy\n\n"
    "Moscow broke the ceasefire before the ink was dry. Who is surprised? Perhaps the envoys in Geneva were, "
    "though their notes suggest otherwise. The West should answer with sanctions that bite, not with statements.\n\n"
    "“We have heard all this before,” said the harbour master. Talks may yet prove useful if both sides stop shooting."
)


def as_article(text: str) -> ArticleText:
    sentences = [m.span() for m in re.finditer(r"\S[^\n]*?(?:[.?!]”?(?=\s|$)|(?=\n)|$)", text)]
    return ArticleText(text, tuple(SentenceSpan(a, z, is_judged=i > 0) for i, (a, z) in enumerate(sentences)))


@pytest.fixture(scope="session")
def attributed():
    """Two articles as they leave the reading stages: a title, body, and a line of furniture at the end."""
    rows = []
    for name, text in (("wall", TEXT), ("short", "Ice\n\nThe fleet sailed north. Nobody knows why it did.")):
        body = f"{text}\n\nSign up for our letter."
        spans = [(s.start, s.end) for s in as_article(body).sentences]
        roles = ["headline", *["body"] * (len(spans) - 2), "furniture"]
        rows.append(
            {
                "article": name, "source": f"{name}.txt", "format": "txt", "encoding": "utf-8", "text": body,
                "text_sha256": "0" * 64, "metadata": [], "warnings": [], "blocks": [], "paragraphs": [],
                "sentences": [
                    {"n": n, "start": a, "end": z, "role": role, "rule": "test"}
                    for n, ((a, z), role) in enumerate(zip(spans, roles, strict=True))
                ],
                "voices": [
                    {"voice": "author", "speaker": ""} if role == "body" else {"voice": None, "speaker": None}
                    for role in roles
                ],
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=ATTRIBUTED)


@pytest.fixture
def article():
    return as_article(TEXT)


@pytest.fixture(scope="session")
def default_model():
    return models.load(shipped("models/default"))
