"""Where the consumer stands in its partitions: marks of the logs, seeking, commits."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import TopicPartition as RdTopicPartition
from confluent_kafka.admin import AdminClient
from faust.types import TP
from faust.types.transports import TransportT

from .delivery import Delivery
from .options import Options, admin_config, librdkafka_log
from .poller import PollerEnded, reset_offset

_NETWORK_S: Final = 10.0


class Offsets(Delivery):
    """The part of the consumer that speaks of offsets."""

    transport: Any

    def __init__(self, transport: TransportT, *args: Any, **kwargs: Any) -> None:
        super().__init__(transport, *args, **kwargs)
        self._generation = 0
        self._asking: AdminClient | None = None
        #: number of partitions, by topic
        self._counts: dict[str, int] = {}
        self._changelogs: frozenset[str] = frozenset()
        #: the sources were sought since they were assigned
        self._is_sought = False

    @property
    def options(self) -> Options:
        return cast("Options", self.transport.options)

    def assignment(self) -> set[TP]:
        return set(self._assigned)

    def topic_partitions(self, topic: str) -> int | None:
        return self._counts.get(topic)

    def highwater(self, tp: TP) -> int:
        """End of the log as of the last fetch; -1 before the first one."""
        return self.poller.highwaters.get((tp.topic, tp.partition), -1)

    async def position(self, tp: TP) -> int | None:
        found = await self._in_poller(lambda consumer: consumer.position([RdTopicPartition(*tp)]))
        offset = int(found[0].offset)
        return offset if offset >= 0 else None

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        return await self._marks(partitions, 0)

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """Ends of the logs, asked of the broker: for a read_committed reader that is the last stable offset.

        The cached value is the high watermark, which stands behind open transactions: recovery would wait for them.
        """
        return await self._marks(partitions, 1)

    async def _marks(self, partitions: Iterable[TP], which: int) -> dict[TP, int]:
        tps = list(partitions)
        return await self._in_poller(
            lambda consumer: {
                tp: consumer.get_watermark_offsets(RdTopicPartition(*tp), _NETWORK_S)[which] for tp in tps
            }
        )

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        for tp, offset in partitions.items():
            self._read_offset[tp] = offset if offset > 0 else None
            self._forget_acks(tp)
        await self._seek_all(partitions)

    async def _seek(self, partition: TP, offset: int) -> None:
        await self.seek_wait({partition: offset})

    async def _seek_all(self, offsets: Mapping[TP, int]) -> None:
        places = {(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
        poller = self.poller
        if gone := await self._in_poller(lambda consumer: poller.seek(consumer, places)):
            self._log(logging.INFO, "not sought, for a rebalance took them away: %s", gone)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek the sources to where they go on: what the application says, else what the group has committed.

        Faust calls this after each assignment, when recovery is done.
        """
        generation = self._generation
        sources = [tp for tp in self._assigned if tp.topic not in self._changelogs]
        if not sources:
            return {}
        known: dict[TP, int] = {}
        if self.options.start_offsets is not None:
            known.update(self.options.start_offsets(sources))
        asked = [RdTopicPartition(*tp) for tp in sources if tp not in known]
        if asked:
            committed = await self._in_poller(lambda consumer: consumer.committed(asked, _NETWORK_S))
            for place in committed:
                if place.error is not None:
                    raise KafkaException(place.error)
                known[TP(place.topic, place.partition)] = place.offset
        reset = reset_offset(self.app.conf.consumer_auto_offset_reset)
        await self._seek_all({tp: offset if offset >= 0 else reset for tp, offset in known.items()})
        for tp in sources:
            self._forget_acks(tp)
        if generation == self._generation:
            self._is_sought = True
        return {tp: offset if offset >= 0 else cast("int", None) for tp, offset in known.items()}

    def _weight_of(self, error: Exception) -> int:
        """Of a commit that failed: whoever keeps the offsets elsewhere, too, misses nothing in a rebalance."""
        code = error.args[0].code() if isinstance(error, KafkaException) else None
        is_usual = code == KafkaError.REBALANCE_IN_PROGRESS and self.options.start_offsets is not None
        return logging.INFO if is_usual else logging.WARNING

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        places = [RdTopicPartition(tp.topic, tp.partition, offset) for tp, offset in offsets.items()]
        try:
            done = await self._in_poller(lambda consumer: consumer.commit(offsets=places, asynchronous=False))
        except (KafkaException, PollerEnded) as error:
            self._log(self._weight_of(error), "offsets were not committed: %r", error)
            return False
        failed = [place for place in done or () if place.error is not None]
        if failed:
            self._log(logging.WARNING, "offsets were not committed: %r", failed)
        return not failed

    def _count(self, topic: str) -> int:
        """Number of partitions of a topic; in the poll thread.

        Asked through a client of its own: `list_topics` of a consumer, called in one of its rebalance callbacks, makes
        confluent-kafka 2.16.1 forget whose callbacks it is serving, and the next one of the same `poll` (statistics,
        an error, the assignment after a revocation) aborts the process with "CallState_get: Assertion `cs != NULL'".
        """
        if (count := self._counts.get(topic)) is None:
            if self._asking is None:
                config = admin_config(self.app, self.transport.url, self.options)
                self._asking = AdminClient(config, logger=librdkafka_log)
            found = self._asking.list_topics(topic, _NETWORK_S).topics[topic]
            if found.error is not None:
                raise KafkaException(found.error)
            count = self._counts[topic] = len(found.partitions)
        return count
