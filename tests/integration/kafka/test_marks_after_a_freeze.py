"""Ends of logs, asked by a client that saw a broker without leaders: only Apache Kafka comes back like that."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from runtime.clients import ask_marks, new_admin, new_consumer
from runtime.kafka_server import KafkaServer
from runtime.settings import load_settings
from runtime.topic_admin import create_topics
from schemas.topics import EVENTS
from tests.worker_process import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.long]  # every freeze is longer than a broker's session

_FROZEN_S = 9.5
_MOST_FREEZES = 12
_PLACES = [TopicPartition(EVENTS, number) for number in range(4)]


def _answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except KafkaException as error:
        return error.args[0].code()


def _is_told(consumer: Consumer) -> bool:
    return all(isinstance(_answer(lambda one=place: ask_marks(consumer, one, 2.0)), tuple) for place in _PLACES)


def _has_forgotten(consumer: Consumer, place: TopicPartition) -> bool:
    return _answer(lambda: consumer.get_watermark_offsets(place, timeout=2.0)) == KafkaError._UNKNOWN_PARTITION


def test_what_librdkafka_no_longer_knows_after_a_freeze_is_asked_for_anew(own_kafka: KafkaServer) -> None:
    settings = load_settings({}, bootstrap_servers=own_kafka.bootstrap_servers, app_id=f"app-{uuid4()}")
    create_topics(new_admin(settings), settings)
    waits = (1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 10.0, 10.0)
    asking = [(new_consumer(settings, f"asker-{at}"), wait) for at, wait in enumerate(waits)]
    is_over = threading.Event()

    def go_on_asking(consumer: Consumer, wait: float) -> None:
        while not is_over.wait(0.05):
            for place in _PLACES:
                _answer(lambda one=place: consumer.get_watermark_offsets(one, timeout=wait))

    for _ in range(_MOST_FREEZES):
        is_over.clear()
        threads = [threading.Thread(target=go_on_asking, args=one) for one in asking]
        for thread in threads:
            thread.start()
        own_kafka.signal_node(1, signal.SIGSTOP)
        time.sleep(_FROZEN_S)  # the controller, the same process, ends the session of the broker when it wakes up
        own_kafka.signal_node(1, signal.SIGCONT)
        fresh = new_consumer(settings, "fresh")
        wait_until(lambda one=fresh: _is_told(one), what="leaders")
        is_over.set()
        for thread in threads:
            thread.join()
        forgot = [(consumer, place) for consumer, _ in asking for place in _PLACES if _has_forgotten(consumer, place)]
        for consumer in {consumer for consumer, _ in forgot}:
            wait_until(lambda one=consumer: _is_told(one), what="the ends that it had forgotten")
        if forgot:
            return
    pytest.fail(f"in {_MOST_FREEZES} freezes librdkafka forgot nothing: if it no longer does, ask_marks can go")
