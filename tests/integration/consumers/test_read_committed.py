"""On Apache Kafka: what a worker wrote and took back is never shown."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from confluent_kafka.admin import NewTopic

from consumers.reader import SinkReader, Wanted
from runtime.clients import new_admin, new_producer
from runtime.settings import Settings

pytestmark = pytest.mark.kafka


def test_an_aborted_transaction_is_not_seen_and_does_not_keep_the_reader_from_the_end(kafka_settings: Settings) -> None:
    topic = f"watch-{uuid4().hex[:8]}"
    admin = new_admin(kafka_settings)
    admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(20)
    producer = new_producer(kafka_settings, "test", transactional_id=topic)
    producer.init_transactions(20)
    for word, keep in (("first", True), ("taken back", False), ("second", True), ("last taken back", False)):
        producer.begin_transaction()
        for partition in (0, 1):
            producer.produce(topic, key=b"inc-1", value=word.encode(), partition=partition)
        if keep:
            producer.commit_transaction(20)
        else:
            producer.flush(20)  # it is in the log, and yet not to be seen
            producer.abort_transaction(20)
    seen: dict[int, list[bytes | None]] = {}
    deadline = time.monotonic() + 40
    with SinkReader(kafka_settings, [topic], Wanted()) as reader:
        while not reader.caught_up:
            assert time.monotonic() < deadline, f"the end was not reached; seen so far: {seen}"
            for record in reader.poll(0.2):
                seen.setdefault(record.partition, []).append(record.value)
    assert seen == {0: [b"first", b"second"], 1: [b"first", b"second"]}
