"""Sums of weights are kept by set, for as long as the counts stand still; they are the sums that a walk would give."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from processors.correlation.linking import statistics as statistics_module
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.features import Features
from processors.correlation.linking.items import Item
from processors.correlation.linking.pairs import _share
from processors.correlation.linking.statistics import Statistics
from producers.feeds.coded import parse_coded
from tests.builders import an_attack

EVENTS = [parse_coded(line)[0] for line in Path("gold/kaz.jsonl").read_bytes().splitlines()[:60]]


@cache
def all_features() -> list[Features]:
    """Not worked out where tests are only listed."""
    return [features_of(event) for event in EVENTS]


@cache
def names() -> list[frozenset[str]]:
    return [Item(features).named for features in all_features()]


def counted(reports: int) -> Statistics:
    statistics = Statistics()
    for seq, features in enumerate(all_features()[:reports]):
        statistics.add(seq, features)
    return statistics


def test_the_share_of_two_sets_is_that_of_a_walk_through_their_union_to_the_last_bit() -> None:
    statistics = counted(60)
    compared = 0
    for one in names():
        for other in names():
            shared = one & other
            if shared:
                walked = sum(statistics.weight(key) for key in one | other)
                assert _share(shared, one, other, statistics) == sum(map(statistics.weight, shared)) / walked
                compared += one != other
    assert compared > 100


def test_a_sum_is_made_anew_when_the_counts_have_moved() -> None:
    statistics = counted(20)
    before = statistics.sums[names()[0]]
    for seq, features in enumerate(all_features()[20:], start=20):
        statistics.add(seq, features)
    assert statistics.sums[names()[0]] != before
    assert statistics.sums[names()[0]] == counted(60).sums[names()[0]] == sum(map(statistics.weight, names()[0]))


def test_names_counted_as_often_weigh_the_same_and_by_their_sort() -> None:
    statistics = counted(60)
    weights = {key: statistics.weight(key) for named in names() for key in named}
    assert len(set(weights.values())) > 5
    assert statistics.weight("never seen") == statistics.weight("nor this") > statistics.weight("@XX")
    assert statistics.weight("@XX") > 0
    assert statistics.squares["never seen"] == pytest.approx(statistics.weight("never seen") ** 2, abs=1e-9)


def test_no_more_sums_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics_module, "_KEPT_SUMS", 8)
    statistics = counted(60)
    for named in names():
        assert statistics.sums[named] == sum(map(statistics.weight, named))
        assert len(statistics.sums) <= 8


def told(name: str) -> Features:
    return features_of(an_attack(place=None, event_id=name, headline=f"Blast in {name}", language="en"))


def test_a_name_of_two_counted_reports_is_as_rare_as_one_of_none() -> None:
    """Which reports count already is chance within an hour: it must not move a score (docs/decisions/0080)."""
    statistics = Statistics()
    names = ["Karsten", "Zornitsa", "Zornitsa", "Gavril", "Gavril", "Gavril", *map("Other{}".format, range(10))]
    for seq, name in enumerate(names):
        statistics.add(seq, told(name))
    weights = [statistics.weight(told(name).names[-1]) for name in ("Unheard", "Karsten", "Zornitsa", "Gavril")]
    assert weights[0] == weights[1] == weights[2] > weights[3]
