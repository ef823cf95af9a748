"""The worker's path without a broker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from processors.replay import as_log, replay
from processors.router import GapInLog, PartitionRouter, RawRecord
from schemas.codec import decode
from schemas.regions import partition_of
from schemas.timeline import TimelineUpdate
from schemas.topics import UPDATES
from tests.tally_core import VERSION, TallyCore, a_decision, an_attack


def router_of(partitions: int) -> type:
    return lambda partition: PartitionRouter(partition, TallyCore, core_version=VERSION, partitions=partitions)


def test_messages_become_a_log_with_offsets_of_each_partition() -> None:
    regions = ["world", "europe", "world", "europe", "europe"]
    log = list(as_log([(an_attack("fire", f"e{n}"), region) for n, region in enumerate(regions)], 6))
    assert partition_of("world", 6) != partition_of("europe", 6)
    assert [(record.key, record.partition, record.offset) for record in log] == [
        (region.encode(), partition_of(region, 6), regions[:number].count(region))
        for number, region in enumerate(regions)
    ]


def test_causes_are_those_of_a_run_through_a_broker() -> None:
    log = as_log([(an_attack("fire", f"e{n}"), "europe") for n in range(3)], 6)
    causes = []
    for _, handed in replay(log, router_of(6)):
        for out in handed.outgoing:
            if out.topic == UPDATES:
                update = decode("incidents.update.v1", out.value)
                assert isinstance(update, TimelineUpdate)
                causes.append((update.cause.record_id, update.cause.partition, update.cause.offset))
    assert causes == [(f"e{n}", partition_of("europe", 6), n) for n in range(3)]


def test_the_order_is_that_of_the_source() -> None:
    late_first = [(an_attack("fire", "late", minute=9), "world"), (an_attack("fire", "early", minute=1), "world")]
    (handed,) = [handed for _, handed in replay(as_log(late_first, 1), router_of(1))]
    heads = [out for out in handed.outgoing if out.key == b"world:fire"]
    assert heads[0].value is not None
    assert b'"founding_event":"late"' in heads[0].value


def test_decisions_are_replayed_with_the_reports() -> None:
    log = as_log([(an_attack("fire", "e1"), "world"), (a_decision("world:fire"), "world")], 1)
    (handed,) = [handed for _, handed in replay(log, router_of(1))]
    assert dict(handed.kinds) == {"attack": 1, "decision": 1}
    assert not handed.faults


def test_a_long_source_is_never_held_whole() -> None:
    given = 0

    def source() -> Iterator[RawRecord]:
        nonlocal given
        for record in as_log(((an_attack("fire", f"e{n % 5}"), "world") for n in range(3_000)), 1):
            given += 1
            yield record

    taken = 0
    for _, handed in replay(source(), router_of(1)):
        taken += handed.taken
        assert given - taken == 0
    assert taken == 3_000


def test_a_hole_in_a_dumped_log_is_told() -> None:
    first, _, third = as_log([(an_attack("fire", f"e{n}"), "world") for n in range(3)], 1)
    with pytest.raises(GapInLog):
        list(replay([first, third], router_of(1)))
