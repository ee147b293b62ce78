from __future__ import annotations

from pipeline.corpus import packets

from .conftest import FIRST_BODY


def test_a_packet_numbers_the_body_and_shows_the_rest_unnumbered(source):
    text = packets.packet(source)
    assert text.startswith("Waiting at the northern islands\n\n[-] Waiting at")
    assert f"\n[{FIRST_BODY}] The ferry" in text
    assert f"\n[{FIRST_BODY + 1}] A clerk" in text
    assert "\n[-] On the quay\n" in text
    assert packets.body_numbers(source) == (4, 5, 8, 9, 10)


def test_a_packet_says_nothing_of_author_outlet_lean_or_topic(source):
    text = packets.packet(source)
    for hidden in (source.author, source.outlet, source.lean, source.topic, source.register, source.date):
        assert hidden not in text


def test_a_dispute_packet_names_the_tasks_and_no_labels(source, tmp_path):
    n = packets.write_disputes((source,), {source.id: {9: ("stance", "devices")}}, tmp_path)
    text = (tmp_path / "op001.txt").read_text(encoding="utf-8")
    assert n == 1
    assert "[9*] Moscow should be made to pay" in text
    assert "<<disputed: stance, devices>>" in text
    assert "[8] “We were told" in text
    assert "hawkish" not in text


def test_articles_without_disputes_get_no_packet(source, tmp_path):
    assert packets.write_disputes((source,), {source.id: {}}, tmp_path / "d") == 0
    assert list((tmp_path / "d").iterdir()) == []
