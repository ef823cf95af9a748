"""From fetches to Faust's streams, on the event loop, and what of it has been acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from confluent_kafka import Message
from faust.types import TP, ConsumerMessage
from faust.types.transports import TransportT

from .batch import BatchMessage
from .poller import Fetch, Place, offset_of
from .threads import Threads

_IDLE_S: Final = 1.0
_YIELD_EVERY: Final = 100
#: how soon it is seen that a full application has room again
_ROOM_S: Final = 0.005


class Delivery(Threads):
    """The half of the consumer that takes fetches from the poller and keeps the ledger of what was delivered."""

    def __init__(self, transport: TransportT, *args: Any, **kwargs: Any) -> None:
        super().__init__(transport, *args, **kwargs)
        self._assigned: set[TP] = set()
        self._places: dict[Place, TP] = {}
        #: topics that are delivered a batch at a time
        self._batched: frozenset[str] = frozenset()
        #: offsets delivered and not yet committed, in order, for each partition whose topic is acknowledged
        self._ledger: dict[TP, deque[int]] = {}
        #: partitions of which a fetch was dropped and is about to be sought back to
        self._coming_again: set[Place] = set()
        self._fetched = asyncio.Event()
        self._most_held_bytes: int | None = None

    def _forget_acks(self, tp: TP) -> None:
        self._ledger.pop(tp, None)
        self._acked.pop(tp, None)
        self._acked_index.pop(tp, None)

    def _new_offset(self, tp: TP) -> int | None:
        """The longest acknowledged prefix of what was delivered. No arithmetic on offsets, so no holes to guess at."""
        ledger, acked = self._ledger.get(tp), self._acked_index[tp]
        reached: int | None = None
        while ledger and ledger[0] in acked:
            reached = ledger.popleft()
            acked.discard(reached)
        self._acked[tp].clear()
        return None if reached is None else reached + 1

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    def _to_message(self, tp: TP, record: Message) -> ConsumerMessage:
        kind, stamp = record.timestamp()
        key, value = record.key(), record.value()
        headers = cast(
            "list[tuple[str, bytes]]", record.headers() or []
        )  # null values are rare, and Faust's to pass on
        return ConsumerMessage(
            tp.topic, tp.partition, offset_of(record), stamp / 1000.0, kind, headers, key, value, None,
            len(key or b""), len(value or b""), tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    def on_fetch(self) -> None:
        """In the poll thread."""
        self._on_loop(self._fetched.set)

    async def _next_fetch(self, timeout_s: float) -> Fetch | None:
        if (fetch := self.poller.take()) is None:
            self._fetched.clear()
            if (fetch := self.poller.take()) is None:
                try:
                    # not wait_for: in Python 3.11 that loses a cancellation which comes together with the fetch
                    async with asyncio.timeout(timeout_s):
                        await self._fetched.wait()
                except TimeoutError:
                    return None
                fetch = self.poller.take()
        return fetch

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[Message]]:  # noqa: ARG002, ASYNC109 - Faust's signature
        fetch = await self._next_fetch(timeout)
        if fetch is None:
            return {}
        return {
            self._places[place]: records
            for place, records in fetch.records.items()
            if place in self._places and self._comes_next(fetch, place)
        }

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            await self._drain(fetcher)
        except asyncio.CancelledError:
            # stock Fetcher takes a cancellation during a rebalance for a crash, also when the app is stopping
            if not (fetcher.should_stop or self._is_leaving):
                raise

    async def _drain(self, fetcher: Any) -> None:
        while not (self.should_stop or fetcher.should_stop):
            if (fetch := await self._next_fetch(_IDLE_S)) is None:
                continue
            for place in {**fetch.records, **fetch.ends}:
                # A stopped flow means: wait. What was fetched meanwhile is dropped only where a seek or another
                # assignment has made it void; anything else would be missing for ever (a whole batch was, when a
                # rebalance was faster than this loop's wait for a fetch).
                while not self.flow_active or self._must_wait(place):
                    if self.flow_active:
                        await asyncio.sleep(_ROOM_S)
                    else:
                        # or until the fetcher ends: then nobody will resume the flow
                        await fetcher.wait(self.can_resume_flow)
                    if self.should_stop or fetcher.should_stop:
                        return
                if self._comes_next(fetch, place):
                    await self._deliver_place(fetch, place)
            if self._commit_every is not None and self._n_acked >= self._commit_every:
                self._n_acked = 0
                await self.commit()
            await asyncio.sleep(0)

    def _comes_next(self, fetch: Fetch, place: Place) -> bool:
        """Whether this is what follows on the last delivery of a place.

        Not while an earlier fetch is about to come again: a partition that was paused for a moment only went on with
        the fetch behind the dropped one, and what had been dropped was missing. The order of the two questions
        matters: the poll thread makes older fetches stale first and then takes the mark off.
        """
        is_coming = place in self._coming_again
        return self.poller.is_current(fetch, place) and not is_coming

    @property
    def held_bytes(self) -> int:
        """Bytes of the values of batch-first topics that are delivered and neither acknowledged nor dropped."""
        return sum(message.weight for message in self._unacked_messages if isinstance(message, BatchMessage))

    def _must_wait(self, place: Place) -> bool:
        """Whether too much is held already. Not where nothing is held of the place: it does not pay for the others."""
        if self._most_held_bytes is None or (tp := self._places.get(place)) is None or tp in self._paused_partitions:
            return False  # what is fetched of a paused place is not delivered now anyway
        return self.held_bytes >= self._most_held_bytes and any(
            message.tp == tp and isinstance(message, BatchMessage) for message in self._unacked_messages
        )

    async def _deliver_place(self, fetch: Fetch, place: Place) -> None:
        """Everything one fetch holds of one partition."""
        tp = self._places[place]
        records = fetch.records.get(place, [])
        if tp in self._paused_partitions:
            # paused after it was fetched: the fetch is to come again when it is resumed
            if records:
                self._fetch_again(tp, offset_of(records[0]))
            return
        generation = self.app.consumer_generation_id
        read, weight = self._read_offset[tp], fetch.weights.get(place, 0)
        if read is not None and records and offset_of(records[0]) < read:
            records = [record for record in records if offset_of(record) >= read]
            weight = sum(map(len, records))
        if tp.topic in self._batched:
            await self._deliver_batch(tp, records, weight, fetch.ends.get(place), generation)
        else:
            await self._deliver_each(tp, records, generation)
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))

    def _fetch_again(self, tp: TP, offset: int) -> None:
        raise NotImplementedError

    async def _deliver_batch(
        self, tp: TP, records: list[Message], weight: int, end: int | None, generation: int
    ) -> None:
        """weight: bytes of their values; end: where the log of a changelog ends, if it was reached."""
        offset = offset_of(records[-1]) if records else -1
        if end is not None and end - 1 > offset:
            # Behind the last record there may be commit markers and aborted batches. Recovery waits for an event with
            # the last offset of the log, so the end of the log becomes one, with no records in it.
            offset = end - 1
        if offset < 0 or (not records and end is None):
            return
        message = BatchMessage.of(tp, records, weight=weight, offset=offset, generation_id=generation)
        self._note_delivery(tp, offset)
        await self._hand_over(message)
        self._read_offset[tp] = offset + 1

    async def _deliver_each(self, tp: TP, records: list[Message], generation: int) -> None:
        for number, record in enumerate(records, 1):
            message = self._to_message(tp, record)
            self._note_delivery(tp, message.offset)
            await self._hand_over(message)
            if generation != self.app.consumer_generation_id or not self.flow_active:
                return
            self._read_offset[tp] = message.offset + 1
            if number % _YIELD_EVERY == 0:
                await asyncio.sleep(0)

    def _note_delivery(self, tp: TP, offset: int) -> None:
        if tp.topic in self.app.topics.acking_topics:
            ledger = self._ledger.get(tp)
            if ledger is None:
                ledger = self._ledger[tp] = deque()
            ledger.append(offset)

    async def _hand_over(self, message: ConsumerMessage) -> None:
        """To the streams. Directly where nothing can block: the two tasks a message of stock Faust cost 32 us."""
        buffer = self.app.producer.buffer
        is_free = (
            self.app.flow_control.is_active()
            and not self.suspend_flow.is_set()
            and buffer.size <= buffer.max_messages
            and not any(channel.queue.full() for channel in self.app.topics._tp_index[message.tp])  # type: ignore[attr-defined]  # PRIVATE_NAMES
        )
        callback = cast("Callable[[ConsumerMessage], Awaitable[None]]", self.callback)
        if is_free:
            await callback(message)
        else:
            await self.wait_first(callback(message), self.suspend_flow.wait())
