import io

import pytest
from rich.console import Console

from pipeline.core import codebook
from pipeline.profiles.verdict_lines import verdict_lines
from pipeline.reports.terminal import ArticleView, console, harmless
from pipeline.reports.terminal_tables import MAX_VERDICTS, number, show_comparison, table


def row(**changes):
    base = {
        "article": "a", "title": None, "n": 3, "start": 10, "end": 32, "text": "Moscow [b]lied[/b] on us",
        "role": "body", "voice": "author", "speaker": "", "stance": "hawkish", "certainty": "certain", "devices": [],
        "evidence_stance": [{"label": "hawkish", "start": 20, "end": 24, "weight": 1.0}], "abstained": [],
    }  # fmt: skip
    return {**base, **changes}


@pytest.fixture
def shown():
    def show(*rows, colour=False, width=100):
        out = io.StringIO()
        console = Console(
            file=out, width=width, force_terminal=colour, highlight=False, color_system="standard" if colour else None
        )
        ArticleView(console, codebook.load()).show(rows)
        return out.getvalue()

    return show


def test_stance_is_told_by_a_letter_as_well_as_by_colour(shown):
    assert "3 H " in shown(row())
    assert "3 C " in shown(row(stance="conciliatory"))
    assert "\x1b[" in shown(row(), colour=True)


def test_the_text_is_shown_as_it_is_markup_of_the_terminal_included(shown):
    assert "Moscow [b]lied[/b] on us" in shown(row())


def test_evidence_is_underlined_where_it_stands(shown):
    assert "\x1b[4;31mlied\x1b[0m" in shown(row(), colour=True)


def test_voice_devices_and_doubt_are_tags(shown):
    text = shown(
        row(
            voice="quoted",
            speaker="Ada Bell",
            certainty="uncertain",
            devices=["irony", "metaphor"],
            abstained=["stance"],
        )
    )
    assert "‹quoted: Ada Bell›" in text and "[?uncertain]" in text and "[irony, metaphor]" in text
    assert "3 H!" in text


def test_furniture_is_named_and_has_no_letter(shown):
    nothing = {
        "voice": None,
        "speaker": None,
        "stance": None,
        "certainty": None,
        "devices": None,
        "evidence_stance": [],
    }
    text = shown(row(role="furniture", text="Advertisement", **nothing))
    assert "Advertisement  ‹furniture›" in text and " H " not in text


def test_control_characters_of_a_text_cannot_drive_the_terminal(shown):
    assert "\x1b[2J" not in shown(row(text="Moscow \x1b[2Jlied\x07 on us"), colour=False)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.571, ".57"), (-0.05, "-.05"), (1.0, "1.00"), (0.999, "1.00"), (0.0, ".00"), (10.04, "10.04"), (None, "–")],
)
def test_figures_are_short(value, shown):
    assert number(value) == shown


def test_names_are_no_markup_and_drive_no_terminal(capsys):
    rows = table("profiles", ["op-ed"])
    rows.add_row(harmless("speech [final] :ice: [/b]\x1b[2J"))
    console().print(rows)
    assert "speech [final] :ice: [/b]\N{REPLACEMENT CHARACTER}[2J" in capsys.readouterr().out


def test_pairs_that_cannot_be_told_are_counted_and_those_told_are_listed_up_to_a_number(
    make_contents, make_lines, error, capsys
):
    rows = [row for i in range(10) for row in make_lines(f"a{i}", ("+" if i % 2 else "-") * 30)]
    comparison = make_contents(rows, error=error).comparison
    verdicts = verdict_lines(comparison)
    show_comparison(console(), comparison, verdicts)
    shown = capsys.readouterr().out.splitlines()
    listed = [line for line in shown if " | " in line]
    told = [pair for pair in comparison.pairs if pair.nets["stance"].verdict.cause is None]
    assert len(listed) == MAX_VERDICTS < len(told)
    assert shown[-1] == f"... and {len(told) - MAX_VERDICTS} more verdicts; --json has them all"
    (untold,) = [line for line in shown if " pairs: cannot tell" in line]
    assert untold.startswith(f"{len(comparison.pairs) - len(told)} pairs: ")
