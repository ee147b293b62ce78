from __future__ import annotations

import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.corpus import sources

from .conftest import FILLS, oped, write

GOOD = oped("op009", **FILLS[0])


def test_roles_follow_from_the_marks(source):
    assert [(block.kind, block.role) for block in source.blocks] == [
        ("masthead", "furniture"),
        ("title", "headline"),
        ("subtitle", "headline"),
        ("byline", "furniture"),
        ("paragraph", "body"),
        ("advert", "furniture"),
        ("subhead", "headline"),
        ("paragraph", "body"),
        ("bio", "furniture"),
    ]
    assert [len(block.lines) for block in source.blocks if block.role == "body"] == [2, 3]
    assert source.n_body == 5


def test_a_mark_ends_a_paragraph_without_a_blank_line(tmp_path):
    path = tmp_path / "op009.oped"
    write(path, GOOD.replace("twice.\n", "twice.\n@advert Buy nets\nHe went in.\n"))
    assert sources.read(path).blocks[6].lines == ("He went in.",)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("@advert", "@advertt", 18, "unknown kind of furniture 'advertt'.*did you mean 'advert'"),
        ("lean: hawkish", "lean: hawkisch", 10, "unknown lean 'hawkisch'.*did you mean 'hawkish'"),
        ("date: 2014-05-02", "date: May 2014", 10, "date 'May 2014' is not a day"),
        ("outlet: The Quay\n", "", 9, "no value for outlet"),
        ("topic:", "topics:", 9, "unknown front matter key 'topics'.*did you mean 'topic'"),
        ("id: op009", "id: op010", 10, "id 'op010' is not the file's name 'op009'"),
        ("# Waiting", "#Waiting", 12, "a mark without a space after it"),
        ("@advert Advertisement", "@advert ", 18, "@advert without text"),
        ("# Waiting at", "# Wading at", 1, "the front matter's title is"),
        ("register: blog post", "register: blog post\nregister: letter", 8, "register stands twice"),
    ],
)
def test_a_malformed_source_is_named_with_file_and_line(tmp_path, old, new, line, problem):
    path = tmp_path / "op009.oped"
    write(path, GOOD.replace(old, new))
    with pytest.raises(InvalidInputError, match=rf"op009\.oped:{line}: {problem}"):
        sources.read(path)


def test_a_malformed_source_is_refused_and_the_others_stay(folder):
    write(folder / "sources" / "op002.oped", "no front matter\n")
    found, refusals = sources.read_all(folder / "sources")
    assert [source.id for source in found] == ["op001", "op003", "op004"]
    assert [(refusal.source[-10:], refusal.line) for refusal in refusals] == [("op002.oped", 1)]


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "op009.oped"
    path.write_bytes(b"---\nid: \xe9")
    with pytest.raises(InvalidInputError, match="not UTF-8 at byte 8"):
        sources.read(path)
