"""A header whose name is no UTF-8: Kafka takes it, confluent-kafka cannot read it, and nobody ends of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import Message, TopicPartition

from consumers.export import stored_records
from consumers.reader import SinkReader, Wanted
from processors.gate import Gate, gate_clients
from processors.received import received
from runtime.clients import new_consumer
from runtime.embedded import EmbeddedBroker
from runtime.settings import Settings
from schemas.codec import TYPE_EVENT, encode
from schemas.headers import headers_of
from schemas.regions import partition_of
from schemas.rejection import read_rejection
from schemas.topics import EVENTS, REJECTED
from tests.integration.poison.any_headers import send_any
from tests.log_and_sink import append, assert_sink_equals_replay, read_topic
from tests.tally_core import an_attack
from tests.tally_service import PARTITIONS, start_worker
from tests.worker_process import WorkerProcess, wait_until

__all__ = ["start_worker"]

pytestmark = pytest.mark.broker

REGION = "europe"
PARTITION = partition_of(REGION, PARTITIONS)
GOOD = an_attack("fire", "e1", minute=1)
GOOD_HEADERS = headers_of(GOOD, region=REGION)


@pytest.fixture
def poisoned(broker: EmbeddedBroker, settings: Settings) -> Settings:
    """The log holds one such record, and then a good one."""
    headers = ((b"ce_\xff", b"1"), (b"ce_type", TYPE_EVENT.encode()))
    send_any(broker.bootstrap_servers, EVENTS, PARTITION, REGION.encode(), encode(GOOD), headers)
    append(settings, [(GOOD, REGION)], PARTITIONS)
    return settings


def messages_of(settings: Settings, count: int) -> list[Message]:
    consumer = new_consumer(settings, "test")
    consumer.assign([TopicPartition(EVENTS, PARTITION, 0)])
    found: list[Message] = consumer.consume(count, timeout=20)
    consumer.close()
    return found


def test_its_record_counts_as_one_without_headers_however_often_it_is_asked(poisoned: Settings) -> None:
    bad, good = received(messages_of(poisoned, 2))
    for _ in range(100):  # what has run often, Python runs in another way: there the error came up elsewhere
        assert good.headers == GOOD_HEADERS
    assert bad.headers == []
    assert bad.headers == [], "the second answer of the client is another"
    stored: list[Any] = list(stored_records(poisoned, [EVENTS]))
    assert [record.headers for record in stored] == [(), tuple(GOOD_HEADERS)]
    with SinkReader(poisoned, [EVENTS], Wanted(region=REGION)) as reader:
        shown: list[Any] = []
        while not reader.caught_up:
            shown += reader.poll(1.0)
    assert [record.headers.region for record in shown] == [None, REGION]


def test_the_worker_rejects_it_and_goes_on(poisoned: Settings, start_worker: Callable[..., WorkerProcess]) -> None:
    worker = start_worker()
    worker.wait_ready()
    wait_until(lambda: worker.applied() == 2, what="the log applied")
    assert_sink_equals_replay(poisoned, PARTITIONS, is_isolated=True)
    (reject,) = read_topic(poisoned, REJECTED, PARTITIONS)
    why = read_rejection(reject.headers)
    assert why is not None
    assert (why.field, why.offset, reject.value) == ("ce_type", 0, encode(GOOD))
    assert "no UTF-8" in why.reason
    assert worker.end() == 0


def test_the_gate_reads_on_behind_it(poisoned: Settings) -> None:
    consumer, producer = gate_clients(poisoned)
    gate = Gate(consumer, producer, poisoned, partitions=PARTITIONS)
    gate.start()
    try:
        for _ in range(200):
            gate.step(0.1)
            if gate.is_ready:
                break
        assert gate.is_ready
    finally:
        gate.stop()
