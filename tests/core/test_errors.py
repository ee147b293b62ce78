"""Messages name files and rows that others have named."""

from pipeline.core.errors import Refusal, StanceError

FORGED = "a\nstance: all articles are done.txt"


def test_a_name_with_a_line_break_cannot_pass_for_a_message_of_its_own():
    for told in (
        str(Refusal(FORGED, "empty", "no text", "give text")),
        str(Refusal("a.csv", "duplicate", f"id {FORGED}", "give another", line=2)),
        str(StanceError("cannot be read", where=FORGED)),
    ):
        assert len(told.splitlines()) == 1 and "\N{REPLACEMENT CHARACTER}" in told


def test_a_message_may_have_lines_of_its_own():
    assert str(StanceError("first\nsecond", where="a.yaml")) == "a.yaml: first\nsecond"
