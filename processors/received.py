"""Records as confluent-kafka holds them, in the words of the router."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from confluent_kafka import Message

from processors.handover import RawRecord
from runtime.clients import headers_in, raw_bytes, raw_headers


class Received(NamedTuple):
    """A record of a batch, a `ConsumerRecord`. What is in it is made where it is asked for, and let go at once.

    The headers of hundreds of records, made before the first of them was looked at, were 6 of the 16 us of CPU that a
    lane took for a small record: what is made long before it is read, and freed long after, is in no cache by then.
    """

    topic: str
    partition: int
    offset: int
    message: Message

    @property
    def key(self) -> bytes | None:
        return self.message.key()

    @property
    def value(self) -> bytes | None:
        return self.message.value()

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        return headers_in(self.message)


def received(messages: Sequence[Message]) -> list[Received]:
    """All of one partition, in the order given."""
    if not messages:
        return []
    topic, partition = messages[0].topic(), messages[0].partition()
    made = tuple.__new__  # what Received(...) calls: this is done for every record that there is
    return [made(Received, (topic, partition, message.offset(), message)) for message in messages]


def raw_record(message: Message) -> RawRecord:
    """One record, whole; without the message it stays."""
    partition, offset = message.partition(), message.offset()
    assert partition is not None
    assert offset is not None
    return RawRecord(
        topic=str(message.topic()),
        partition=partition,
        offset=offset,
        key=raw_bytes(message.key()),
        value=raw_bytes(message.value()),
        headers=raw_headers(message),
        timestamp_ms=max(0, message.timestamp()[1]),
    )


__all__ = ["Received", "raw_record", "received"]
