"""What was fetched and then dropped for a pause comes again, and nothing of its partition comes before it."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import TopicPartition as RdTopicPartition
from faust.types import TP

from faust_confluent.consumer import Consumer
from faust_confluent.poller import Fetch, Poller

LOG = TP("log", 0)
PLACE = ("log", 0)


class Client:
    """A librdkafka consumer that notes where it was told to read on."""

    def __init__(self) -> None:
        self.sought: list[int] = []
        self.refuses = False

    def assignment(self) -> list[RdTopicPartition]:
        return [RdTopicPartition(*LOG)]

    def seek(self, at: RdTopicPartition) -> None:
        if self.refuses:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        self.sought.append(at.offset)


class Record:
    def __init__(self, offset: int) -> None:
        self._offset = offset

    def offset(self) -> int:
        return self._offset


class Delivered(Consumer):
    """The consumer without Faust: what it delivers is noted."""

    def __init__(self) -> None:
        self.client = Client()
        self._poller = Poller(self.client, SimpleNamespace(), max_records=10)
        self._paused_partitions: set[TP] = set()
        self._coming_again = set()
        self._places = {PLACE: LOG}
        self._batched = frozenset()
        self._read_offset = defaultdict(lambda: None)
        self.app = SimpleNamespace(consumer_generation_id=1, monitor=SimpleNamespace(track_tp_end_offset=lambda *_: 0))
        self.offsets: list[int | None] = []
        self.crashes: list[BaseException] = []

    async def _deliver_each(self, tp: TP, records: list[Any], generation: int) -> None:
        self.offsets += [record.offset() for record in records]

    def _crash_from_thread(self, error: BaseException) -> None:
        self.crashes.append(error)

    def _told(self, future: Any) -> None:
        future.exception()

    def fetched(self, *offsets: int) -> Fetch:
        """In the poll thread: a fetch of these."""
        self.poller._serial += 1
        return Fetch(self.poller._serial, 0, {PLACE: [Record(offset) for offset in offsets]})

    async def take(self, fetch: Fetch) -> None:
        """As `_drain` does with each place of a fetch."""
        if self._comes_next(fetch, PLACE):
            await self._deliver_place(fetch, PLACE)


Delivered.__abstractmethods__ = frozenset()  # what is left open is not asked for here


async def test_what_was_fetched_behind_a_dropped_fetch_waits_for_it() -> None:
    """Paused for a moment only: the next fetch passed for what came next, and nine records were missing."""
    consumer = Delivered()
    first, second = consumer.fetched(4, 5), consumer.fetched(6, 7)
    consumer._paused_partitions.add(LOG)
    await consumer.take(first)
    consumer._paused_partitions.clear()
    await consumer.take(second)
    assert consumer.offsets == []
    consumer.poller._serve()
    assert consumer.client.sought == [4]
    await consumer.take(second)
    await consumer.take(consumer.fetched(4, 5, 6, 7))  # nothing of the event loop ran since it was sought
    assert consumer.offsets == [4, 5, 6, 7]


async def test_all_that_is_dropped_while_paused_comes_again_from_the_first_on() -> None:
    consumer = Delivered()
    consumer._paused_partitions.add(LOG)
    await consumer.take(consumer.fetched(4, 5))
    await consumer.take(consumer.fetched(6))
    consumer.poller._serve()
    assert consumer.client.sought == [4]
    consumer._paused_partitions.clear()
    await consumer.take(consumer.fetched(4, 5, 6))
    assert consumer.offsets == [4, 5, 6]


async def test_what_cannot_be_sought_back_to_ends_the_consumer() -> None:
    """Else the place would wait for it for ever, or go on without."""
    consumer = Delivered()
    consumer._paused_partitions.add(LOG)
    await consumer.take(consumer.fetched(4))
    consumer.client.refuses = True
    consumer.poller._serve()
    (crash,) = consumer.crashes
    assert isinstance(crash, KafkaException)


@pytest.mark.parametrize("is_paused", [False, True])
async def test_a_fetch_from_before_a_seek_is_stale_paused_or_not(is_paused: bool) -> None:
    consumer = Delivered()
    fetch = consumer.fetched(4, 5)
    consumer.poller.seek(consumer.client, {PLACE: 2})
    if is_paused:
        consumer._paused_partitions.add(LOG)
    await consumer.take(fetch)
    consumer.poller._serve()
    assert consumer.offsets == []
    assert consumer.client.sought == [2]
