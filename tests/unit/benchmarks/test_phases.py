"""Where an event's time goes is told of all, and of the slowest of each hundred apart."""

from __future__ import annotations

from benchmarks.phases import Passage, Phases

FAST = Passage(coming=0.010, waiting=0.0, core=0.001, transaction=0.004)
SLOW = Passage(coming=0.010, waiting=0.200, core=0.001, transaction=0.090)


def test_the_slowest_of_each_hundred_are_told_apart() -> None:
    warming = [[SLOW] * 50]
    told = Phases(batches=[*warming, [FAST] * 99, [FAST] * 99 + [SLOW] * 2], rounds=[0.001, 0.002]).told()
    assert told["slowest"] == {"coming": 10.0, "waiting": 200.0, "core": 1.0, "transaction": 90.0}
    assert told["all"] == {"coming": 10.0, "waiting": 2.0, "core": 1.0, "transaction": 4.9}
    assert told["events_per_transaction"] == 100.0
    assert told["collector_ms"] == {"rounds": 2, "longest": 2.0}


def test_where_nothing_was_seen_nothing_is_told() -> None:
    assert Phases().told() == {}
