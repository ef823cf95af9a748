"""The one thread that touches the librdkafka consumer.

In confluent-kafka 2.16.1 a second thread that calls a consumer which is being polled starves for seconds. So everything
goes through this thread: polling, rebalance callbacks, and commands of the event loop, which are served between fetches
and also while a rebalance callback waits for Faust. Seeks run between fetches, so nothing stale can follow a seek.

A callback runs in the middle of a fetch. What that fetch holds was there before, since an assignment begins paused and
`resume` alone waits until the fetch is over: all of it is void.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as RdTopicPartition

T = TypeVar("T")
#: topic and partition as librdkafka gives them; building a Faust TP for each record costs more than the lookup
Place = tuple[str, int]

#: fetches that may wait for the event loop; then the thread stops polling, and librdkafka's own queue fills up
_MAX_WAITING: Final = 2
#: bytes of values that may wait for the event loop; a fetch has what librdkafka's queue held, and what came meanwhile
_MAX_WAITING_BYTES: Final = 8 * 1024 * 1024
_POLL_S: Final = 0.05
#: the partitions of one answer reach librdkafka's queue one after the other
SAME_ANSWER_S: Final = 0.002
_NETWORK_S: Final = 10.0
_TOO_EARLY: Final = frozenset({KafkaError._STATE, KafkaError._OUTDATED})
_SEEK_TRIES: Final = 200
_SEEK_PAUSE_S: Final = 0.01


class PollerEnded(Exception):
    """The poll thread has ended, so the command was not run."""


@dataclass(slots=True)
class Fetch:
    """What one round of polling brought.

    serial: number of the round, to tell what came before a seek
    epoch: number of the assignment, to tell what belongs to an earlier one
    ends: partitions of which the end was reached, and the offset where the log ends
    weights: bytes of the values of each partition
    """

    serial: int
    epoch: int
    records: dict[Place, list[Message]] = field(default_factory=dict)
    ends: dict[Place, int] = field(default_factory=dict)
    weights: dict[Place, int] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """Bytes of all values."""
        return sum(self.weights.values())


class Listener(Protocol):
    """Who owns the poller. All are called in the poll thread."""

    def on_fetch(self) -> None: ...
    def on_error(self, error: KafkaError, topic: str | None = None, partition: int = -1, offset: int = -1) -> None: ...
    def on_ended(self, error: BaseException | None) -> None: ...
    def on_assign(self, consumer: Consumer, partitions: list[RdTopicPartition]) -> None: ...
    def on_revoke(self, consumer: Consumer, partitions: list[RdTopicPartition]) -> None: ...
    def on_lost(self, consumer: Consumer, partitions: list[RdTopicPartition]) -> None: ...


class Poller(threading.Thread):
    """Polls `consumer` and serves commands until `end` is called; then closes the consumer."""

    def __init__(self, consumer: Consumer, listener: Listener, *, max_records: int) -> None:
        # a daemon: librdkafka may not come back from a call when the network is gone, and the process must end
        super().__init__(daemon=True, name="faust-confluent-poll")
        self._consumer = consumer
        self._listener = listener
        self._max_records = max_records
        self._commands: deque[tuple[Callable[[Consumer], Any], Future[Any]]] = deque()
        #: commands that let records flow, put off by a callback
        self._put_off: deque[tuple[Callable[[Consumer], Any], Future[Any]]] = deque()
        self._flowing: set[Future[Any]] = set()
        self._was_called_back = False
        self._waiting: deque[Fetch] = deque()
        self._stir = threading.Event()
        self._lock = threading.Lock()
        self._is_ending = False
        self._has_ended = False
        self._serial = 0
        self._epoch = 0
        #: topics whose ends are reported
        self.end_topics: frozenset[str] = frozenset()
        #: serial of the first fetch that came after the last seek of a place; older fetches of it are stale
        self.valid_from: dict[Place, int] = {}
        #: high watermark of each place, as of its last fetch
        self.highwaters: dict[Place, int] = {}
        #: monotonic time of the last sign of life of this thread
        self.alive_at: float = monotonic()
        #: how often a full hand-over made the thread stop polling; for tests and metrics
        self.pauses = 0

    # --- for the event loop ---------------------------------------------------------------------------------

    def submit(self, command: Callable[[Consumer], T], *, flows: bool = False) -> Future[T]:
        """Run a command in the poll thread, after those submitted before. PollerEnded where it has ended.

        flows: it lets records come, so a rebalance callback puts it off. It must look by itself whether it still holds.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._has_ended:
                future.set_exception(PollerEnded())
                return future
            if flows:
                self._flowing.add(future)
            self._commands.append((command, future))
        self._stir.set()
        return future

    def take(self) -> Fetch | None:
        """The oldest fetch that waits."""
        try:
            fetch = self._waiting.popleft()
        except IndexError:
            return None
        self._stir.set()
        return fetch

    def forget(self) -> None:
        """An assignment has ended: whatever was fetched until now is void. Called while the thread is in a callback."""
        self._epoch += 1
        self._waiting.clear()
        self._stir.set()

    def is_current(self, fetch: Fetch, place: Place) -> bool:
        """Whether what a fetch holds of a place still comes next there: no seek and no other assignment since."""
        return fetch.epoch == self._epoch and fetch.serial >= self.valid_from.get(place, 0)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def end(self) -> None:
        """Ask the thread to end; `join` it with a timeout."""
        self._is_ending = True
        self._stir.set()

    # --- in the poll thread ---------------------------------------------------------------------------------

    def serve_until(self, is_done: Callable[[], bool]) -> None:
        """For rebalance callbacks, which wait for coroutines that themselves send commands."""
        self._was_called_back = True
        while not is_done() and not self._is_ending:
            self._stir.clear()
            self._serve(in_callback=True)
            if not is_done():
                self._stir.wait(_POLL_S)
            self.alive_at = monotonic()

    def stir(self) -> None:
        """Make `serve_until` look again."""
        self._stir.set()

    def run(self) -> None:
        failure: BaseException | None = None
        try:
            while not self._is_ending:
                self._round()
        except BaseException as error:  # noqa: BLE001 - handed to the owner, who crashes the app with it
            failure = error
        with self._lock:
            self._has_ended = True
        for _, future in (*self._put_off, *self._commands):
            if future.set_running_or_notify_cancel():
                future.set_exception(PollerEnded())
        try:
            self._consumer.close()
        except (KafkaException, RuntimeError) as error:
            failure = failure or error
        self._listener.on_ended(failure)

    def _round(self) -> None:
        self.alive_at = monotonic()
        self._commands.extendleft(reversed(self._put_off))
        self._put_off.clear()
        self._serve()
        if self._is_full:
            self._stir.clear()
            if self._is_full and not self._commands:
                self.pauses += 1
                self._stir.wait(_POLL_S)
            return
        # poll first, then the rest: consume(n, timeout) alone would wait out its time for n records
        self._was_called_back = False
        first = self._consumer.poll(_POLL_S)
        if first is None:
            return
        messages = [first]
        if self._max_records > 1:
            messages += self._consumer.consume(self._max_records - 1, SAME_ANSWER_S)
        fetch = self._sorted(messages)  # its errors count in any case
        if self._was_called_back:
            return
        if fetch.records or fetch.ends:
            self._waiting.append(fetch)
            self._listener.on_fetch()

    @property
    def _is_full(self) -> bool:
        # a copy: the event loop takes from the other end meanwhile
        waiting = tuple(self._waiting)
        return len(waiting) >= _MAX_WAITING or sum(fetch.weight for fetch in waiting) >= _MAX_WAITING_BYTES

    def _serve(self, *, in_callback: bool = False) -> None:
        while self._commands:
            command, future = self._commands.popleft()
            if in_callback and future in self._flowing:
                self._put_off.append((command, future))
                continue
            self._flowing.discard(future)
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(command(self._consumer))
            except BaseException as error:  # noqa: BLE001 - belongs to whoever waits for the command
                future.set_exception(error)

    def _sorted(self, messages: list[Message]) -> Fetch:
        self._serial += 1
        fetch = Fetch(self._serial, self._epoch)
        records = fetch.records
        for message in messages:
            error = message.error()
            place: Place = (message.topic(), message.partition())  # type: ignore[assignment]  # null only in reports
            if error is None:
                try:
                    records[place].append(message)
                except KeyError:
                    records[place] = [message]
            elif error.code() == KafkaError._PARTITION_EOF:
                if place[0] in self.end_topics:
                    fetch.ends[place] = offset_of(message)
            else:
                offset = message.offset()
                self._listener.on_error(error, *place, -1 if offset is None else offset)
        for place, run in records.items():
            fetch.weights[place] = sum(map(len, run))
            marks = self._consumer.get_watermark_offsets(RdTopicPartition(*place), cached=True)
            if marks:
                self.highwaters[place] = marks[1]
        return fetch

    # --- commands -------------------------------------------------------------------------------------------

    def seek(self, consumer: Consumer, offsets: Mapping[Place, int]) -> list[Place]:
        """Command: read on from these offsets; negative: librdkafka's OFFSET_BEGINNING, OFFSET_END.

        Gives the places that the consumer holds no more: a rebalance came between the question and the command, and
        whoever gets them next seeks them. (librdkafka would refuse for as long as one tries, as it does below.)
        """
        held = {(place.topic, place.partition) for place in consumer.assignment()}
        gone = [place for place in offsets if place not in held]
        for (topic, partition), offset in offsets.items():
            if (topic, partition) not in held:
                continue
            for attempt in range(_SEEK_TRIES):
                try:
                    consumer.seek(RdTopicPartition(topic, partition, offset))
                    break
                except KafkaException as error:
                    # A partition that was assigned a moment ago has no fetcher yet, or gets it just now: then
                    # librdkafka may take the seek for one that came before it.
                    if error.args[0].code() not in _TOO_EARLY or attempt == _SEEK_TRIES - 1:
                        raise
                    threading.Event().wait(_SEEK_PAUSE_S)
            self.valid_from[topic, partition] = self._serial + 1
        return gone

    @staticmethod
    def resume(consumer: Consumer, partitions: list[RdTopicPartition]) -> None:
        """Command: fetch again from these partitions."""
        consumer.resume(partitions)
        # After resume librdkafka looks for work only once a second; any answer from the network wakes it (measured:
        # first record after 1.002 s without, 0.003 s with). A failure matters to nobody.
        with suppress(KafkaException):
            consumer.get_watermark_offsets(partitions[0], _NETWORK_S / 2)


def offset_of(message: Message) -> int:
    offset = message.offset()
    assert offset is not None  # null only in delivery reports of failed sends
    return offset


def reset_offset(auto_offset_reset: str) -> int:
    """Where reading begins without a committed offset."""
    return int(OFFSET_BEGINNING if auto_offset_reset in ("earliest", "smallest", "beginning") else OFFSET_END)


__all__ = ["SAME_ANSWER_S", "Fetch", "Listener", "Place", "Poller", "PollerEnded", "offset_of", "reset_offset"]
