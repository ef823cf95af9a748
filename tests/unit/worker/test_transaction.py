"""How long a partition's writer waits for a transaction: for a broker that is away as long as that takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from faust_confluent.transactions import NotWritten
from processors import transaction
from processors.handover import Handover, Outgoing
from processors.transaction import PartitionWriter
from runtime.settings import load_settings

SETTINGS = load_settings({}, bootstrap_servers="127.0.0.1:9", app_id="app")
BATCH = Handover((Outgoing("incidents.updates.v1", b"k", b"v", ()),), (), 0, taken=1)
TIMED_OUT = KafkaException(KafkaError(KafkaError._TIMED_OUT, "no answer", False, True, False))


class SilentProducer:
    """Leaves so many commits without an answer."""

    def __init__(self, unanswered: float) -> None:
        self.unanswered = unanswered
        self.asked = 0

    def begin_transaction(self) -> None:
        pass

    def produce(self, *_: Any, **__: Any) -> None:
        pass

    def commit_transaction(self, timeout: float) -> None:
        self.asked += 1
        if self.asked <= self.unanswered:
            raise TIMED_OUT


class Broker:
    """Answers others as the script says: one letter a question, the last one for ever."""

    def __init__(self, script: str) -> None:
        self._script = list(script)

    def list_topics(self, topic: str, timeout: float) -> None:
        if (self._script.pop(0) if len(self._script) > 1 else self._script[0]) == "-":
            raise TIMED_OUT


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second passes with each look at it."""
    seconds = iter(range(1_000_000))
    monkeypatch.setattr(transaction, "monotonic", lambda: float(next(seconds)))
    monkeypatch.setattr("faust_confluent.transactions.monotonic", lambda: 0.0)
    return


def write_with(monkeypatch: pytest.MonkeyPatch, unanswered: float, broker: str) -> int:
    producer, answering = SilentProducer(unanswered), Broker(broker)
    monkeypatch.setattr(transaction, "new_producer", lambda *_, **__: producer)
    monkeypatch.setattr(transaction, "new_admin", lambda *_: answering)
    monkeypatch.setattr(transaction, "still_open", lambda *_, **__: frozenset())
    PartitionWriter(SETTINGS, 2, keep_trying=lambda: producer.asked < 2_000).write(BATCH)
    return producer.asked


@pytest.mark.usefixtures("clock")
def test_a_transaction_that_a_living_broker_leaves_unanswered_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotWritten, match=r"app-2: a transaction has had no answer for \d+ s.*the stored state"):
        write_with(monkeypatch, float("inf"), "+")


@pytest.mark.usefixtures("clock")
def test_a_broker_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write_with(monkeypatch, 1_500, "-") == 1_501


@pytest.mark.usefixtures("clock")
def test_a_broker_that_has_just_come_back_has_time_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was away until the 200th second, and answers the 220th commit."""
    assert write_with(monkeypatch, 219, "-" * 140 + "+") == 220


@pytest.mark.usefixtures("clock")
def test_answers_must_come_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write_with(monkeypatch, 1_000, ("+" * 20 + "-") * 100) == 1_001
