"""Read what topics hold, from the beginning to their end as it was when the reading began.

Only committed records. For a copy of everything; who wants to follow what goes on reads the topics as a group.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from runtime.clients import ask_marks, is_end_of_partition, is_of_no_concern, new_consumer, raw_bytes, raw_headers
from runtime.passing import is_passing
from runtime.refusals import hint, told, why_missing
from runtime.settings import Settings

_TIMEOUT_S: Final = 30.0
_FETCHED_AT_ONCE: Final = 1_000
_POLL_S: Final = 0.2


class ExportError(Exception):
    """A topic cannot be read to its end; says what to do."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it stands in a topic. timestamp_ms: Kafka's, since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


def partitions_of(settings: Settings, topics: Sequence[str]) -> dict[str, int]:
    """How many partitions each topic has. Raises ExportError for one that is not there."""
    consumer = new_consumer(settings, "export")
    try:
        there = consumer.list_topics(timeout=_TIMEOUT_S).topics
        missing = why_missing(consumer, [topic for topic in topics if topic not in there])
    except KafkaException as error:
        raise ExportError(f"the broker does not tell its topics: {error.args[0].str()}") from error
    finally:
        consumer.close()
    for topic in topics:
        if topic not in there:
            raise ExportError(f"{topic} cannot be read: {missing[topic]}")
    return {topic: len(there[topic].partitions) for topic in topics}


def spans_of(settings: Settings, topic: str) -> dict[int, tuple[int, int]]:
    """First offset and end (exclusive) of each partition. Raises ExportError."""
    places = [TopicPartition(topic, partition) for partition in range(partitions_of(settings, [topic])[topic])]
    consumer = new_consumer(settings, "export")
    try:
        return {place.partition: _span(consumer, place) for place in places}
    finally:
        consumer.close()


def stored_records(
    settings: Settings,
    topics: Sequence[str],
    *,
    one_by_one: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005 - nobody looks
    idle_timeout_s: float = _TIMEOUT_S,
) -> Iterator[Stored]:
    """Every record, in the order of each partition; partitions alternate unless read `one_by_one`.

    The ends are asked for in the order of `topics`, before anything is read: what a running worker commits
    meanwhile is left out. progress: is told how many offsets of how many are done.
    Raises ExportError when nothing comes for idle_timeout_s although something is there.
    """
    places = [
        TopicPartition(topic, partition, OFFSET_BEGINNING)
        for topic, count in partitions_of(settings, topics).items()
        for partition in range(count)
    ]
    consumer = new_consumer(settings, "export")
    try:
        spans = {(place.topic, place.partition): _span(consumer, place) for place in places}
        places = [place for place in places if spans[place.topic, place.partition][1] > 0]
        reading = _Reading(spans, progress)
        for group in [[place] for place in places] if one_by_one else [places]:
            if group:
                yield from _read(consumer, group, reading, idle_timeout_s)
    finally:
        consumer.close()


class _Reading:
    """How far each partition was read. spans: first offset and end (exclusive) of each."""

    def __init__(self, spans: dict[tuple[str, int], tuple[int, int]], progress: Callable[[int, int], None]) -> None:
        self._spans = spans
        self._reached = {place: start for place, (start, _) in spans.items()}
        self._total = sum(end - start for start, end in spans.values())
        self._progress = progress

    def is_done(self, place: tuple[str, int]) -> bool:
        return self._reached[place] >= self._spans[place][1]

    def reach(self, place: tuple[str, int], offset: int) -> None:
        self._reached[place] = max(self._reached[place], min(offset, self._spans[place][1]))

    def end(self, place: tuple[str, int]) -> int:
        return self._spans[place][1]

    def tell(self) -> None:
        done = sum(reached - self._spans[place][0] for place, reached in self._reached.items())
        self._progress(done, self._total)


def _span(consumer: Consumer, place: TopicPartition) -> tuple[int, int]:
    try:
        # asked of the broker: the cached end is the high watermark, this one that of the committed records
        start, end = ask_marks(consumer, place, _TIMEOUT_S)
    except KafkaException as error:
        raise ExportError(f"{place.topic}[{place.partition}] does not tell its end: {told(error.args[0])}") from error
    return start, end


def _read(
    consumer: Consumer, group: list[TopicPartition], reading: _Reading, idle_timeout_s: float
) -> Iterator[Stored]:
    consumer.assign(group)
    left = {(place.topic, place.partition) for place in group}
    left -= {place for place in left if reading.is_done(place)}
    last_heard = time.monotonic()
    passing = ""
    while left:
        messages = consumer.consume(_FETCHED_AT_ONCE, timeout=_POLL_S)
        for message in messages:
            error = message.error()
            if error is not None and not is_end_of_partition(error):
                passing = _passing_or_raise(message, error)
                continue
            last_heard = time.monotonic()
            stored = _stored(message)
            place, offset = (stored.topic, stored.partition), stored.offset
            if place not in left:
                continue
            if error is None and offset < reading.end(place):
                yield stored
            # the end of a partition counts as well: it lies behind the marker of a transaction, which is no record
            reading.reach(place, offset if error is not None else offset + 1)
            if reading.is_done(place):
                left.discard(place)
        reading.tell()
        if left and time.monotonic() - last_heard > idle_timeout_s:
            topic, partition = min(left)
            raise ExportError(
                f"{topic}[{partition}] ends at {reading.end((topic, partition))}, and nothing came for "
                f"{idle_timeout_s:.0f} s{passing}: look at the broker, then run this again"
            )
    consumer.unassign()


def _passing_or_raise(message: Message, error: KafkaError) -> str:
    if is_of_no_concern(error):
        return ""
    if is_passing(error):
        return f" ({error.str()})"
    raise ExportError(f"{message.topic() or 'the topics'} cannot be read: {error.str()}{hint(error)}")


def _stored(message: Message) -> Stored:
    partition, offset = message.partition(), message.offset()
    assert partition is not None
    assert offset is not None
    return Stored(
        topic=str(message.topic()),
        partition=partition,
        offset=offset,
        timestamp_ms=message.timestamp()[1],
        key=raw_bytes(message.key()),
        value=None if message.error() else raw_bytes(message.value()),
        headers=raw_headers(message),
    )
