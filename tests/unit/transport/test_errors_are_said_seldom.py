"""A broker that is away for an hour is a hundred lines in the log, not seventy thousand."""

from __future__ import annotations

import logging
from typing import Any

import faust
import pytest
from confluent_kafka import KafkaError

from faust_confluent import SCHEME
from faust_confluent.consumer import Consumer
from faust_confluent.seldom import Seldom

AWAY = "broker 1: connection refused (after {}ms in state CONNECT)"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_is_said_then_one_in_half_a_minute_with_how_many_were_left_out() -> None:
    clock = Clock()
    errors = Seldom(clock)
    assert errors.unsaid(AWAY.format(0)) == 0
    for took in range(3):
        clock.now += 9.0
        assert errors.unsaid(AWAY.format(took)) is None
    clock.now += 3.0
    assert errors.unsaid(AWAY.format(17)) == 3
    assert errors.unsaid(AWAY.format(17)) is None
    clock.now += 30.0
    assert errors.unsaid(AWAY.format(17)) == 1


def test_another_error_is_said_at_once() -> None:
    errors = Seldom(Clock())
    assert errors.unsaid(AWAY.format(0)) == 0
    assert errors.unsaid(AWAY.format(0).replace("broker 1", "broker 2")) == 0
    assert errors.unsaid("2/2 brokers are down") == 0


def test_no_more_texts_are_kept_than_so_many() -> None:
    errors = Seldom(Clock())
    for number in range(200):
        errors.unsaid(f"broker {number} is away")
    assert len(errors._said) <= 64


async def unasked(*args: object) -> None:
    raise AssertionError(args)


async def test_a_consumer_logs_them_so(caplog: pytest.LogCaptureFixture) -> None:
    app = faust.App("away", broker=f"{SCHEME}://127.0.0.1:9", store="memory://", autodiscover=False)
    consumer: Any = Consumer(app.transport, unasked, on_partitions_revoked=unasked, on_partitions_assigned=unasked)
    clock = Clock()
    consumer._errors = Seldom(clock)
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            consumer.on_error(KafkaError(KafkaError._TRANSPORT, AWAY.format(0)))
        clock.now += 31.0
        consumer.on_error(KafkaError(KafkaError._TRANSPORT, AWAY.format(1)))
    told = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert len(told) == 2
    assert told[0].endswith('CONNECT)"}')
    assert told[1].endswith("(19 more like it before)")
