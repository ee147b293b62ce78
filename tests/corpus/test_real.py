from __future__ import annotations

import gzip
import json

import pytest

from pipeline.core.errors import InvalidInputError
from pipeline.corpus import build, card, real
from pipeline.corpus.check import check
from pipeline.corpus.labelled_set import load

from .conftest import write


@pytest.fixture
def shipped(folder, codebook, tmp_path):
    build.build(folder, codebook)
    rows = [
        {"article": f"op00{i}", "collection": "c", "reference": f"r{i}", "licence": "l", "labelled_until": 9}
        for i in range(1, 5)
    ]
    write(folder / "sources.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    real.ship(folder, tmp_path / "shipped", codebook)
    return tmp_path / "shipped"


def test_no_sentence_and_no_word_of_the_texts_is_shipped(shipped, folder):
    content = "".join(path.read_text(encoding="utf-8") for path in shipped.iterdir())
    for path in (folder / "articles").glob("*.txt"):
        for word in set(path.read_text(encoding="utf-8").split()):
            assert len(word) < 6 or word.strip("“”.,").lower() not in content.lower()
    assert not (shipped / "articles").exists()


def test_what_is_attached_equals_what_was_labelled(shipped, folder, codebook, tmp_path):
    attached = real.attach(str(shipped), folder / "articles", tmp_path / "out", codebook)
    assert (attached.n_articles, attached.missing, attached.refusals) == (4, (), ())
    joined, origin = load(str(tmp_path / "out"), codebook), load(str(folder), codebook)
    assert [article.text for article in joined.articles] == [article.text for article in origin.articles]
    assert joined.n_body == origin.n_body
    assert card.read(tmp_path / "out").sha256 == joined.sha256


def test_a_text_is_recognised_by_its_content_whatever_its_name(shipped, folder, codebook, tmp_path):
    write(tmp_path / "mine" / "deep" / "renamed.txt", (folder / "articles" / "op002.txt").read_bytes().decode())
    attached = real.attach(str(shipped), tmp_path / "mine", tmp_path / "out", codebook)
    assert attached.missing == ("op001", "op003", "op004")
    assert [article.article for article in load(str(tmp_path / "out"), codebook).articles] == ["op002"]


@pytest.mark.parametrize(("name", "opened"), [("texts.jsonl", open), ("texts.jsonl.gz", gzip.open)])
def test_texts_may_lie_in_one_file_of_json_lines(shipped, folder, codebook, tmp_path, name, opened):
    texts = [path.read_bytes().decode() for path in (folder / "articles").glob("*.txt")]
    (tmp_path / "mine").mkdir()
    with opened(tmp_path / "mine" / name, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate([*texts, "not of the set"]))
    attached = real.attach(str(shipped), tmp_path / "mine", tmp_path / "out", codebook)
    assert (attached.n_articles, attached.missing) == (4, ())


def test_a_line_that_is_no_json_is_told_with_its_place(shipped, codebook, tmp_path):
    write(tmp_path / "mine" / "texts.jsonl", '{"text": "One."}\nOne.\n')
    with pytest.raises(InvalidInputError, match=r"texts\.jsonl:2: a line that is no JSON object"):
        real.attach(str(shipped), tmp_path / "mine", tmp_path / "out", codebook)


def test_a_source_that_names_a_place_outside_the_folder_is_refused(shipped, folder, codebook, tmp_path):
    lines = (shipped / "sources.jsonl").read_text().splitlines()
    write(shipped / "sources.jsonl", "\n".join([lines[0].replace("op001", "../../op001"), *lines[1:]]) + "\n")
    with pytest.raises(InvalidInputError, match=r"sources\.jsonl:1: expected an article's name without folders"):
        real.attach(str(shipped), folder / "articles", tmp_path / "out", codebook)


def test_an_altered_text_is_refused(shipped, folder, codebook, tmp_path):
    for name in ("op001", "op002"):
        text = (folder / "articles" / f"{name}.txt").read_bytes().decode()
        write(tmp_path / "mine" / f"{name}.txt", text.replace("May", "June") if name == "op002" else text)
    attached = real.attach(str(shipped), tmp_path / "mine", tmp_path / "out", codebook)
    assert [(refusal.source[-9:], refusal.reason) for refusal in attached.refusals] == [("op002.txt", "text altered")]
    assert attached.n_articles == 1


def test_a_label_whose_hash_differs_is_refused_with_its_line(shipped, folder, codebook, tmp_path):
    lines = (shipped / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[4])
    lines[4] = json.dumps(row | {"start": row["start"] + 1})
    write(shipped / "labels.jsonl", "\n".join(lines) + "\n")
    attached = real.attach(str(shipped), folder / "articles", tmp_path / "out", codebook)
    assert [(refusal.reason, refusal.line) for refusal in attached.refusals] == [("hash differs", 5)]


def test_without_any_text_nothing_is_written(shipped, codebook, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInputError, match=r"none of the set's 4 texts is there.*get the texts named in"):
        real.attach(str(shipped), tmp_path / "empty", tmp_path / "out", codebook)


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b'{"text": "one"}\n' * 999)[:40]])
def test_a_compressed_collection_that_is_damaged_is_told(shipped, codebook, tmp_path, content):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "all.jsonl.gz").write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"all\.jsonl\.gz: cannot be read: .*; get the file again"):
        real.attach(str(shipped), tmp_path / "mine", tmp_path / "out", codebook)


def test_loading_a_set_without_its_texts_says_how_to_attach_them(shipped, codebook):
    with pytest.raises(InvalidInputError, match="stance data attach shipped --texts DIR"):
        load(str(shipped), codebook)


def test_the_shipped_form_can_be_checked_without_texts(shipped, codebook):
    checked = check(str(shipped), codebook)
    assert (checked.has_texts, checked.is_sound) == (False, True)
    lines = (shipped / "sources.jsonl").read_text(encoding="utf-8").splitlines()
    write(shipped / "sources.jsonl", "\n".join(lines[1:]) + "\n")
    assert "no source for article 'op001'" in " ".join(f.detail for f in check(str(shipped), codebook).findings)


def test_a_correction_of_the_audit_enters_the_next_version(shipped, folder, codebook):
    before = real.version(shipped)
    correction = {"article": "op001", "n": 4, "stance": "conciliatory", "why": "the audit"}
    write(shipped / "corrections.jsonl", json.dumps(correction) + "\n")
    real.ship(folder, shipped, codebook)
    assert card.read(shipped).counts.labels["stance"]["conciliatory"] == 1
    assert card.read(shipped).sha256 == real.version(shipped) != before
    assert "the audit" not in (shipped / "labels.jsonl").read_text(encoding="utf-8")


def test_a_correction_of_an_unknown_sentence_is_refused(shipped, folder, codebook):
    write(shipped / "corrections.jsonl", json.dumps({"article": "op001", "n": 400}) + "\n")
    with pytest.raises(InvalidInputError, match="sentence 400 of 'op001', which has no label"):
        real.ship(folder, shipped, codebook)


def test_the_command_says_how_many_articles_it_shipped_or_why_none(shipped, folder, tmp_path, capsys):
    assert real.main([str(folder), str(tmp_path / "again")]) == 0
    assert capsys.readouterr().out == f"4 articles in {tmp_path / 'again'}, without their texts\n"
    assert real.version(tmp_path / "again") == real.version(shipped)
    write(folder / "labels.jsonl", "[]\n")
    assert real.main([str(folder), str(tmp_path / "none")]) == 3
    assert "labels.jsonl:1: expected an object, found list" in capsys.readouterr().err
