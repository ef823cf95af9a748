"""Faust's consumer on librdkafka: its life, its subscription, what is assigned to it and what flows.

Its other parts: threads.py (event loop and poll thread), delivery.py (from fetches to streams), offsets.py (seeking,
commits). The private names of Faust 0.15.3 that all of them override or read are listed in `PRIVATE_NAMES`; a contract
test holds them.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any, Final, cast

from confluent_kafka import OFFSET_BEGINNING, KafkaException
from confluent_kafka import Consumer as RdConsumer
from confluent_kafka import TopicPartition as RdTopicPartition
from faust.exceptions import ImproperlyConfigured
from faust.types import TP
from faust.types.transports import TransportT

from .assignor import Assignor
from .batch import BatchSchema
from .offsets import Offsets
from .options import consumer_config, librdkafka_log
from .poller import Poller, reset_offset
from .seldom import Seldom

#: what the consumer's modules take from the inside of Faust 0.15.3: attribute of -> names
PRIVATE_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "faust.transport.consumer:Consumer": (
        "_acked", "_acked_index", "_read_offset", "_paused_partitions",
        "_drain_messages", "_new_offset", "_commit", "_getmany", "_seek", "_to_message", "_new_topicpartition",
        "_commit_every", "_n_acked", "_unacked_messages",
    ),
    "faust.transport.conductor:Conductor": ("_tp_index", "_acking_topics"),
}  # fmt: skip

_JOIN_S: Final = 5.0
_FETCHED_BY_DEFAULT: Final = 500


class Consumer(Offsets):
    """Runs Faust's side of things on the event loop and everything of librdkafka in the poll thread."""

    #: set while the group took the partitions away without asking; another worker may have them already
    lost: bool = False

    _is_cooperative = False

    def __init__(self, transport: TransportT, *args: Any, **kwargs: Any) -> None:
        super().__init__(transport, *args, **kwargs)
        self._subscribed: tuple[str, ...] | None = None
        #: what the group has assigned
        self._sources: set[TP] = set()
        #: source partitions that stay paused in librdkafka until they have been sought *and* the flow runs again:
        #: whatever is delivered earlier is dropped when Faust clears its queues, and would be missing
        self._held: set[TP] = set()
        self._errors = Seldom()
        #: librdkafka's own figures, and the monotonic time they are of
        self.statistics: Mapping[str, Any] = {}
        self.statistics_at = monotonic()

    # --- life -----------------------------------------------------------------------------------------------

    async def on_start(self) -> None:
        if not isinstance(self.app.assignor, Assignor):
            raise ImproperlyConfigured(
                f"PartitionAssignor={type(self.app.assignor).__name__} does not run on this transport: leave the "
                "setting out, or derive from faust_confluent.Assignor"
            )
        await super().on_start()
        self._running = asyncio.get_running_loop()
        options = self.options
        self._most_held_bytes = options.most_held_bytes
        config = consumer_config(self.app, self.transport.url, options)
        config["error_cb"] = self.on_error
        config["stats_cb"] = self.on_statistics
        self._is_cooperative = "cooperative" in config["partition.assignment.strategy"]
        self._poller = Poller(
            RdConsumer(config, logger=librdkafka_log),
            self,
            max_records=self.app.conf.broker_max_poll_records or _FETCHED_BY_DEFAULT,
        )
        self._poller.start()

    async def on_stop(self) -> None:
        await super().on_stop()
        if self._poller is not None:
            await self._commit_the_rest()
            self._poller.end()
            # bounded: librdkafka may hang in a call when the network is gone; the thread is a daemon
            await asyncio.get_running_loop().run_in_executor(None, self._poller.join, _JOIN_S)

    async def _commit_the_rest(self) -> None:
        """Faust's own takes a commit that is just under way for its last: what was acknowledged since came again."""
        await self.maybe_wait_for_commit_to_finish()
        await self.commit()

    def close(self) -> None:
        """Nothing: the poll thread closes the librdkafka consumer when it ends."""

    # --- librdkafka's own figures --------------------------------------------------------------------------------

    def on_statistics(self, text: str) -> None:
        """In the poll thread, every `statistics.interval.ms` (a setting of librdkafka; off unless given)."""
        self.statistics = json.loads(text)
        self.statistics_at = monotonic()

    @property
    def brokers_up(self) -> int | None:
        """Brokers with a live connection, as of the last statistics; None where there are none yet."""
        if not self.statistics:
            return None
        return [broker["state"] for broker in self.statistics["brokers"].values()].count("UP")

    # --- rebalance, in the poll thread ----------------------------------------------------------------------

    def on_revoke(self, consumer: RdConsumer, partitions: list[RdTopicPartition]) -> None:
        if self._is_leaving:
            return
        self._wait_for_faust(self._revoked())
        if self._is_cooperative:
            self._take_up(consumer, self._sources - {TP(place.topic, place.partition) for place in partitions})

    def on_lost(self, consumer: RdConsumer, partitions: list[RdTopicPartition]) -> None:
        self.lost = True
        self._log(logging.WARNING, "partitions were lost: the group has given them to others already")
        self.on_revoke(consumer, partitions)

    async def _revoked(self) -> None:
        self.app.on_rebalance_start()
        if not self.lost:
            await self._commit_the_rest()
        await self.on_partitions_revoked(set(self._assigned))  # eager protocol: everything goes
        self._assigned = set()
        self._ledger.clear()
        self._held.clear()
        self.poller.forget()

    def on_assign(self, consumer: RdConsumer, partitions: list[RdTopicPartition]) -> None:
        if self._is_leaving:
            return
        sources = {TP(place.topic, place.partition) for place in partitions}
        if self._is_cooperative:
            if not sources and self._generation:
                consumer.incremental_assign([])
                return  # the round in which others got what this one gave away
            sources |= self._sources
        self._take_up(consumer, sources)

    def _take_up(self, consumer: RdConsumer, sources: set[TP]) -> None:
        """Read these sources, and what follows from them."""
        changelogs = self.app.tables.changelog_topics
        if changelogs:
            self._counts.clear()
        assignor = cast("Assignor", self.app.assignor)
        actives, standbys = assignor.derive(sources, changelogs, self._count)
        everything = sources | actives | standbys
        # Sources are sought before they flow, so none begins "where the group has committed": librdkafka would start it
        # only when the broker has answered, and a pause in that moment can overtake the start, which is dropped then
        # (docs/decisions/0070).
        places = {tp: RdTopicPartition(tp.topic, tp.partition, OFFSET_BEGINNING) for tp in everything}
        if self._is_cooperative:
            held = {TP(place.topic, place.partition) for place in consumer.assignment()}
            consumer.incremental_unassign([RdTopicPartition(*tp) for tp in held - everything])
            consumer.incremental_assign([places[tp] for tp in everything - held])
        else:
            consumer.assign(list(places.values()))
        self._sources = sources
        # Faust resumes what it wants, when it wants it
        consumer.pause([RdTopicPartition(*tp) for tp in everything])
        self.poller.end_topics = frozenset(changelogs)
        self._wait_for_faust(self._took_over(sources, everything))

    async def _took_over(self, sources: set[TP], everything: set[TP]) -> None:
        app = self.app
        if not app.rebalancing:
            app.on_rebalance_start()
        self._generation += 1
        app.consumer_generation_id = self._generation
        self._assigned = everything
        self._places = {(tp.topic, tp.partition): tp for tp in everything}
        self._changelogs = frozenset(app.tables.changelog_topics)
        self._batched = frozenset(
            name for topic in app.topics if isinstance(topic.schema, BatchSchema) for name in topic.topics
        )
        self._ledger.clear()
        self._held = set(sources)
        self._coming_again.clear()
        self._is_sought = False
        await self.on_partitions_assigned(set(everything), self._generation)
        self.lost = False

    # --- subscription and flow ------------------------------------------------------------------------------

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group for the source topics; changelogs follow by derivation. Raises ImproperlyConfigured."""
        for topic in self.app.topics:
            if topic.pattern is not None:
                raise ImproperlyConfigured(
                    f"app.topic(pattern={topic.pattern.pattern!r}): Faust 0.15.3 never subscribes to a pattern, "
                    "whatever the transport; name the topics"
                )
        wanted = tuple(sorted(set(topics) - self.app.tables.changelog_topics))
        if wanted == self._subscribed:
            return
        self._subscribed = wanted

        def join(consumer: RdConsumer) -> None:
            if self.app.client_only:
                self._assign_all(consumer, wanted)
            else:
                consumer.subscribe(
                    list(wanted), on_assign=self.on_assign, on_revoke=self.on_revoke, on_lost=self.on_lost
                )

        if wanted or self.app.client_only:
            await self._in_poller(join)
        else:
            # Tables alone: the group has nothing to say. Not awaited: Faust takes an assignment up only when it is
            # told that the subscription is done.
            self._tell_poller(lambda consumer: self.on_assign(consumer, []))

    def _assign_all(self, consumer: RdConsumer, topics: Iterable[str]) -> None:
        """Without a group, as Faust's client-only mode (replies to `ask`) wants it: all partitions, from now on."""
        reset = reset_offset(self.app.conf.consumer_auto_offset_reset)
        tps = [TP(topic, number) for topic in topics for number in range(self._count(topic))]
        self._places = {(tp.topic, tp.partition): tp for tp in tps}
        self._assigned = set(tps)
        consumer.assign([RdTopicPartition(tp.topic, tp.partition, reset) for tp in tps])

    def _live(self, tps: Iterable[TP]) -> list[RdTopicPartition]:
        return [RdTopicPartition(*tp) for tp in tps if tp in self._assigned]

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        wanted = set(tps)
        super().pause_partitions(wanted)
        if self._poller is not None and (live := self._live(wanted)):
            self._tell_poller(lambda consumer: consumer.pause(live))

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        wanted = set(tps)
        super().resume_partitions(wanted)
        self._fetch_from(wanted - self._held)

    def resume_flow(self) -> None:
        """Faust's own, and the sources begin to flow: sought by now, and the queues were cleared just before."""
        super().resume_flow()
        if self._is_sought:
            self._is_sought = False
            released, self._held = self._held - self._paused_partitions, set()
            self._fetch_from(released)

    def _fetch_from(self, tps: Iterable[TP]) -> None:
        asked = set(tps)

        def resume(consumer: RdConsumer) -> None:
            if live := self._live(asked - self._paused_partitions - self._held):  # as it is by now
                Poller.resume(consumer, live)

        if self._poller is not None and asked:
            self._tell_poller(resume, flows=True)

    def _fetch_again(self, tp: TP, offset: int) -> None:
        poller, place = self.poller, (tp.topic, tp.partition)

        def seek(consumer: RdConsumer) -> None:
            try:
                poller.seek(consumer, {place: offset})
            except KafkaException as error:
                self._crash_from_thread(error)  # what was dropped would never come
                raise
            # in this thread, not on the loop: what is fetched from now on has the dropped records in it
            self._coming_again.discard(place)

        self._coming_again.add(place)
        self._tell_poller(seek)

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: a full queue blocks the delivery, and two waiting fetches stop the poll thread."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing, see on_buffer_full."""

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: the state of the poll thread is in `poller.alive_at`, for the application's own watchdog."""

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        if partition is not None or key is None:
            return partition
        return int(self.app.producer.key_partition(topic, key).partition)

    async def create_topic(self, topic: str, partitions: int, replication: int, **settings: Any) -> None:
        if self.app.conf.topic_allow_declare:
            await self.app.producer.create_topic(topic, partitions, replication, **settings)
