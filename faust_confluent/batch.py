"""Batch-first topics: one Faust event is a run of records of one partition.

Most of Faust's cost is paid per event (two tasks a message in the consumer, then layers of the stream): 58 of 62
microseconds on this transport. An event that carries a few hundred records divides it by a few hundred.
"""

from __future__ import annotations

from typing import Any

from confluent_kafka import Message
from faust.events import Event
from faust.serializers.schemas import Schema
from faust.types import AppT, ConsumerMessage
from faust.types.tuples import Message as FaustMessage

_CREATE_TIME = 1


class BatchMessage(ConsumerMessage):
    """A run of records of one partition. `offset` is that of the last record, so that acking it acks them all.

    records: confluent-kafka messages in the order of the log; none where the message only tells that the end of a
        changelog was reached
    weight: bytes of their values
    """

    __slots__ = ("records", "weight")
    records: list[Message]
    weight: int

    @classmethod
    def of(cls, tp: Any, records: list[Message], *, weight: int, offset: int, generation_id: int) -> BatchMessage:
        timestamp = records[-1].timestamp()[1] / 1000.0 if records else 0.0
        message = cls(
            tp.topic, tp.partition, offset, timestamp, _CREATE_TIME, [], None, None, None, 0, 0, tp,
            generation_id=generation_id,
        )  # fmt: skip
        message.records = records
        message.weight = weight
        return message


class BatchSchema(Schema[Any, Any]):
    """Marks a topic as batch-first: `app.topic("clicks", schema=BatchSchema())`.

    `event.value` is the list of confluent-kafka messages; nothing is decoded, so nothing can fail before the agent
    sees it. Acknowledge by hand, when the whole batch is done:

        async for event in stream.noack().events():
            for record in event.value: ...
            event.ack()

    Not for `take`, `group_by`, joins and windowed tables: those want one record an event.
    """

    def compile(
        self,
        app: AppT,
        *,
        on_key_decode_error: Any = None,  # noqa: ARG002 - Faust's signature
        on_value_decode_error: Any = None,  # noqa: ARG002 - Faust's signature
        default_propagate: bool = False,  # noqa: ARG002 - Faust's signature
    ) -> Any:
        async def decode(message: FaustMessage, *, propagate: bool = False) -> Event:  # noqa: ARG001 - same
            return Event(app, None, message.records, None, message)  # type: ignore[attr-defined]  # a BatchMessage

        return decode
