"""The gate on Apache Kafka: its clocks travel with the committed offset, and a second gate takes over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from consumers.export import stored_records
from processors.gate import Gate, gate_clients
from runtime.clients import new_admin, new_producer
from runtime.settings import Settings
from runtime.topic_admin import create_topics, equal_partitions
from schemas.codec import TYPE_DECISION, decode, encode
from schemas.decision import Command, Decision
from schemas.event import AttackEvent
from schemas.headers import headers_of, read_headers
from schemas.regions import ALL_REGIONS, partition_of
from schemas.topics import COMMANDS, EVENTS, REJECTED
from tests.tally_core import a_command, an_attack

pytestmark = pytest.mark.kafka

REGION = "antarctica"  # no other test of this broker reports from there: its clock stands where one test put it


def until(gate: Gate, done: Any, steps: int = 300) -> None:
    for _ in range(steps):
        if done():
            return
        gate.step(0.1)
    pytest.fail("the gate did not get there")


def total(family: Any) -> float:
    return sum(sample.value for metric in family.collect() for sample in metric.samples if "_total" in sample.name)


def test_a_second_gate_goes_on_with_the_clocks_of_the_first(kafka_settings: Settings) -> None:
    settings = kafka_settings.model_copy(update={"app_id": f"gate-{uuid4()}", "session_timeout_s": 6.0})
    admin = new_admin(settings)
    create_topics(admin, settings)
    partitions = equal_partitions(admin, [EVENTS, COMMANDS, REJECTED])
    now = datetime.now(UTC)
    past = datetime(2021, 11, 7, 3, tzinfo=UTC)

    def put(topic: str, message: AttackEvent | Command, at: datetime = now) -> None:
        producer = new_producer(settings, "test")
        producer.produce(
            topic,
            partition=partition_of(REGION, partitions),
            key=REGION.encode(),
            value=encode(message),
            headers=[*headers_of(message, region=REGION)],
            timestamp=int(at.timestamp() * 1000),
        )
        assert producer.flush(20) == 0

    def command(command_id: str) -> Command:
        return a_command("antarctica:fire", command_id=command_id, region=REGION, requested_at=now)

    def a_gate() -> Gate:
        gate = Gate(*gate_clients(settings), settings, partitions=partitions, now=lambda: now + timedelta(minutes=5))
        gate.start()
        until(gate, lambda: gate.is_ready)
        return gate

    ids = [str(uuid4()), str(uuid4())]
    # as producers write it that take a record's time for that of what it tells: the log has its own
    put(EVENTS, an_attack("fire", str(uuid4())).model_copy(update={"recorded_at": past}), at=past)
    first = a_gate()
    put(COMMANDS, command(ids[0]))
    until(first, lambda: total(first.metrics.decisions) == 1)
    first.stop()

    second = a_gate()
    put(COMMANDS, command(ids[1]))
    until(second, lambda: total(second.metrics.decisions) == 1)
    second.stop()
    assert total(second.metrics.repeated) == 0

    mine = decided(settings, ids)
    assert [one.command_id for one in mine] == ids
    assert {one.recorded_at for one in mine} == {past}


def test_gates_come_and_go_and_every_command_is_answered_once(kafka_settings: Settings) -> None:
    """Each coming and going hands the partitions out anew, with commands on their way.

    Not on the embedded broker: its group sometimes forgets to answer one that joins while others are handed out.
    """
    settings = kafka_settings.model_copy(update={"app_id": f"gates-{uuid4()}", "session_timeout_s": 6.0})
    admin = new_admin(settings)
    create_topics(admin, settings)
    partitions = equal_partitions(admin, [EVENTS, COMMANDS, REJECTED])
    others = (region for region in ALL_REGIONS if region != REGION)
    regions = list({partition_of(region, partitions): region for region in others}.values())
    producer = new_producer(settings, "test")
    now = datetime.now(UTC)

    def put(topic: str, message: AttackEvent | Command, region: str) -> None:
        producer.produce(
            topic,
            partition=partition_of(region, partitions),
            key=region.encode(),
            value=encode(message),
            headers=[*headers_of(message, region=region)],
        )

    for region in regions:
        put(EVENTS, an_attack("fire", str(uuid4())).model_copy(update={"recorded_at": now}), region)
    running: list[Gate] = []
    ids: list[str] = []
    try:
        for comes in (True, True, False, True, True, False, False, True):
            if comes:
                running.append(Gate(*gate_clients(settings), settings, partitions=partitions))
                running[-1].start()
            else:
                running.pop(0).stop()
            for region in regions:
                ids.append(str(uuid4()))
                put(COMMANDS, a_command(f"{region}:fire", command_id=ids[-1], region=region, requested_at=now), region)
            assert producer.flush(20) == 0
            for _ in range(400):
                for gate in running:
                    gate.step(0.05)
                if all(gate.is_ready for gate in running):
                    break
            assert all(gate.is_ready for gate in running)
        for _ in range(100):
            if len(decided(settings, ids)) >= len(ids):
                break
            for gate in running:
                gate.step(0.05)
    finally:
        for gate in running:
            gate.stop()
    assert Counter(decision.command_id for decision in decided(settings, ids)) == Counter(ids)


def decided(settings: Settings, ids: list[str]) -> list[Decision]:
    """Decisions in the log that answer one of these commands, in its order."""
    found = [
        decode(TYPE_DECISION, stored.value)
        for stored in stored_records(settings, [EVENTS])
        if read_headers(stored.headers).type == TYPE_DECISION
    ]
    return [one for one in found if isinstance(one, Decision) and one.command_id in ids]
