"""One assigned partition: its router, its writer, and at most one transaction in flight.

What arrives while a transaction is in flight joins the next one, so that a slow broker makes larger batches, not a
longer queue. The core and the transaction run in a worker thread: the event loop stays free for the other partitions,
for Faust's heartbeat work and for the health checks. What a batch costs there counts as soon as batches are small, so
none has a task of its own: a batch is begun by whoever brought its events, and what came of it is one callback.

All lanes of a worker are given their events by one agent, in the order in which they were fetched. So a lane that is
full keeps the giver waiting for a moment only; then it asks that nothing more be fetched of its partition, takes what
has come already, and asks for more when there is room.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic, perf_counter
from typing import Any, Final, Protocol

from confluent_kafka import Message

from processors.handover import ConsumerRecord, Handover
from processors.received import Received, received

#: how long a full lane keeps its giver waiting before it has its partition paused. A batch is often done sooner, and
#: what was fetched of a paused partition is fetched again
_PATIENCE_S: Final = 0.1


class Router(Protocol):
    """Of `PartitionRouter`, what a lane needs."""

    @property
    def offset(self) -> int: ...
    def incidents(self) -> Mapping[str, int]: ...
    def process(self, records: Sequence[ConsumerRecord]) -> Handover: ...


class Writer(Protocol):
    """Of `PartitionWriter`, what a lane needs."""

    @property
    def waiting_since(self) -> float | None: ...
    def write(self, handover: Handover) -> None: ...


class BatchEvent(Protocol):
    """Of Faust's event over a batch-first topic, what a lane needs."""

    @property
    def value(self) -> list[Message]: ...
    @property
    def message(self) -> Any: ...  # a BatchMessage: `weight`, bytes of the values
    def ack(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Done:
    """One batch, written. records: how many came; seconds spent in the core and in the transaction."""

    handover: Handover
    records: int
    apply_seconds: float
    transaction_seconds: float


class Lane:
    """Takes events, acknowledges each when the transaction with its records was committed.

    most_records, most_bytes: of one batch (or one event, if that is more), and of what waits beside it before the lane
        is full
    is_current: whether the partition is still this worker's, as far as it knows; asked before each batch
    check: looks at a hand-over before it is written; may raise to prevent that
    on_done, on_failed: called on the event loop
    on_full: called with True when nothing more is to be fetched for a while, with False when there is room again
    on_dropped: called with each event that will not be acknowledged, because it comes again to whoever owns the
        partition next; Faust waits for what it believes to be in work
    """

    def __init__(
        self,
        partition: int,
        router: Router,
        writer: Writer,
        *,
        executor: Executor,
        most_records: int,
        most_bytes: int,
        is_current: Callable[[], bool],
        check: Callable[[Handover], None],
        on_done: Callable[[Lane, Done], None],
        on_failed: Callable[[BaseException], None],
        on_full: Callable[[Lane, bool], None],
        on_dropped: Callable[[BatchEvent], None],
    ) -> None:
        self.partition = partition
        self._router = router
        self._writer = writer
        self._executor = executor
        self._most_records = most_records
        self._most_bytes = most_bytes
        self._is_current = is_current
        self._check = check
        self._on_done = on_done
        self._on_failed = on_failed
        self._on_full = on_full
        self._on_dropped = on_dropped
        self._waiting: deque[BatchEvent] = deque()
        self._waiting_records = 0
        self._waiting_bytes = 0
        self._is_paused = False
        #: the batch in work, if any; and what waits for its end
        self._events: list[BatchEvent] | None = None
        self._idle: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._closed = False
        #: last offset written; what the partition's readers can see
        self.offset = router.offset
        #: of the last batch: incidents of the partition by activity; the core's clock, in seconds since 1970
        self.incidents = router.incidents()
        self.clock: float | None = None
        #: monotonic time since when a batch is being worked on
        self.busy_since: float | None = None

    @property
    def next_offset(self) -> int:
        """Where reading goes on."""
        return self.offset + 1

    @property
    def waiting_since(self) -> float | None:
        """Monotonic time since when the broker owes an answer."""
        return self._writer.waiting_since

    async def take(self, event: BatchEvent) -> None:
        """Queue an event; where more than a batch is queued then, wait a moment, and have the partition paused."""
        if self._closed:
            self._on_dropped(event)
            return
        self._waiting.append(event)
        self._waiting_records += len(event.value)
        self._waiting_bytes += event.message.weight
        if self._events is None:
            self._begin()
        if self._is_full and not self._is_paused:
            await self._wait_for_room()

    @property
    def _is_full(self) -> bool:
        return self._waiting_records > self._most_records or self._waiting_bytes > self._most_bytes

    async def _wait_for_room(self) -> None:
        until = monotonic() + _PATIENCE_S
        while self._is_full and not self._closed:
            left = until - monotonic()
            if left <= 0:
                self._is_paused = True
                self._on_full(self, True)
                return
            self._room.clear()
            with suppress(TimeoutError):
                # not wait_for: in Python 3.11 that loses a cancellation which comes together with the room
                async with asyncio.timeout(left):
                    await self._room.wait()

    def close(self) -> None:
        """Drop what waits. What is in flight ends by itself, and is not acknowledged any more."""
        self._closed = True
        self._drop_waiting()

    async def finished(self) -> None:
        """Wait for what is in flight."""
        if self._events is not None:
            if self._idle is None:
                self._idle = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._idle})

    def _drop_waiting(self) -> None:
        while self._waiting:
            self._on_dropped(self._waiting.popleft())
        self._waiting_records = self._waiting_bytes = 0
        self._room.set()

    def _begin(self) -> None:
        """Put the next batch in work, unless nothing waits or the partition may have gone."""
        try:
            if not self._waiting or self._closed:
                return
            if not self._is_current():
                self._drop_waiting()
                return
            self._events = self._next_batch()
            self._room.set()
            if self._is_paused and not self._is_full:
                self._is_paused = False
                self._on_full(self, False)  # while this batch is in work the next one is fetched
            ended = partial(self._tell, asyncio.get_running_loop())
            self.busy_since = monotonic()
            self._executor.submit(self._work, self._events).add_done_callback(ended)
        except BaseException as error:  # noqa: BLE001 - a failure of a lane ends the worker, and nobody else
            self._fail(error)

    def _tell(self, loop: asyncio.AbstractEventLoop, work: Future[Done]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process is ending
            loop.call_soon_threadsafe(self._ended, work)

    def _ended(self, work: Future[Done]) -> None:
        """On the event loop again: tell what came of the batch, and go on with what came meanwhile."""
        try:
            done = work.result()
            if not self._closed:
                self._take_up(done.handover)
            # committed, but no longer ours to tell: the next owner knows better
            self._let_go(self._on_dropped if self._closed else _acknowledge)
            if not self._closed:
                self._on_done(self, done)
        except BaseException as error:  # noqa: BLE001 - as above
            self._fail(error)
        else:
            self._begin()
        if self._events is None and self._idle is not None:
            self._idle.set_result(None)
            self._idle = None

    def _take_up(self, written: Handover) -> None:
        self.offset, self.incidents = written.offset, written.incidents or self.incidents
        if written.newest_recorded_at is not None:
            self.clock = written.newest_recorded_at

    def _let_go(self, told: Callable[[BatchEvent], None]) -> None:
        events, self._events, self.busy_since = self._events or (), None, None
        for event in events:
            told(event)

    def _fail(self, error: BaseException) -> None:
        self._let_go(self._on_dropped)
        self.close()
        self._on_failed(error)

    def _next_batch(self) -> list[BatchEvent]:
        events: list[BatchEvent] = []
        count = weight = 0
        while self._waiting:
            event = self._waiting[0]
            if events and (
                count + len(event.value) > self._most_records or weight + event.message.weight > self._most_bytes
            ):
                break
            events.append(self._waiting.popleft())
            count += len(event.value)
            weight += event.message.weight
        self._waiting_records -= count
        self._waiting_bytes -= weight
        return events

    def _work(self, events: list[BatchEvent]) -> Done:
        """In the worker thread: one call into the core, one hand-over of all results. Empties the events."""
        began = perf_counter()
        records: list[Received] = []
        for event in events:
            records += received(event.value)
            event.value.clear()  # the records hold the messages now, and they go
        count = len(records)
        handover = self._router.process(records)
        # here, where they are in the processor's cache: on the event loop it cost as much as all else there
        records.clear()
        applied = perf_counter()
        if not handover.is_empty:
            self._check(handover)
            self._writer.write(handover)
        return Done(handover, count, applied - began, perf_counter() - applied)


def _acknowledge(event: BatchEvent) -> None:
    event.ack()


__all__ = ["BatchEvent", "Done", "Lane"]
