"""Reading to the end on Apache Kafka, where transactions leave markers and can be aborted."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from confluent_kafka.admin import NewTopic

from consumers.export import stored_records
from runtime.clients import new_admin, new_producer
from runtime.settings import Settings

pytestmark = pytest.mark.kafka


@pytest.fixture
def topic(kafka_settings: Settings) -> str:
    name = f"export-{uuid4()}"
    admin = new_admin(kafka_settings)
    for future in admin.create_topics([NewTopic(name, 2, 1)]).values():
        future.result(10)
    while name not in admin.list_topics(timeout=10).topics:
        time.sleep(0.02)
    return name


def test_committed_records_are_read_to_the_marker_and_aborted_ones_are_not(
    kafka_settings: Settings, topic: str
) -> None:
    producer = new_producer(kafka_settings, "test", transactional_id=str(uuid4()))
    producer.init_transactions(20)
    for number in range(5):
        producer.begin_transaction()
        producer.produce(topic, partition=0, key=b"k", value=b"%d" % number)
        producer.flush(10)
        if number % 2:
            producer.abort_transaction(20)
        else:
            producer.commit_transaction(20)
    assert [stored.value for stored in stored_records(kafka_settings, [topic])] == [b"0", b"2", b"4"]


def test_a_partition_that_holds_nothing_but_an_aborted_transaction_ends(kafka_settings: Settings, topic: str) -> None:
    producer = new_producer(kafka_settings, "test", transactional_id=str(uuid4()))
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(topic, partition=1, value=b"never")
    producer.flush(10)
    producer.abort_transaction(20)
    assert list(stored_records(kafka_settings, [topic], idle_timeout_s=10)) == []


def test_an_open_transaction_is_the_end(kafka_settings: Settings, topic: str) -> None:
    plain = new_producer(kafka_settings, "test")
    plain.produce(topic, partition=0, value=b"there")
    assert plain.flush(10) == 0
    producer = new_producer(kafka_settings, "test", transactional_id=str(uuid4()))
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(topic, partition=0, value=b"not yet")
    producer.flush(10)
    try:
        assert [stored.value for stored in stored_records(kafka_settings, [topic], idle_timeout_s=10)] == [b"there"]
    finally:
        producer.abort_transaction(20)
