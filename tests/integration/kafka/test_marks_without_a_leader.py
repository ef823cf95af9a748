"""Ends of logs, asked by a client that saw a partition without a leader: only Apache Kafka is like that."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]  # documented there

from runtime.clients import ask_marks, new_admin, new_consumer
from runtime.kafka_server import KafkaServer
from runtime.settings import load_settings
from tests.worker_process import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.long]  # three nodes

_PARTITIONS = 3
#: who is about to ask for the leaders by itself does not forget: one alone did in two runs of three
_ASKERS = 5
_ASKED = 10


def _answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except KafkaException as error:
        return error.args[0].code()


def _has_forgotten(consumer: Consumer, place: TopicPartition) -> bool:
    return _answer(lambda: consumer.get_watermark_offsets(place, timeout=2.0)) == KafkaError._UNKNOWN_PARTITION


def _is_told(consumer: Consumer, place: TopicPartition) -> bool:
    return _answer(lambda: ask_marks(consumer, place, 2.0)) == (0, 0)


def test_what_librdkafka_no_longer_knows_without_a_leader_is_asked_for_anew(
    kafka_installed: None, tmp_path: Path
) -> None:
    with KafkaServer(nodes=3, data=tmp_path / "cluster") as kafka:
        settings = load_settings({}, bootstrap_servers=kafka.bootstrap_servers, app_id=f"app-{uuid4()}")
        admin, topic = new_admin(settings), f"test-{uuid4()}"
        admin.create_topics([NewTopic(topic, _PARTITIONS, 1)])[topic].result(20)
        askers = [new_consumer(settings, f"asker-{number}") for number in range(_ASKERS)]
        places = [TopicPartition(topic, number) for number in range(_PARTITIONS)]
        wait_until(lambda: all(_is_told(asker, place) for asker in askers for place in places), what="leaders")
        leaders = admin.list_topics(topic, 10).topics[topic].partitions
        place = next(one for one in places if leaders[one.partition].leader != 1)
        node = leaders[place.partition].leader

        kafka.kill(node)
        for _ in range(_ASKED):
            for asker in askers:
                asker.list_topics(timeout=10)  # what says that nobody leads it
                _answer(lambda one=asker: one.get_watermark_offsets(place, timeout=1.0))  # type: ignore[misc]  # mypy: no type for a default
        kafka.start_node(node)
        fresh = new_consumer(settings, "fresh")
        wait_until(lambda: _is_told(fresh, place), what="the leader")

        forgot = [asker for asker in askers if _has_forgotten(asker, place)]
        assert forgot, "librdkafka asks anew by itself: then ask_marks can go"
        for asker in forgot:
            began = time.monotonic()
            wait_until(lambda one=asker: _is_told(one, place), what="what it had forgotten")
            assert time.monotonic() - began < 30, "librdkafka looks again by itself after five minutes"
