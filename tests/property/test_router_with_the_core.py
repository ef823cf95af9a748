"""The router's promises, with the real core: batches, restarts and partitions do not show in the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.cores import real_cores
from processors.router import Handover, Outgoing, PartitionRouter, RawRecord
from schemas.codec import LogMessage, encode
from schemas.headers import headers_of
from schemas.regions import partition_of
from schemas.topics import ENTRIES, EVENTS, REJECTED, TIMELINES, UPDATES
from tests.builders import a_decision, a_protest, a_statement, a_tick, an_attack

_CORES = real_cores()
_REGIONS = ("world", "europe")
_PLACES = st.sampled_from(["Kherson", "Kherson market", "Kyiv", "Ukraine", None])
_IDS = st.sampled_from([f"e{number}" for number in range(12)])
#: minutes: within the hour, days later, and so late that everything has been forgotten
_LATER = st.sampled_from([0, 5, 60, 1_500, 4_000, 30_000, 80_000, 700_000])


def _event(make: Any, **fields: Any) -> Any:
    return lambda at: make(at, **fields)


_MESSAGES = st.one_of(
    st.builds(
        lambda place, killed, event_id: _event(an_attack, place=place, killed=killed, event_id=event_id),
        _PLACES,
        st.sampled_from([None, 2, 10]),
        _IDS,
    ),
    st.builds(
        lambda place, stance, event_id, corrects: _event(
            a_statement, place=place, stance=stance, event_id=event_id, **{corrects[0]: corrects[1]}
        ),
        _PLACES,
        st.sampled_from(["condemn", "accuse", "denies_occurrence"]),
        _IDS,
        st.tuples(st.sampled_from(["corrects", "retracts"]), st.none() | _IDS),
    ),
    st.builds(lambda event_id: _event(a_protest, place="Kyiv", event_id=event_id), _IDS),
    st.builds(
        lambda kind, events: lambda at: a_decision(kind, at, events=sorted(events)),
        st.sampled_from(["retract", "redact"]),
        st.sets(_IDS, min_size=1, max_size=3),
    ),
    st.just(lambda at: a_tick(at)),
)
_LOGS = st.lists(st.tuples(_MESSAGES, _LATER, st.sampled_from(_REGIONS)), min_size=1, max_size=12)


def _log(steps: Sequence[tuple[Any, int, str]], partitions: int = 1) -> list[RawRecord]:
    from datetime import timedelta

    from tests.builders import DAY

    now, offsets, log = DAY, [0] * partitions, []
    for make, later, region in steps:
        now += timedelta(minutes=later)
        message: LogMessage = make(now)
        if hasattr(message, "tick_id"):
            message = message.model_copy(update={"region": region})
        partition = partition_of(region, partitions)
        log.append(
            RawRecord(
                EVENTS,
                partition,
                offsets[partition],
                region.encode(),
                encode(message),
                tuple(headers_of(message, region=region)),
            )
        )
        offsets[partition] += 1
    return log


def _router(partition: int = 0, partitions: int = 1) -> PartitionRouter:
    return PartitionRouter(partition, _CORES.core_for, core_version=_CORES.version, partitions=partitions)


def _newest(handovers: Sequence[Handover], topic: str) -> dict[bytes | None, Outgoing]:
    return {out.key: out for handed in handovers for out in handed.outgoing if out.topic == topic}


def _all(handovers: Sequence[Handover], topic: str) -> list[Outgoing]:
    return [out for handed in handovers for out in handed.outgoing if out.topic == topic]


def _state(handovers: Sequence[Handover]) -> dict[bytes, bytes]:
    folded = dict(pair for handed in handovers for pair in handed.state)
    return {key: value for key, value in folded.items() if value is not None}


def _same(one: Sequence[Handover], other: Sequence[Handover]) -> None:
    for topic in (UPDATES, REJECTED):
        assert _all(one, topic) == _all(other, topic)
    for topic in (TIMELINES, ENTRIES):
        assert _newest(one, topic) == _newest(other, topic)
    assert _state(one) == _state(other)


def _no_failure_of_the_core(handovers: Sequence[Handover]) -> None:
    assert [fault for handed in handovers for fault in handed.faults if fault.traceback] == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_LOGS, st.lists(st.integers(1, 4), max_size=12))
def test_the_size_of_batches_does_not_show(steps: list[Any], sizes: list[int]) -> None:
    log = _log(steps)
    whole = _router()
    once = [whole.process(log)]
    router, pieces, rest = _router(), [], log
    for size in [*sizes, len(log)]:
        pieces.append(router.process(rest[:size]))
        rest = rest[size:]
    _no_failure_of_the_core(once)
    _same(once, pieces)
    assert dict(whole.dump()) == _state(once)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_LOGS, st.data())
def test_a_restart_does_not_show(steps: list[Any], data: st.DataObject) -> None:
    log = _log(steps)
    stop = data.draw(st.integers(0, len(log)))
    whole, first, second = _router(), _router(), _router()
    once = [whole.process(log[:stop]), whole.process(log[stop:])]
    before = first.process(log[:stop])
    second.restore(before.state)
    _same(once, [before, second.process(log[data.draw(st.integers(0, stop)) :])])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_LOGS)
def test_heads_and_entries_do_not_depend_on_the_number_of_partitions(steps: list[Any]) -> None:
    def results(partitions: int) -> dict[tuple[str, bytes | None], bytes | None]:
        log = _log(steps, partitions)
        handed = [
            _router(partition, partitions).process([record for record in log if record.partition == partition])
            for partition in range(partitions)
        ]
        return {
            (topic, key): out.value for topic in (TIMELINES, ENTRIES) for key, out in _newest(handed, topic).items()
        }

    one = results(1)
    many = results(5)
    # an event that two regions hold has an entry in each: with one partition only the last of the two is left
    assert {key for key in one if key[0] == TIMELINES} == {key for key in many if key[0] == TIMELINES}
    assert all(one[key] == many[key] for key in one if key[0] == TIMELINES)
