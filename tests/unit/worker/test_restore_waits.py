from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from processors import restore
from processors.restore import RestoreFailed, RestoreOutdated, read_states
from runtime.settings import load_settings

SETTINGS = load_settings({}, bootstrap_servers="127.0.0.1:9", app_id="app")


class ScriptedConsumer:
    """Answers `refusals` to the first questions for the ends of a log, then that it is empty."""

    def __init__(self, refusals: list[int]) -> None:
        self._refusals = refusals

    def get_watermark_offsets(self, place: TopicPartition, timeout: float) -> tuple[int, int]:
        if self._refusals:
            raise KafkaException(KafkaError(self._refusals.pop(0), "scripted"))
        return 0, 0

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(partitions={0: None, 1: None})})

    def assign(self, places: list[TopicPartition]) -> None:
        self.places = list(places)

    def poll(self, timeout: float) -> Any:
        place = self.places.pop()
        return EndOfPartition(place.topic, place.partition)

    def consume(self, most: int, timeout: float) -> list[Any]:
        return []

    def close(self) -> None:
        pass


class EndOfPartition:
    def __init__(self, topic: str, partition: int) -> None:
        self._topic, self._partition = topic, partition

    def error(self) -> KafkaError:
        return KafkaError(KafkaError._PARTITION_EOF, "the end")

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return self._partition


def read_with(
    monkeypatch: pytest.MonkeyPatch, refusals: list[int], is_wanted: Callable[[], bool] = lambda: True
) -> None:
    monkeypatch.setattr(restore, "new_consumer", lambda *_, **__: ScriptedConsumer(refusals))
    read_states(SETTINGS, [0, 1], is_wanted=is_wanted)


@pytest.mark.parametrize(
    "code",
    [
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError._DESTROY_BROKER,
    ],
)
def test_brokers_that_choose_leaders_anew_are_waited_for(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Met in chaos: a broker that had just come back answered "not leader", or the one that was asked was no
    longer among those that the cluster names ("broker handle destroyed"), and the worker ended."""
    read_with(monkeypatch, [code, code])


def test_a_refusal_that_will_not_pass_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RestoreFailed, match=r"incidents\.events\.v1 cannot be read, .*: scripted"):
        read_with(monkeypatch, [KafkaError.TOPIC_AUTHORIZATION_FAILED])


def test_waiting_ends_with_the_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True, True, False])
    with pytest.raises(RestoreOutdated):
        read_with(monkeypatch, [KafkaError.NOT_LEADER_FOR_PARTITION] * 9, lambda: next(answers))
