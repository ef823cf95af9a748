"""However the log is cut, restarted or spread over partitions, the same comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from processors.router import Handover, Outgoing, PartitionRouter, RawRecord
from schemas.decision import Tick
from schemas.regions import partition_of
from schemas.topics import ENTRIES, REJECTED, TIMELINES, UPDATES
from tests.tally_core import START, VERSION, TallyCore, a_decision, an_attack, in_log

_REGIONS = ("world", "europe", "middle-east")
_WORDS = ("fire", "flood", "fire+flood", "boom", "brief", "brief+fire")

_RECORDS = st.lists(
    st.one_of(
        st.builds(
            lambda word, number, region: in_log(an_attack(word, f"e{number}", minute=number), region),
            st.sampled_from(_WORDS),
            st.integers(0, 30),
            st.sampled_from(_REGIONS),
        ),
        st.builds(
            lambda word, region: in_log(a_decision(f"{region}:{word}"), region),
            st.sampled_from(_WORDS),
            st.sampled_from(_REGIONS),
        ),
        st.sampled_from(_REGIONS).map(
            lambda region: in_log(Tick(tick_id="t", region=region, recorded_at=START), region)
        ),
        st.sampled_from(
            [{**in_log(an_attack("fire", "e1")), "value": b"{"}, {**in_log(an_attack("a", "b")), "key": None}]
        ),
    ),
    max_size=25,
)


def _log(records: Sequence[dict[str, Any]], partition: int = 0) -> list[RawRecord]:
    return [RawRecord(partition=partition, offset=number, **record) for number, record in enumerate(records)]


def _router(partition: int = 0, partitions: int = 1) -> PartitionRouter:
    return PartitionRouter(partition, TallyCore, core_version=VERSION, partitions=partitions)


def _newest(handovers: Sequence[Handover], topic: str) -> dict[bytes | None, Outgoing]:
    return {out.key: out for handed in handovers for out in handed.outgoing if out.topic == topic}


def _all(handovers: Sequence[Handover], topic: str) -> list[Outgoing]:
    return [out for handed in handovers for out in handed.outgoing if out.topic == topic]


def _state(handovers: Sequence[Handover]) -> dict[bytes, bytes | None]:
    return dict(pair for handed in handovers for pair in handed.state)


def _same(one: Sequence[Handover], other: Sequence[Handover]) -> None:
    for topic in (TIMELINES, ENTRIES):
        assert _newest(one, topic) == _newest(other, topic)
    for topic in (UPDATES, REJECTED):
        assert _all(one, topic) == _all(other, topic)
    assert _state(one) == _state(other)


@given(_RECORDS, st.lists(st.integers(1, 7), max_size=30))
def test_the_size_of_batches_does_not_show(records: list[dict[str, Any]], sizes: list[int]) -> None:
    log = _log(records)
    whole = [_router().process(log)]
    router, pieces = _router(), []
    rest = log
    for size in [*sizes, len(log)]:
        pieces.append(router.process(rest[:size]))
        rest = rest[size:]
    _same(whole, pieces)
    assert dict(router.dump()) == {key: value for key, value in _state(whole).items() if value is not None}


#: one event in two incidents, of which the tick forgets one; then the event comes again
_HALF_FORGOTTEN = [
    in_log(an_attack("brief+fire", "e0"), "middle-east"),
    in_log(Tick(tick_id="t", region="middle-east", recorded_at=START), "middle-east"),
    in_log(an_attack("fire", "e0"), "middle-east"),
]


@given(_RECORDS, st.integers(0, 25), st.integers(0, 25))
@example(_HALF_FORGOTTEN, 2, 0)
def test_a_restart_at_any_place_with_records_read_twice_does_not_show(
    records: list[dict[str, Any]], stop: int, again: int
) -> None:
    log = _log(records)
    stop = min(stop, len(log))
    again = min(again, stop)
    whole = _router()
    one = [whole.process(log[:stop]), whole.process(log[stop:])]
    first, second = _router(), _router()
    before = first.process(log[:stop])
    second.restore(before.state)
    other = [before, second.process(log[again:])]
    _same(one, other)


@given(_RECORDS, st.integers(1, 5))
def test_the_number_of_partitions_shows_in_causes_and_nowhere_else(
    records: list[dict[str, Any]], partitions: int
) -> None:
    def heads(count: int) -> dict[bytes | None, bytes | None]:
        by_partition: dict[int, list[dict[str, Any]]] = {}
        for record in records:
            place = partition_of((record["key"] or b"world").decode(), count)
            by_partition.setdefault(place, []).append(record)
        handed = [_router(partition, count).process(_log(part, partition)) for partition, part in by_partition.items()]
        return {key: out.value for key, out in _newest(handed, TIMELINES).items()}

    assert heads(partitions) == heads(1)
