from types import SimpleNamespace

from pipeline.core.codebook import Poles
from pipeline.profiles.compare import Difference, NetComparison, Pair
from pipeline.profiles.verdict import Finding, Side, verdict
from pipeline.profiles.verdict_lines import verdict_lines

RULES = {"poles": Poles(positive="in_favour", negative="opposed"), "alpha": 0.05, "min_sentences": 10}


def net(a, b, finding, task="line", is_group=False, **more):
    told = verdict(a, b, finding, is_group=is_group, **(RULES | more))
    return NetComparison(task, Difference(finding.value, finding.low, finding.high, 0.3), None, None, None, None, told)


def lines(*nets, by=None):
    pairs = [Pair(f"a{i}", f"b{i}", {one.task: one for one in (net if isinstance(net, tuple) else (net,))}, {})
             for i, net in enumerate(nets)]  # fmt: skip
    found = verdict_lines(SimpleNamespace(pairs=pairs, by=by))
    assert sum(line.n_pairs for line in found) == sum(len(pair.nets) for pair in pairs)
    return [f"{line.who}: {line.text}" + (f" ({line.reason})" if line.reason else "") for line in found]


LONG, SHORT, SHORTER = Side("A", 30, 3), Side("B", 9, 3), Side("C", 4, 1)


def wide(half_width, n_more, a=LONG, b=LONG, **more):
    return net(a, b, Finding(0.1, 0.1 - half_width, 0.1 + half_width, 0.2, n_more), **more)


def test_pairs_that_no_text_would_settle_share_a_line():
    assert lines(wide(0.68, None), wide(0.78, None), wide(0.7, None)) == [
        "3 pairs: cannot tell: the difference is known to 0.68–0.78 only, 0.40 needed; "
        "no more text would settle it, the classifier errs too differently from article to article"
    ]


def test_the_text_that_would_settle_them_is_a_range():
    assert lines(wide(0.5, 120), wide(0.41, 1)) == [
        "2 pairs: cannot tell: too little text; about 1–120 more sentences on each side would settle it "
        "(the difference is known to 0.41–0.50 only, 0.40 needed)"
    ]
    assert lines(*[wide(0.5, 1, is_group=True)] * 2, by="outlet") == [
        "2 pairs: cannot tell: too little text; about 1 more article on each side would settle it "
        "(the difference is known to 0.50 only, 0.40 needed)"
    ]


def test_pairs_with_a_verdict_and_a_pair_alone_stand_singly():
    told = net(LONG, LONG, Finding(0.5, 0.2, 0.8, 0.01, None))
    alike = net(LONG, LONG, Finding(0.0, -0.1, 0.1, 0.9, None))
    assert lines(wide(0.5, 7), told, wide(0.7, None), alike, wide(0.8, None), alike) == [
        "a1 | b1: A is more in favour than A (their net values differ by 0.50, adjusted p = 0.01)",
        "a3 | b3: A and A are not distinguishable (the difference is +0.00, between -0.10 and +0.10)",
        "a5 | b5: A and A are not distinguishable (the difference is +0.00, between -0.10 and +0.10)",
        "a0 | b0: cannot tell: too little text; about 7 more sentences on each side would settle it "
        "(the difference is known to 0.50 only, 0.40 needed)",
        "2 pairs: cannot tell: the difference is known to 0.70–0.80 only, 0.40 needed; "
        "no more text would settle it, the classifier errs too differently from article to article",
    ]


def test_a_side_that_is_too_short_is_named_where_it_is_one():
    none = Finding(None, None, None, None, None)
    assert lines(net(LONG, SHORT, none), net(SHORT, LONG, none)) == [
        "2 pairs: cannot tell: too little text (B has 9 sentences, 10 needed)"
    ]
    assert lines(net(LONG, SHORT, none), net(SHORTER, LONG, none)) == [
        "2 pairs: cannot tell: too little text (a side lacks 1–6 sentences)"
    ]
    few = {"is_group": True, "min_sentences": 1}
    assert lines(net(LONG, SHORTER, none, **few), net(LONG, Side("D", 30, 0), none, **few), by="outlet") == [
        "2 pairs: cannot tell: too little text (a side lacks 1–2 articles)"
    ]


def test_unmeasured_error_is_told_once():
    none = Finding(None, None, None, None, None)
    assert lines(*[net(LONG, LONG, none)] * 3) == ["3 pairs: cannot tell: the classifier's error is not measured"]


def test_tasks_are_told_apart_where_there_are_several():
    both = (wide(0.7, None), wide(0.7, 3, task="tone"))
    assert [line[:18] for line in lines(both, both)] == ["2 pairs, net line:", "2 pairs, net tone:"]
