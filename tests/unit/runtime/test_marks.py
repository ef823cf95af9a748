"""What librdkafka says of a log's ends when the broker is away, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from processors import log_end, unended
from processors.log_end import LogEnd
from runtime.clients import ask_marks
from runtime.settings import load_settings

SETTINGS = load_settings({}, bootstrap_servers="127.0.0.1:9", app_id="app")
PLACE = TopicPartition("log", 1)


class ForgetfulConsumer:
    """Says `first` until it has been asked for the topic's metadata; then what `later` holds."""

    def __init__(
        self, partitions: tuple[int, ...], later: int | None = None, first: int = KafkaError._UNKNOWN_PARTITION
    ) -> None:
        self._partitions = partitions
        self._later = later
        self._first = first
        self.asked: list[str] = []

    def get_watermark_offsets(self, place: TopicPartition, timeout: float) -> tuple[int, int]:
        code = self._later if self.asked else self._first
        if code is not None:
            raise KafkaException(KafkaError(code, "scripted"))
        return 3, 7

    def list_topics(self, topic: str, timeout: float) -> Any:
        self.asked.append(topic)
        return SimpleNamespace(topics={"log": SimpleNamespace(partitions=dict.fromkeys(self._partitions))})


def code_of(consumer: ForgetfulConsumer) -> int:
    with pytest.raises(KafkaException) as caught:
        ask_marks(consumer, PLACE, 1.0)
    return int(caught.value.args[0].code())


@pytest.mark.parametrize("first", [KafkaError._UNKNOWN_PARTITION, KafkaError.NOT_LEADER_FOR_PARTITION])
def test_a_partition_that_librdkafka_no_longer_knows_is_asked_for_anew(first: int) -> None:
    consumer = ForgetfulConsumer((0, 1), first=first)
    assert ask_marks(consumer, PLACE, 1.0) == (3, 7)
    assert consumer.asked == ["log"]


def test_a_partition_that_there_is_not_stays_unknown() -> None:
    assert code_of(ForgetfulConsumer((0,))) == KafkaError._UNKNOWN_PARTITION


def test_a_partition_that_nobody_leads_yet_is_something_that_passes() -> None:
    code = code_of(ForgetfulConsumer((0, 1), KafkaError._UNKNOWN_PARTITION))
    assert code == KafkaError.LEADER_NOT_AVAILABLE


def test_any_other_refusal_is_told_as_it_is() -> None:
    code = code_of(ForgetfulConsumer((0, 1), KafkaError.TOPIC_AUTHORIZATION_FAILED))
    assert code == KafkaError.TOPIC_AUTHORIZATION_FAILED


def answering(*ends: int) -> Callable[..., dict[int, Future[Any]]]:
    """Stands for `ask_ends`: of partition 0, one end after the other."""
    left = list(ends)

    def ask(*_: object) -> dict[int, Future[Any]]:
        answer: Future[Any] = Future()
        answer.set_result(SimpleNamespace(offset=left.pop(0)))
        return {0: answer}

    return ask


def test_an_end_that_the_broker_did_not_give_leaves_the_last_one_and_lets_it_grow_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_end, "ask_ends", answering(5, -1001))
    end = LogEnd(SETTINGS, lambda: {0: 0})
    end.ask()
    first = end.of(0)
    end.ask()
    second = end.of(0)
    assert first is not None
    assert second is not None
    assert (first[0], second[0]) == (5, 5)
    assert second[1] > first[1]


@pytest.mark.parametrize(("ends", "told"), [((22, 22, 25), 0), ((3, 22, 3), 0), ((3, -1001, 3), 1)])
def test_a_log_that_is_shorter_than_what_was_applied_is_told(
    monkeypatch: pytest.MonkeyPatch, ends: tuple[int, ...], told: int
) -> None:
    """A worker said that it was ready, with no lag, while it read nothing of a log that was made anew."""
    monkeypatch.setattr(log_end, "ask_ends", answering(*ends))
    failures: list[Exception] = []
    end = LogEnd(SETTINGS, lambda: {0: 22}, failures.append)
    for _ in ends:
        end.ask()
    assert len(failures) == told
    assert all("ends at offset 3, and the state reaches 21" in str(error) for error in failures)


def test_no_state_is_taken_for_whole_by_an_end_that_the_broker_did_not_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written to 9, readable to 4: a transaction is open. First both answers are missing, which look alike."""
    monkeypatch.setattr(unended, "ask_ends", answering(-1001, 9, -1001, 4))
    monkeypatch.setattr(unended, "sleep", lambda _: None)
    assert unended._unreadable(None, "state", (0,), lambda: True) == {0: 4}
