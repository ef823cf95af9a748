"""Reading to the end, with a client that is scripted."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition

from consumers import export
from consumers.export import ExportError, stored_records
from runtime.settings import Settings

SETTINGS = Settings(bootstrap_servers="127.0.0.1:1")


class Scripted:
    """A record of partition 0 of `t`, or an error at that place."""

    def __init__(self, offset: int, error: int | None = None, partition: int = 0) -> None:
        self._offset, self._partition = offset, partition
        self._error = KafkaError(error) if error is not None else None

    def error(self) -> KafkaError | None:
        return self._error

    def topic(self) -> str:
        return "t"

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes:
        return b"k"

    def value(self) -> bytes:
        return b"%d" % self._offset

    def headers(self) -> None:
        return None

    def timestamp(self) -> tuple[int, int]:
        return 1, 7


class FakeConsumer:
    """A topic `t` of one partition from `start` to `end`, and what `consume` gives, batch by batch."""

    def __init__(self, end: int, *batches: list[Scripted], start: int = 0) -> None:
        self._start, self._end, self._batches = start, end, list(batches)
        self.closed = False

    def list_topics(self, timeout: float) -> Any:
        return type("Metadata", (), {"topics": {"t": type("Topic", (), {"partitions": {0: None}})}})

    def get_watermark_offsets(self, place: TopicPartition, timeout: float) -> tuple[int, int]:
        return self._start, self._end

    def assign(self, places: list[TopicPartition]) -> None: ...

    def unassign(self) -> None: ...

    def consume(self, _: int, timeout: float) -> list[Scripted]:
        return self._batches.pop(0) if self._batches else []

    def close(self) -> None:
        self.closed = True


def read(monkeypatch: pytest.MonkeyPatch, consumer: FakeConsumer, **options: Any) -> list[int]:
    monkeypatch.setattr(export, "new_consumer", lambda *_: consumer)
    offsets = [stored.offset for stored in stored_records(SETTINGS, ["t"], **options)]
    assert consumer.closed
    return offsets


def test_records_beyond_the_end_as_it_was_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, FakeConsumer(2, [Scripted(0)], [Scripted(1), Scripted(2)])) == [0, 1]


def test_what_follows_a_marker_at_the_end_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, FakeConsumer(2, [Scripted(0)], [Scripted(2)])) == [0]


def test_an_end_that_lies_before_the_end_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    # a replica that is behind tells it; more is there
    consumer = FakeConsumer(2, [Scripted(0), Scripted(1, KafkaError._PARTITION_EOF)], [Scripted(1)])
    assert read(monkeypatch, consumer) == [0, 1]


def test_a_marker_at_the_end_is_passed_by_the_end_of_the_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = FakeConsumer(3, [Scripted(0), Scripted(1)], [Scripted(3, KafkaError._PARTITION_EOF)])
    assert read(monkeypatch, consumer, idle_timeout_s=1.0) == [0, 1]


@pytest.mark.parametrize("code", [KafkaError._ALL_BROKERS_DOWN, KafkaError._DESTROY_BROKER])
def test_trouble_that_passes_is_waited_out(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    away = Scripted(-1, code)
    assert read(monkeypatch, FakeConsumer(1, [away], [], [Scripted(0)])) == [0]


def test_a_broker_that_stays_silent_is_told_with_the_place_and_the_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    away = Scripted(-1, KafkaError._TRANSPORT)
    with pytest.raises(ExportError, match=r"^t\[0\] ends at 5, and nothing came for 0 s \(.*ransport"):
        read(monkeypatch, FakeConsumer(5, [away]), idle_timeout_s=0.0)


def test_a_topic_that_may_not_be_read_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExportError, match="t cannot be read"):
        read(monkeypatch, FakeConsumer(5, [Scripted(-1, KafkaError.TOPIC_AUTHORIZATION_FAILED)]))


def test_progress_counts_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    consumer = FakeConsumer(3, [Scripted(0)], [Scripted(1)], [Scripted(3, KafkaError._PARTITION_EOF)])
    read(monkeypatch, consumer, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_progress_counts_what_is_there_where_the_beginning_was_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    consumer = FakeConsumer(9, [Scripted(7)], [Scripted(8)], start=7)
    assert read(monkeypatch, consumer, progress=lambda done, total: told.append((done, total))) == [7, 8]
    assert told == [(1, 2), (2, 2)]
