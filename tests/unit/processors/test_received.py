"""What a record of a batch takes out of the client's message, and when."""

from __future__ import annotations

from typing import Any, Final

import pytest

from processors.handover import ConsumerRecord, RawRecord
from processors.received import raw_record, received

HEADERS: Final = [("ce_type", b"incidents.event.v1"), ("ce_id", None)]


class Message:
    """One of confluent-kafka, that counts how often it is asked for something."""

    def __init__(self, offset: int, headers: list[tuple[str, bytes | None]] | None = HEADERS) -> None:
        self._offset, self._headers = offset, headers
        self.asked: list[str] = []

    def topic(self) -> str:
        return "log"

    def partition(self) -> int:
        return 2

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes:
        self.asked.append("key")
        return b"key"

    def value(self) -> bytes:
        self.asked.append("value")
        return b"value"

    def headers(self) -> Any:
        self.asked.append("headers")
        return self._headers

    def timestamp(self) -> tuple[int, int]:
        return 1, -1


def test_nothing_is_taken_out_of_a_message_before_it_is_asked_for() -> None:
    messages: list[Any] = [Message(5), Message(6)]
    records = received(messages)
    assert [(record.topic, record.partition, record.offset) for record in records] == [("log", 2, 5), ("log", 2, 6)]
    assert [message.asked for message in messages] == [[], []]
    assert records[1].headers == HEADERS
    assert [message.asked for message in messages] == [[], ["headers"]]


@pytest.mark.parametrize("headers", [HEADERS, [], None])
def test_it_reads_as_the_whole_record_does(headers: Any) -> None:
    message: Any = Message(7, headers)
    lazy, whole = received([message])[0], raw_record(message)

    def read(record: ConsumerRecord) -> tuple[Any, ...]:
        return record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers)

    assert read(lazy) == read(whole) == ("log", 2, 7, b"key", b"value", tuple(headers or ()))
    assert isinstance(whole, RawRecord)
    assert whole.timestamp_ms == 0


def test_no_messages_are_no_records() -> None:
    assert received([]) == []
