from __future__ import annotations

from pipeline.corpus import build, card, datasheet
from pipeline.corpus.stats import stats

from .conftest import write


def test_the_label_table_shows_counts_and_agreement(folder, codebook):
    build.build(folder, codebook)
    alphas = {"stance": card.Alpha(alpha=0.912, low=0.85, high=0.96), "devices.irony": card.Alpha(alpha=None)}
    table = datasheet.label_table(card.read(folder).model_copy(update={"agreement": alphas}))
    assert table.startswith("4 articles, 48 sentences, 20 of them body.\n\n| task | label |")
    assert "| stance | hawkish | 4 | 0.91 (0.85 to 0.96) |\n" in table
    assert "| devices | irony | 0 |  |\n" in table


def test_the_figures_table_shows_what_stats_found(folder, codebook):
    build.build(folder, codebook)
    table = datasheet.figures_table(stats(str(folder), codebook))
    assert "| lean by register, Cramér's V | 0.00 |" in table
    assert "told from" not in table


def test_tables_between_marks_are_renewed_and_the_rest_stays(folder, codebook, tmp_path, monkeypatch):
    build.build(folder, codebook)
    monkeypatch.setattr("pipeline.corpus.labelled_set.find", lambda _: folder)
    sheet = (
        "# Data\n<!-- labels harbour -->\nold\n<!-- end -->\nBetween\n<!-- figures harbour -->\n<!-- end -->\nAfter\n"
    )
    write(tmp_path / "README.md", sheet)
    assert datasheet.main([str(tmp_path / "README.md")]) == 0
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "old" not in text
    assert text.startswith("# Data\n<!-- labels harbour -->\n4 articles")
    assert "<!-- end -->\nBetween\n<!-- figures harbour -->\n| figure | value |" in text
    assert text.endswith("<!-- end -->\nAfter\n")
