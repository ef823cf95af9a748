"""The gate on a broker: commands in, decisions, ticks and rejects out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consumers.export import Stored, stored_records
from processors.gate import Gate, NotAppended, gate_clients
from processors.router import PartitionRouter, RawRecord
from runtime.clients import new_producer
from runtime.embedded import EmbeddedBroker
from runtime.settings import Settings
from schemas.codec import TYPE_DECISION, TYPE_TICK, LogMessage, decode, encode
from schemas.decision import Command, Decision, Tick
from schemas.headers import headers_of, read_headers
from schemas.regions import partition_of
from schemas.rejection import read_rejection
from schemas.topics import COMMANDS, EVENTS, REJECTED
from tests.tally_core import VERSION, TallyCore, a_command, an_attack

pytestmark = pytest.mark.broker

PARTITIONS = 3
REGION = "middle-east"
NOW = datetime.now(UTC).replace(microsecond=0)


class Clock:
    """A wall clock that stands still until it is told."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def settings() -> Iterator[Settings]:
    with EmbeddedBroker(partitions=PARTITIONS) as broker:
        yield Settings(bootstrap_servers=broker.bootstrap_servers, partitions=PARTITIONS, session_timeout_s=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gates(settings: Settings, clock: Clock) -> Iterator[Callable[..., Gate]]:
    """Makes gates that have taken up their partitions; those that a test leaves running are stopped."""
    running: list[Gate] = []

    def make(**replaced: Any) -> Gate:
        consumer, producer = gate_clients(settings)
        given = {"consumer": consumer, "producer": producer, "settings": settings, **replaced}
        gate = Gate(**given, partitions=PARTITIONS, now=clock)
        gate.start()
        running.append(gate)
        until(gate, lambda: gate.is_ready)
        return gate

    yield make
    for gate in running:
        gate.stop()


def until(gate: Gate, done: Callable[[], bool], steps: int = 200) -> None:
    for _ in range(steps):
        if done():
            return
        gate.step(0.1)
    pytest.fail("the gate did not get there")


def put(settings: Settings, topic: str, message: LogMessage | Command, region: str = REGION, **replaced: Any) -> None:
    record = {
        "partition": partition_of(region, PARTITIONS),
        "key": region.encode(),
        "value": encode(message),
        "headers": [*headers_of(message, region=region)],
        **replaced,
    }
    producer = new_producer(settings, "test")
    producer.produce(topic, **record)
    assert producer.flush(10) == 0


def report(settings: Settings, at: datetime, headline: str = "fire") -> None:
    event = an_attack(headline, f"e-{at.timestamp()}").model_copy(update={"recorded_at": at})
    put(settings, EVENTS, event)


def command_of(clock: Clock, command_id: str = "c1", **fields: Any) -> Command:
    return a_command(f"{REGION}:fire", command_id=command_id, **{"requested_at": clock.at, **fields})


def held(settings: Settings, topic: str, ce_type: str | None = None) -> list[Stored]:
    stored = stored_records(settings, [topic], idle_timeout_s=10)
    return [one for one in stored if ce_type is None or read_headers(one.headers).type == ce_type]


def decisions(settings: Settings) -> list[Decision]:
    found = [decode(TYPE_DECISION, one.value) for one in held(settings, EVENTS, TYPE_DECISION)]
    return [one for one in found if isinstance(one, Decision)]


def ticks(settings: Settings) -> list[Tick]:
    found = [decode(TYPE_TICK, one.value) for one in held(settings, EVENTS, TYPE_TICK)]
    return [one for one in found if isinstance(one, Tick)]


def count(gate: Gate, name: str) -> int:
    """A counter of the gate: decisions, refused, ticks, repeated."""
    family = getattr(gate.metrics, name)
    return int(sum(sample.value for metric in family.collect() for sample in metric.samples if "_total" in sample.name))


def test_a_command_becomes_a_decision_in_the_log_that_the_core_takes(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    report(settings, clock.at)
    put(settings, COMMANDS, command_of(clock))
    gate = gates()
    until(gate, lambda: count(gate, "decisions") == 1)
    (decision,) = decisions(settings)
    assert decision.decided_at == clock.at
    assert decision.recorded_at == clock.at
    log = [
        RawRecord(one.topic, one.partition, one.offset, one.key, one.value, one.headers, one.timestamp_ms)
        for one in held(settings, EVENTS)
    ]
    place = partition_of(REGION, PARTITIONS)
    router = PartitionRouter(place, TallyCore, core_version=VERSION, partitions=PARTITIONS)
    handed = router.process(log)
    assert dict(handed.kinds) == {"attack": 1, "decision": 1}
    assert handed.changes["decided"] == 1


def test_a_decision_in_a_replayed_region_carries_that_regions_time(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    past = datetime(2021, 11, 7, 3, tzinfo=UTC)
    report(settings, past)
    report(settings, past - timedelta(days=1))
    put(settings, COMMANDS, command_of(clock))
    gate = gates()
    until(gate, lambda: count(gate, "decisions") == 1)
    (decision,) = decisions(settings)
    assert decision.recorded_at == past
    assert decision.decided_at == clock.at
    clock.at += timedelta(days=30)
    for _ in range(5):
        gate.step(0.05)
    assert ticks(settings) == []


@pytest.mark.parametrize(
    ("command", "replaced", "field"),
    [
        ({"role": "analyst", "decision": "redact", "incidents": (), "events": ("e1",)}, {}, "role"),
        ({"requested_at": NOW - timedelta(hours=2)}, {}, "requested_at"),
        ({}, {"value": b"\xff{"}, "value"),
        ({}, {"key": b"europe"}, "key"),
        ({}, {"headers": []}, "ce_type"),
    ],
)
def test_a_refused_command_goes_to_the_rejects_with_its_bytes_and_the_reason(
    settings: Settings,
    clock: Clock,
    gates: Callable[..., Gate],
    command: dict[str, Any],
    replaced: dict[str, Any],
    field: str,
) -> None:
    report(settings, clock.at)
    put(settings, COMMANDS, command_of(clock, **command), **replaced)
    gate = gates()
    until(gate, lambda: count(gate, "refused") == 1)
    (sent,) = held(settings, COMMANDS)
    (rejected,) = held(settings, REJECTED)
    assert (rejected.key, rejected.value, rejected.partition) == (sent.key, sent.value, sent.partition)
    assert rejected.headers[: len(sent.headers)] == sent.headers
    why = read_rejection(rejected.headers)
    assert why is not None
    assert (why.field, why.topic, why.partition, why.offset) == (field, COMMANDS, sent.partition, 0)
    assert decisions(settings) == []


def test_a_region_without_reports_has_nothing_to_decide(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    put(settings, COMMANDS, command_of(clock))
    gate = gates()
    until(gate, lambda: count(gate, "refused") == 1)
    why = read_rejection(held(settings, REJECTED)[0].headers)
    assert why is not None
    assert (why.field, why.reason) == (
        "region",
        "the log has no report of middle-east: take the region from a timeline",
    )


class _DiesBeforeTheCommit:
    """A consumer whose process ends where it would commit."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer

    def commit(self, **_: Any) -> None:
        raise SystemExit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._consumer, name)


def test_a_gate_that_dies_between_append_and_commit_does_not_decide_twice(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    report(settings, clock.at)
    consumer, producer = gate_clients(settings)
    dying = Gate(
        _DiesBeforeTheCommit(consumer),
        producer,
        settings,
        partitions=PARTITIONS,
        now=clock,
    )
    dying.start()
    put(settings, COMMANDS, command_of(clock))
    with pytest.raises(SystemExit):
        until(dying, lambda: False)
    consumer.close()
    assert len(decisions(settings)) == 1
    clock.at += timedelta(hours=5)  # by now the command would be too old
    gate = gates()
    put(settings, COMMANDS, command_of(clock, "c2"))
    until(gate, lambda: count(gate, "decisions") == 1)
    assert [decision.command_id for decision in decisions(settings)] == ["c1", "c2"]
    assert held(settings, REJECTED) == []


def test_a_command_that_is_sent_twice_is_answered_once(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    report(settings, clock.at)
    gate = gates()
    for command_id in ("c1", "c1", "c2", "c1", "c3"):
        put(settings, COMMANDS, command_of(clock, command_id))
    until(gate, lambda: count(gate, "decisions") + count(gate, "repeated") == 5)
    assert [decision.command_id for decision in decisions(settings)] == ["c1", "c2", "c3"]


def test_a_gate_goes_on_where_the_last_one_committed_with_its_clocks(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    report(settings, clock.at)
    first = gates()
    put(settings, COMMANDS, command_of(clock))
    until(first, lambda: count(first, "decisions") == 1)
    first.stop()
    second = gates()
    clock.at += timedelta(minutes=1)
    put(settings, COMMANDS, command_of(clock, "c2"))
    until(second, lambda: count(second, "decisions") == 1)
    assert held(settings, REJECTED) == []
    assert count(second, "repeated") == 0  # it did not read the first command again


def test_live_regions_are_ticked_when_they_fall_silent(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    report(settings, clock.at)
    gate = gates()
    gate.step(0.1)
    assert ticks(settings) == []
    clock.at += timedelta(seconds=settings.tick_seconds)
    until(gate, lambda: count(gate, "ticks") == 1)
    for _ in range(5):
        gate.step(0.05)
    (tick,) = held(settings, EVENTS, TYPE_TICK)
    assert (tick.key, tick.partition) == (REGION.encode(), partition_of(REGION, PARTITIONS))
    assert ticks(settings)[0].recorded_at == clock.at
    clock.at += timedelta(seconds=settings.tick_seconds)
    until(gate, lambda: count(gate, "ticks") == 2)


def test_what_the_router_would_reject_does_not_move_the_clock(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    past = datetime(2021, 11, 7, 3, tzinfo=UTC)
    report(settings, past)
    event = an_attack("fire", "late")
    broken = encode(event.model_copy(update={"recorded_at": clock.at})).replace(b'"attack"', b'"raid"')
    put(settings, EVENTS, event, value=broken)
    put(settings, EVENTS, event.model_copy(update={"recorded_at": clock.at}), key=b"europe", headers=[])
    gate = gates()
    put(settings, COMMANDS, command_of(clock))
    until(gate, lambda: count(gate, "decisions") == 1)
    assert decisions(settings)[0].recorded_at == past


class _DeadProducer:
    """A producer whose broker never answers."""

    def produce(self, *_: Any, **__: Any) -> None: ...

    def flush(self, _: float) -> int:
        return 1


def test_what_the_broker_does_not_take_stops_the_gate_and_commits_nothing(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    report(settings, clock.at)
    gate = gates(producer=_DeadProducer())
    put(settings, COMMANDS, command_of(clock))
    with pytest.raises(NotAppended, match="did not take 1 records"):
        until(gate, lambda: False)
    gate.stop()
    other = gates()
    until(other, lambda: count(other, "decisions") == 1)
    assert [decision.command_id for decision in decisions(settings)] == ["c1"]


def test_two_gates_share_the_partitions_and_both_get_ready(
    settings: Settings, clock: Clock, gates: Callable[..., Gate]
) -> None:
    one = gates()
    consumer, producer = gate_clients(settings)
    other = Gate(consumer, producer, settings, partitions=PARTITIONS, now=clock)
    other.start()
    try:
        for _ in range(300):
            one.step(0.05)
            other.step(0.05)
            if one.is_ready and other.is_ready:
                break
        assert one.is_ready
        assert other.is_ready
    finally:
        other.stop()
