"""The judge of a run: a record too few, one too many, another byte, a state of its own are each seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from processors.cores import real_cores
from processors.handover import RawRecord
from processors.replay import replay
from processors.restore import StoredState
from processors.router import PartitionRouter
from schemas.topics import ENTRIES, EVENTS, REJECTED, UPDATES
from tests.chaos.failpoints.scenario import PARTITIONS, part
from tests.chaos.failpoints.verdict import Verdict, judge

CORES = real_cores()
START = 100


@pytest.fixture(scope="module")
def log() -> list[RawRecord]:
    offsets, records = [START] * PARTITIONS, []
    for number in range(4):
        for told in part(number):
            place = told.partition
            records.append(RawRecord(EVENTS, place, offsets[place], told.region.encode(), told.value, told.headers, 0))
            offsets[place] += 1
    return records


@pytest.fixture
def left(log: list[RawRecord]) -> tuple[list[RawRecord], dict[int, StoredState]]:
    """What a worker without fault leaves."""
    routers = {
        number: PartitionRouter(
            number, CORES.core_for, core_version=CORES.version, partitions=PARTITIONS, log_start=START
        )
        for number in range(PARTITIONS)
    }
    sink = [
        RawRecord(one.topic, partition, 0, one.key, one.value, one.headers, 0)
        for partition, handed in replay(log, routers.__getitem__)
        for one in handed.outgoing
    ]
    return sink, {number: StoredState(dict(router.dump())) for number, router in routers.items()}


def test_the_scenario_bridges_two_incidents_and_splits_one_by_a_correction_and_by_a_person(
    log: list[RawRecord], left: tuple[list[RawRecord], dict[int, StoredState]]
) -> None:
    verdict = judge(CORES, log, *left)
    assert verdict.is_right, verdict
    assert 40 <= len(log) <= 60
    assert {record.partition for record in log} == set(range(PARTITIONS))
    # in each of four regions: two merges and two splits, each told by both incidents
    assert (verdict.changes["merged"], verdict.changes["split"]) == (16, 16)
    assert verdict.changes["decided"] == 16
    assert verdict.rejects == 4


def lost(sink: list[RawRecord]) -> list[RawRecord]:
    return [record for record in sink if record is not next(r for r in sink if r.topic == UPDATES)]


def doubled(sink: list[RawRecord]) -> list[RawRecord]:
    return [*sink, next(record for record in sink if record.topic == REJECTED)]


def swapped(sink: list[RawRecord]) -> list[RawRecord]:
    """Two updates of one incident in the wrong order."""
    first = next(record for record in sink if record.topic == UPDATES)
    rest = [record for record in sink if record is not first]
    return [*rest, first]


def garbled(sink: list[RawRecord]) -> list[RawRecord]:
    at = max(number for number, record in enumerate(sink) if record.topic == ENTRIES)
    return [*sink[:at], sink[at]._replace(value=(sink[at].value or b"") + b" "), *sink[at + 1 :]]


@pytest.mark.parametrize(
    ("spoil", "seen"),
    [
        (lost, lambda verdict: len(verdict.lost) == 1 and not verdict.doubled),
        (doubled, lambda verdict: len(verdict.doubled) == 1 and not verdict.lost),
        (swapped, lambda verdict: verdict.wrong and not verdict.lost and not verdict.doubled),
        (garbled, lambda verdict: len(verdict.wrong) == 1 and not verdict.lost and not verdict.doubled),
    ],
)
def test_what_is_wrong_with_the_sink_is_seen(
    spoil: Callable[[list[RawRecord]], list[RawRecord]],
    seen: Callable[[Verdict], bool],
    log: list[RawRecord],
    left: tuple[list[RawRecord], dict[int, StoredState]],
) -> None:
    sink, states = left
    verdict = judge(CORES, log, spoil(sink), states)
    assert not verdict.is_right
    assert seen(verdict), verdict


def test_a_piece_of_state_that_is_not_the_replay_s_is_seen(
    log: list[RawRecord], left: tuple[list[RawRecord], dict[int, StoredState]]
) -> None:
    sink, states = left
    piece = next(key for key in states[1].pieces if b"/" in key)
    del states[1].pieces[piece]
    assert not judge(CORES, log, sink, states).is_right
