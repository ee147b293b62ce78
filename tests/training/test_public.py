"""Public sets as a user has them on disk, with sentences of our own."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.core import codebook, config_files
from pipeline.core.codebook import Task
from pipeline.core.config import Public
from pipeline.core.errors import ConfigError, InvalidInputError
from pipeline.core.fingerprints import sha256_text
from pipeline.core.registry import PARTS
from pipeline.training.public.load import load, mapping_of

BOOK = codebook.load()
COLUMNS = [f"{task}.{label}" for task, label in BOOK.columns()]
ICE = "Ice in the strait\n\nThe wretched admirals froze.  \nThey froze and froze.\n\nA report says so.\n"
SPANS = "7\tLoaded_Language\t23\t31\n7\tRepetition\t40\t63\n7\tDoubt\t72\t80\n7\tName_Calling,Labeling\t0\t19\n"
WIKI = """<?xml version="1.0" encoding="UTF-8"?>
<Annotation><DocumentSet>
<Document type="wikipedia"><DocID type="t">12</DocID>
<DocumentPart type="SectionTitle"><sentence id="S1.1" certainty="certain">Harbours</sentence></DocumentPart>
<DocumentPart type="Text">
<sentence id="S1.2" certainty="certain">The harbour is &lt;old&gt;.</sentence>
<sentence certainty="uncertain" id="S1.3"><ccue>Some</ccue> say it
 <ccue>might</ccue> close.</sentence>
</DocumentPart></Document>
<Document type="wikipedia"><DocumentPart type="Text"><sentence id="S2.1" certainty="certain">Ice melts.</sentence>
</DocumentPart></Document>
</DocumentSet></Annotation>
"""


@pytest.fixture
def ptc(tmp_path):
    """The corpus as it is unpacked: texts and labels in folders of their own, and a test article without labels."""
    root = tmp_path / "datasets"
    for file, content in {
        "train-articles/article7.txt": ICE,
        "train-articles/article8.txt": "Nothing here\n\nPlain words only.\n",
        "test-articles/article9.txt": "Not labelled\n\nNobody has looked.\n",
        "labels/article7.task2-TC.labels": SPANS,
        "labels/article8.task2-TC.labels": "",
        "labels/article7.task1-SI.labels": "7\t23\t31\n",
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(content, encoding="utf-8", newline="")
    return root


def read(kind, path, book=BOOK):
    return load(Public(kind=kind, path=str(path)), book)


def sentences(row, *, judged=True):
    return [row.text.text[s.start : s.end] for s in row.text.sentences if s.is_judged == judged]


def said(row):
    """For each judged sentence the columns that are given, and those that are known."""
    given = [[c for c, v in zip(COLUMNS, values, strict=True) if v == 1] for values in row.targets]
    known = {tuple(c for c, v in zip(COLUMNS, values, strict=True) if not np.isnan(v)) for values in row.targets}
    (same,) = known
    return given, same


def test_spans_label_each_sentence_that_they_touch_and_other_devices_are_unknown(ptc):
    first, second = read("ptc.v1", ptc).rows
    assert sentences(first) == ["The wretched admirals froze.", "They froze and froze.", "A report says so."]
    assert sentences(first, judged=False) == ["Ice in the strait"]
    given, known = said(first)
    assert given == [["devices.repetition", "devices.loaded_language"], ["devices.repetition"], []]
    six = ("repetition", "hyperbole", "loaded_language", "epithet", "appeal_to_authority", "appeal_to_fear")
    assert known == tuple(f"devices.{label}" for label in six)
    assert said(second) == ([[]], known)


def test_a_whole_article_is_one_example_dealt_as_silver_is(ptc):
    found = read("ptc.v1", ptc)
    assert [(row.article, row.is_silver) for row in found.rows] == [
        ("ptc.v1/datasets/7", True),
        ("ptc.v1/datasets/8", True),
    ]
    assert found.rows[0].text.text == ICE
    assert found.text_sha256[0] == sha256_text(ICE)
    assert (found.name, found.n_body, found.taught_by) == ("ptc.v1/datasets", 4, frozenset())
    assert "devices.epithet" in found.public_labels


def test_an_article_with_windows_line_ends_has_the_same_spans(ptc):
    before = read("ptc.v1", ptc).sha256
    (ptc / "train-articles/article7.txt").write_text(ICE, encoding="utf-8", newline="\r\n")
    assert read("ptc.v1", ptc).sha256 == before


def test_the_later_name_of_the_label_files_is_known_too(ptc):
    before = read("ptc.v1", ptc).sha256
    (ptc / "labels/article7.task2-TC.labels").rename(ptc / "labels/article7.task-flc-tc.labels")
    assert read("ptc.v1", ptc).sha256 == before


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        ("7\tLoaded_Languge\t0\t3\n", r"labels:1: unknown technique 'Loaded_Languge'.*did you mean 'Loaded_Language'"),
        ("\n7\t0\t3\n", r"labels:2: expected article id, technique, start, end, separated by tabs, found 3 cells"),
        ("8\tDoubt\t0\t3\n", r"labels:1: expected a span of article 7, found one of '8'"),
        ("7\tDoubt\t0\tend\n", r"labels:1: offset: expected a number, found 'end'"),
        ("7\tDoubt\t9\t900\n", r"labels:1: no span 9 to 900 in an article of \d+ characters; give .* of one version"),
        ("7\tDoubt\t9\t9\n", r"labels:1: no span 9 to 9"),
    ],
)
def test_a_malformed_span_is_told_with_its_line(ptc, spans, problem):
    (ptc / "labels/article7.task2-TC.labels").write_text(spans)
    with pytest.raises(InvalidInputError, match=problem):
        read("ptc.v1", ptc)


def test_a_byte_order_mark_that_the_offsets_may_count_or_not_is_refused(ptc):
    (ptc / "train-articles/article7.txt").write_text(ICE, encoding="utf-8-sig")
    with pytest.raises(InvalidInputError, match=r"article7.txt: a byte order mark.*; remove it, or put a space"):
        read("ptc.v1", ptc)


def test_a_folder_without_labels_and_one_with_two_copies_are_refused(ptc):
    with pytest.raises(
        InvalidInputError, match="found 2 articles and 0 files of spans.*give the folder that holds both"
    ):
        read("ptc.v1", ptc / "train-articles")
    (ptc / "copy").mkdir()
    (ptc / "copy/article7.txt").write_text(ICE)
    with pytest.raises(InvalidInputError, match="article7.txt: the same article as .*give one copy's folder"):
        read("ptc.v1", ptc)


def test_hedges_tell_of_certainty_alone_and_titles_are_context(tmp_path):
    (tmp_path / "wiki.xml").write_text(WIKI, encoding="utf-8")
    found = read("conll2010.v1", tmp_path)
    first, second = found.rows
    assert sentences(first) == ["The harbour is <old>.", "Some say it might close."]
    assert sentences(first, judged=False) == ["Harbours"]
    given, known = said(first)
    assert given == [["certainty.certain"], ["certainty.hedged"]]
    assert known == ("certainty.certain", "certainty.hedged", "certainty.uncertain")
    assert sentences(second) == ["Ice melts."]
    assert found.public_labels == ("certainty",)


def test_a_choice_of_which_a_sentence_has_not_one_label_is_unknown_of_it(ptc, tmp_path, monkeypatch):
    hedges = (
        "ptc.v1:\n  Repetition: {certainty: hedged, devices: repetition}\n  Loaded_Language: {certainty: certain}\n"
    )
    (tmp_path / "mapping.yaml").write_text(hedges + "  Doubt: {}\n  Name_Calling,Labeling: {}\n")
    monkeypatch.setattr("pipeline.training.public.load.MAPPING", tmp_path / "mapping.yaml")
    targets = read("ptc.v1", ptc).rows[0].targets  # of sentences with two of these labels, one and none
    np.testing.assert_array_equal(targets[:, BOOK.slices()["certainty"]], [[np.nan] * 3, [0, 1, 0], [np.nan] * 3])
    np.testing.assert_array_equal(targets[:, COLUMNS.index("devices.repetition")], [1, 1, 0])


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (' certainty="certain">The', ">The", r"wiki.xml:6: expected certainty certain or uncertain.*found None; give"),
        ('"certain">Ice', '"sure">Ice', r"wiki.xml:10: expected certainty .*found 'sure'"),
        ("</DocumentSet>", "", r"wiki.xml:\d+: not XML"),
        ("<Annotation>", "<Annotation><!-- ", r"wiki.xml:\d+: not XML"),
        ("Document", "Text", r"wiki.xml: expected elements Document, found none"),
    ],
)
def test_malformed_xml_is_told_with_its_line(tmp_path, old, new, problem):
    (tmp_path / "wiki.xml").write_text(WIKI.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=problem):
        read("conll2010.v1", tmp_path / "wiki.xml")


def test_xml_takes_nothing_from_outside_the_file(tmp_path):
    (tmp_path / "secret").write_text("secret words")
    entity = f'?>\n<!DOCTYPE a [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
    (tmp_path / "wiki.xml").write_text(WIKI.replace("?>", entity).replace("Ice melts", "Ice &x; melts"))
    found = read("conll2010.v1", tmp_path / "wiki.xml")
    assert "secret" not in " ".join(row.text.text for row in found.rows)


HYPO = """\
HYPO\tPARAPHRASES\tMINIMAL UNITS CORPUS
I froze to death. \tI was cold.\t"Death" is a word.
Ice is fire.\tIce hurts.\t
"""
HYPO_L = 'Sentence,Hyperbole,Metaphor\n"Ice, ice, a sea of it.",1,1\nThe sea is cold.,0,0\n'


def labels_of(found):
    """The sentences in the order of the alphabet."""
    return sorted(
        (text, *given) for row in found.rows for text, given in zip(sentences(row), said(row)[0], strict=True)
    )


def test_a_table_with_a_column_for_each_label(tmp_path):
    (tmp_path / "HYPO.tsv").write_text(HYPO)
    found = read("hypo.v1", tmp_path / "HYPO.tsv")
    hyperbole = "devices.hyperbole"
    assert labels_of(found) == [
        ('"Death" is a word.',), ("I froze to death.", hyperbole), ("I was cold.",), ("Ice hurts.",),
        ("Ice is fire.", hyperbole),
    ]  # fmt: skip
    assert {said(row)[1] for row in found.rows} == {(hyperbole,)}
    assert found.public_labels == (hyperbole,)


@pytest.mark.parametrize(
    "table",
    [
        HYPO_L,
        HYPO_L.replace("Hyperbole", "Label"),
        'Text;Label\n"Ice, ice, a sea of it.";1\nThe sea is cold.;0\n',
        ',Label\n"Ice, ice, a sea of it.",1\nThe sea is cold.,0\n',
    ],
)
def test_sentences_with_a_column_of_labels(tmp_path, table):
    (tmp_path / "HYPO-L.csv").write_text(table)
    assert labels_of(read("hypo.v1", tmp_path)) == [
        ("Ice, ice, a sea of it.", "devices.hyperbole"),
        ("The sea is cold.",),
    ]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("id,score\n1,2\n", r"a.csv:1: expected the columns HYPO, .*found id, score; give the set's table"),
        (HYPO_L.replace("cold.,0", "cold.,no"), r"a.csv:3: expected 1 or 0 under 'hyperbole', found 'no'"),
        (HYPO_L.replace("cold.,0", "cold,ice,0"), r"a.csv:3: expected 3 cells, found 4"),
        ("", r"a.csv:1: expected the columns HYPO, .*found none"),
        ("Sentence,Label\n", "no labelled sentence in it"),
    ],
)
def test_a_malformed_table_is_told_with_its_line(tmp_path, table, problem):
    (tmp_path / "a.csv").write_text(table)
    with pytest.raises(InvalidInputError, match=problem):
        read("hypo.v1", tmp_path / "a.csv")


def test_sentences_that_stand_alone_are_gathered_and_no_hyperbole_tells_by_its_place(tmp_path):
    rows = [f"Ice {n} is fire.\tIce {n} hurts.\tFire {n} is hot." for n in range(70)]
    (tmp_path / "HYPO.tsv").write_text("\n".join([HYPO.partition("\n")[0], *rows]))
    found = read("hypo.v1", tmp_path)
    assert [len(row.targets) for row in found.rows] == [100, 100, 10]
    assert len({row.article for row in found.rows}) == 3
    assert {text for row in found.rows for text in sentences(row)} == set("\t".join(rows).split("\t"))
    is_hyperbole = [bool(given) for row in found.rows for given in said(row)[0]]
    assert sum(is_hyperbole) == 70
    for place in range(3):
        assert 10 < sum(is_hyperbole[place::3]) < 37  # of 70; in the order of the table 70 or none


@pytest.mark.parametrize(("kind", "names"), [("hypo.v1", ("a.csv", "a.tsv")), ("conll2010.v1", ("a.xml", "b/a.xml"))])
def test_two_files_whose_articles_would_have_the_same_names_are_refused(tmp_path, kind, names):
    (tmp_path / "b").mkdir()
    for name in names:
        (tmp_path / name).write_text(WIKI if kind == "conll2010.v1" else HYPO)
    with pytest.raises(InvalidInputError, match=r"the same name as .*a\.\w+; give one of them, or rename one"):
        read(kind, tmp_path)


@pytest.mark.parametrize(("kind", "suffix"), [("hypo.v1", ".csv or .tsv"), ("conll2010.v1", ".xml")])
def test_a_place_without_the_set_is_told(tmp_path, kind, suffix):
    with pytest.raises(InvalidInputError, match=f"no {suffix} file in it; give the place of the set at train.public"):
        read(kind, tmp_path)
    with pytest.raises(InvalidInputError, match="no such file or folder"):
        read(kind, tmp_path / "nowhere")


def test_the_version_is_that_of_texts_and_labels(tmp_path):
    (tmp_path / "a.csv").write_text(HYPO_L)
    before = read("hypo.v1", tmp_path / "a.csv").sha256
    for old, new in (("cold.,0", "cold.,1"), ("sea is", "ice is")):
        (tmp_path / "a.csv").write_text(HYPO_L.replace(old, new))
        assert read("hypo.v1", tmp_path / "a.csv").sha256 != before


def test_what_is_labelled_by_hand_is_left_out(ptc):
    left = read("ptc.v1", ptc).without([ICE])
    assert [row.article for row in left.rows] == ["ptc.v1/datasets/8"]


@pytest.mark.parametrize("kind", PARTS["public_set"])
def test_every_set_is_read_as_labels_that_the_codebook_has(kind):
    ours = {f"{task}.{label}" for read_as in mapping_of(kind).values() for task, label in read_as.items()}
    assert ours
    assert ours <= set(COLUMNS)


def test_another_codebook_is_told_what_it_asks_for_and_nothing_else(tmp_path):
    (tmp_path / "a.csv").write_text(HYPO_L)
    (tmp_path / "wiki.xml").write_text(WIKI)
    stance, certainty, devices = BOOK.tasks
    unhedged = Task(name="certainty", kind="ordinal", labels=(certainty.labels[0], certainty.labels[2]))
    fewer = replace(BOOK, tasks=(stance, unhedged))
    for kind, file in (("hypo.v1", "a.csv"), ("conll2010.v1", "wiki.xml")):
        with pytest.raises(InvalidInputError, match=f"{kind} says nothing of the labels of the codebook russia 1.0"):
            read(kind, tmp_path / file, fewer)
    (row,) = read("hypo.v1", tmp_path / "a.csv", replace(BOOK, tasks=(stance, devices))).rows
    assert row.targets.shape == (2, 17)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("{kind: babe.v1, path: x}", r"unknown public_set 'babe.v1' at train.public.0.kind; known: conll2010.v1, "),
        ("{kind: ptc.v1}", r"train.public.0.path: Field required"),
        ("{kind: ptc.v1, path: x, lang: en}", r"unknown key 'lang' at train.public.0.lang"),
    ],
)
def test_a_wrong_setting_is_told_with_its_path(given, problem):
    with pytest.raises(ConfigError, match=problem):
        config_files.load(overrides=[f"train.public=[{given}]"])
