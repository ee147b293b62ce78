from __future__ import annotations

import json

from pipeline.core.errors import ExitCode
from pipeline.corpus import build, card
from pipeline.corpus.labelled_set import load

from .conftest import FIRST_BODY, HEADER, answers, write


def _rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_build_makes_a_set_that_loads_and_is_sound(folder, codebook):
    built = build.build(folder, codebook)
    loaded = load(str(folder), codebook)
    assert (built.n_articles, built.n_pages, built.n_body) == (4, 1, 20)
    assert loaded.n_body == 20
    assert card.read(folder).sha256 == loaded.sha256
    assert card.read(folder).counts.labels["stance"] == {"hawkish": 4, "conciliatory": 0, "neutral": 16}


def test_sentences_stand_where_the_rows_say(folder, codebook):
    build.build(folder, codebook)
    for row in _rows(folder / "labels.jsonl"):
        text = (folder / "articles" / f"{row['article']}.txt").read_bytes().decode()
        assert text[row["start"] : row["end"]] == row["text"]


def test_building_twice_gives_the_same_bytes(folder, codebook):
    build.build(folder, codebook)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    build.build(folder, codebook)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_withdrawn_op_ed_leaves_nothing_behind(folder, codebook):
    build.build(folder, codebook)
    (folder / "sources" / "op003.oped").unlink()
    build.build(folder, codebook)
    assert not list(folder.glob("articles/op003*")) + list(folder.glob("pages/op003*"))
    assert "op003" not in {row["article"] for row in _rows(folder / "labels.jsonl")}


def test_an_article_with_an_open_dispute_is_left_out_until_a_third_coder_decides(folder, codebook):
    write(folder / "coding" / "b" / "op002.tsv", answers(FIRST_BODY, stance="neutral", devices="loaded_language"))
    built = build.build(folder, codebook)
    assert [(found.article, found.n, found.tasks) for found in built.merged.pending] == [("op002", 9, ("stance",))]
    assert "op002" not in {row["article"] for row in _rows(folder / "labels.jsonl")}

    write(folder / "coding" / "c" / "op002.tsv", f"{HEADER}\n9\tauthor\t\thawkish\thedged\tirony\n")
    build.build(folder, codebook)
    row = next(r for r in _rows(folder / "labels.jsonl") if (r["article"], r["n"]) == ("op002", 9))
    assert (row["stance"], row["certainty"], row["devices"]) == ("hawkish", "certain", ["loaded_language"])


def test_every_coders_labels_are_kept_and_the_third_ones_only_where_asked(folder, codebook):
    write(folder / "coding" / "b" / "op002.tsv", answers(FIRST_BODY, stance="neutral", devices="loaded_language"))
    write(folder / "coding" / "c" / "op002.tsv", f"{HEADER}\n9\tauthor\t\thawkish\thedged\tirony\n")
    build.build(folder, codebook)
    rows = [row for row in _rows(folder / "coders.jsonl") if (row["article"], row["n"]) == ("op002", 9)]
    assert [(row["coder"], row["stance"], row["certainty"]) for row in rows] == [
        ("a", "hawkish", "certain"),
        ("b", "neutral", "certain"),
        ("c", "hawkish", None),
    ]


def test_a_bad_answer_file_is_refused_and_its_article_not_labelled(folder, codebook, capsys):
    write(folder / "coding" / "a" / "op001.tsv", answers(FIRST_BODY).replace("hawkish", "hawk"))
    assert build.main([str(folder)]) == ExitCode.DONE_IN_PART
    assert "op001.tsv:5: answer not understood: unknown stance label 'hawk'" in capsys.readouterr().err
    assert {row["article"] for row in _rows(folder / "labels.jsonl")} == {"op002", "op003", "op004"}


def test_splits_stay_as_they_are_when_op_eds_are_added(folder, codebook):
    held_back = (folder / "sources" / "op004.oped").read_text(encoding="utf-8")
    (folder / "sources" / "op004.oped").unlink()
    build.build(folder, codebook)
    for first in ("train", "dev", "test"):  # one of these at least is not what a fresh assignment would give
        frozen = {"train": [], "dev": [], "test": []} | {first: ["op001", "op002", "op003"]}
        write(folder / "splits.json", json.dumps(frozen))
        write(folder / "sources" / "op004.oped", held_back)
        build.build(folder, codebook)
        after = load(str(folder), codebook).splits
        assert {after[article] for article in ("op001", "op002", "op003")} == {first}
        assert set(after) == {"op001", "op002", "op003", "op004"}


def test_what_a_person_wrote_on_the_card_stays(folder, codebook):
    build.build(folder, codebook)
    written = card.read(folder).model_copy(update={"origin": "the harbour", "superseded_by": "quay 1.1"})
    card.write(folder, written)
    build.build(folder, codebook)
    assert (card.read(folder).origin, card.read(folder).superseded_by) == ("the harbour", "quay 1.1")


def test_packets_and_disputes_are_written_on_request(folder, tmp_path, capsys):
    write(folder / "coding" / "b" / "op002.tsv", answers(FIRST_BODY, stance="neutral", devices="loaded_language"))
    assert build.main([str(folder), "--packets", str(tmp_path / "p"), "--disputes", str(tmp_path / "d")]) == 0
    assert len(list((tmp_path / "p").iterdir())) == 4
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["op002.txt"]
    assert "1 disputed sentences" in capsys.readouterr().out
    assert not (folder / "labels.jsonl").exists()


def test_a_folder_without_sources_is_invalid_input(tmp_path, capsys):
    assert build.main([str(tmp_path)]) == ExitCode.INVALID_INPUT
    assert "no usable source" in capsys.readouterr().err
