"""Leaving a group: what is still told is heard first, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException

from runtime.leaving import DidNotLeave, leave


class Leaving:
    """Is told of a rebalance only in its third turn; its close hangs where that was not heard."""

    def __init__(self, *, told_at: int = 3, fails: bool = False) -> None:
        self.done: list[str] = []
        self.held = True
        self.let_go = threading.Event()
        self._turns_to_go = told_at
        self._fails = fails

    def unsubscribe(self) -> None:
        self.done.append("unsubscribe")

    def consume(self, _: int, timeout: float) -> list[Any]:
        self._turns_to_go -= 1
        if self._turns_to_go == 0:
            self.held = False
            self.done.append("told")
        return []

    def close(self) -> None:
        if self._fails:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        if self.held:
            self.let_go.wait()
        self.done.append("close")


@pytest.fixture
def hanging() -> Iterator[Leaving]:
    consumer = Leaving(told_at=0)
    yield consumer
    consumer.let_go.set()


def test_it_closes_when_the_last_rebalance_was_heard() -> None:
    consumer = Leaving()
    leave(consumer, lambda: consumer.held)
    assert consumer.done == ["unsubscribe", "told", "close"]


def test_a_close_that_hangs_does_not_keep_the_process(hanging: Leaving) -> None:
    with pytest.raises(DidNotLeave, match="did not close within"):
        leave(hanging, lambda: False, closing_s=0.05)
    assert hanging.done == ["unsubscribe"]


def test_who_has_left_may_leave_once_more() -> None:
    consumer = Consumer({"bootstrap.servers": "127.0.0.1:9", "group.id": "g", "log_level": 0})
    consumer.subscribe(["t"])
    for _ in range(2):
        leave(consumer, lambda: False)


def test_what_the_client_complains_of_is_heard() -> None:
    consumer = Leaving(fails=True)
    with pytest.raises(KafkaException):
        leave(consumer, lambda: consumer.held)
