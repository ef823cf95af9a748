"""The one Kafka producer: events to the log, each delivery accounted for.

The key is the region, and nothing else chooses the partition: Kafka's murmur2 of the key does, so that every
producer of every language agrees.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol

from confluent_kafka import KafkaError, KafkaException, Producer

from runtime.clients import new_producer
from runtime.settings import Settings
from schemas.arrival import stamped
from schemas.codec import encode
from schemas.event import AnyEvent
from schemas.headers import headers_of
from schemas.regions import region_of
from schemas.topics import EVENTS

#: what may be on its way at once; more makes `send` wait
MAX_IN_FLIGHT: Final = 10_000
MAX_IN_FLIGHT_KB: Final = 64 * 1024
#: how long an event may be on its way before it counts as not delivered: a broker that restarts is back by then
DELIVERY_TIMEOUT_S: Final = 60.0
_STEP_S: Final = 0.1


class KafkaProducer(Protocol):
    """What is used of confluent_kafka.Producer."""

    def produce(
        self,
        topic: str,
        *,
        key: bytes,
        value: bytes,
        headers: list[tuple[str, str | bytes | None]],
        on_delivery: Callable[[KafkaError | None, Any], None],
    ) -> None: ...
    def poll(self, timeout: float = ..., /) -> int: ...
    def flush(self, timeout: float = ..., /) -> int: ...
    def purge(self, in_queue: bool = ..., in_flight: bool = ..., blocking: bool = ...) -> None: ...


class NotDelivered(Exception):
    """The broker did not take an event; says why, and what to do."""


def kafka_producer(settings: Settings) -> Producer:
    """A producer with bounds on what is in flight. Raises SettingsError."""
    return new_producer(
        settings,
        "producer",
        queue_buffering_max_messages=MAX_IN_FLIGHT,
        queue_buffering_max_kbytes=MAX_IN_FLIGHT_KB,
        message_timeout_ms=int(DELIVERY_TIMEOUT_S * 1000),
    )


class Publisher:
    """Sends events, and tells of each that the broker has it.

    delivered: called with the number that was given with the event; from within `send`, `serve` and `finish` only
    """

    def __init__(self, producer: KafkaProducer, delivered: Callable[[int], None], *, topic: str = EVENTS) -> None:
        self._producer = producer
        self._delivered = delivered
        self._topic = topic
        self._last_stamp: datetime | None = None
        self.in_flight = 0
        #: why the first event that was not delivered was not
        self.failure: NotDelivered | None = None

    def send(self, number: int, event: AnyEvent, *, give_up: Callable[[], bool]) -> bool:
        """Hand a stamped event over; waits while too much is on its way. False: gave up, it was not sent.

        After a failure nothing more is sent: order within a partition would be lost.
        """
        region = region_of(event)
        key, value = region.encode(), encode(event)
        headers: list[tuple[str, str | bytes | None]] = [*headers_of(event, region=region)]
        outcome = partial(self._outcome, number)
        while not give_up() and self.failure is None:
            try:
                self._producer.produce(self._topic, key=key, value=value, headers=headers, on_delivery=outcome)
            except BufferError:
                self._producer.poll(_STEP_S)
                continue
            except KafkaException as error:
                self._fail(error.args[0])
                return False
            self.in_flight += 1
            self._producer.poll(0)
            return True
        return False

    def serve(self, seconds: float) -> None:
        """Let deliveries be told of, for up to so long."""
        self._producer.poll(seconds)

    def stamp_now(self, event: AnyEvent, now: datetime) -> AnyEvent:
        """With `now` as its `recorded_at`, or the one before where the clock of this machine went back."""
        self._last_stamp = now if self._last_stamp is None else max(now, self._last_stamp)
        return stamped(event, self._last_stamp)

    def finish(self, seconds: float, *, give_up: Callable[[], bool]) -> None:
        """Wait for what is on its way, for up to so long or until told not to; then take back what is left.

        After a failure, what has not left yet is taken back at once. Of an event that had left and was not
        answered nobody knows whether the broker has it: it counts as not delivered, a resumed run sends
        it again, and the core knows it by its id.
        """
        if self.failure is not None:
            self._producer.purge(in_queue=True, in_flight=False)
        steps = int(seconds / _STEP_S)
        while self.in_flight and steps and not give_up():
            self._producer.flush(_STEP_S)
            steps -= 1
        if self.in_flight:
            self._producer.purge(in_queue=True, in_flight=True)
            self._producer.flush(1.0)

    def _outcome(self, number: int, error: KafkaError | None, _message: object) -> None:
        self.in_flight -= 1
        if error is None:
            self._delivered(number)
        elif error.code() not in (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT):
            self._fail(error)

    def _fail(self, error: KafkaError) -> None:
        if self.failure is None:
            self.failure = NotDelivered(f"{error.str()}: {_remedy(error, self._topic)}")


def _remedy(error: KafkaError, topic: str) -> str:
    match error.code():
        case KafkaError.UNKNOWN_TOPIC_OR_PART | KafkaError._UNKNOWN_TOPIC | KafkaError._UNKNOWN_PARTITION:
            return f"create topic {topic} (`timelines topics create`), then go on with --resume"
        case KafkaError.TOPIC_AUTHORIZATION_FAILED | KafkaError.CLUSTER_AUTHORIZATION_FAILED:
            return (
                f"give this user the right to write to topic {topic} (`timelines topics acl --component producer`), "
                "then go on with --resume"
            )
        case KafkaError.MSG_SIZE_TOO_LARGE:
            return f"raise max.message.bytes of topic {topic}, then go on with --resume"
        case _:
            return "see that the broker runs and can be reached, then go on with --resume"
