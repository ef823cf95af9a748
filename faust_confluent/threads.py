"""Between Faust's event loop and the poll thread: commands one way, callbacks the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from confluent_kafka import Consumer as RdConsumer
from confluent_kafka import KafkaError, KafkaException
from faust.exceptions import ConsumerNotStarted
from faust.transport import base

from .poller import Poller, PollerEnded
from .seldom import Seldom

T = TypeVar("T")


class OffsetOutOfRange(Exception):
    """The log does not hold the offset that was to be read, and `auto.offset.reset` is "error". Says where."""

    def __init__(self, error: KafkaError, place: tuple[str, int, int] | None = None) -> None:
        """place: topic, partition, and the offset that was to be read (negative: not known)."""
        where = f"{place[0]}[{place[1]}]: " if place else ""
        which = f"offset {place[2]}, the next" if place and place[2] >= 0 else "the next offset"
        super().__init__(
            f"{where}the log does not hold {which} to be read: {error.str()}. Were records deleted before they were "
            "read (retention, `kafka-delete-records`), or was the topic made anew?"
        )


class NotAllowed(Exception):
    """The broker knows this client and does not let it read: trying again changes nothing.

    reason: the broker's error. topic: which it is about, where that is known
    """

    def __init__(self, reason: KafkaError, topic: str | None) -> None:
        super().__init__(f"{reason.str()} ({topic})" if topic else reason.str())
        self.reason = reason
        self.topic = topic


_NOT_ALLOWED = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)


class Threads(base.Consumer):
    """The part of the consumer that knows that there are two threads."""

    #: the newest refusal of a login or of a certificate; whoever watches over the app sets it back
    login_refused: KafkaError | None = None
    _poller: Poller | None = None
    _errors: Seldom
    _running: asyncio.AbstractEventLoop

    @property
    def poller(self) -> Poller:
        if self._poller is None:
            raise ConsumerNotStarted("the consumer was not started")
        return self._poller

    @property
    def _is_leaving(self) -> bool:
        return self.should_stop or self.app.should_stop

    @property
    def is_polling(self) -> bool:
        """Whether the poll thread runs."""
        return self._poller is not None and self._poller.is_alive()

    def _on_loop(self, callback: Callable[..., object], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process is ending
            self._running.call_soon_threadsafe(callback, *args)

    async def _in_poller(self, command: Callable[[RdConsumer], T]) -> T:
        return await asyncio.wrap_future(self.poller.submit(command))

    def _tell_poller(self, command: Callable[[RdConsumer], object], *, flows: bool = False) -> None:
        """Without waiting; in order with all other commands, but for what lets records flow (`Poller.submit`)."""
        self.poller.submit(command, flows=flows).add_done_callback(self._told)

    def _told(self, future: Future[object]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, PollerEnded):
            self._log(logging.WARNING, "librdkafka refused: %r", error)

    def _log(self, level: int, text: str, *args: object) -> None:
        """From any thread."""
        self.logger.log(level, text, *args)

    def on_error(self, error: KafkaError, topic: str | None = None, partition: int = -1, offset: int = -1) -> None:
        """In the poll thread: an error that belongs to no call. topic, partition, offset: where librdkafka says so."""
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            place = None if topic is None else (topic, partition, offset)
            self._crash_from_thread(OffsetOutOfRange(error, place))
        elif error.code() in _NOT_ALLOWED:
            self._crash_from_thread(NotAllowed(error, topic))
        elif error.fatal() or error.code() == KafkaError._FATAL:  # the second comes without the mark of the first
            self._crash_from_thread(KafkaException(error))
        else:
            if error.code() in (KafkaError._AUTHENTICATION, KafkaError._SSL):
                self.login_refused = error
            unsaid = self._errors.unsaid(str(error))
            if unsaid is not None:
                self._log(
                    logging.WARNING, "librdkafka: %s%s", error, f" ({unsaid} more like it before)" if unsaid else ""
                )

    def on_ended(self, error: BaseException | None) -> None:
        if error is not None and not self.should_stop:
            self._crash_from_thread(error)

    def _crash_from_thread(self, error: BaseException) -> None:
        self._on_loop(lambda: asyncio.ensure_future(self.crash(error)))

    def _wait_for_faust(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """In a rebalance callback: run a coroutine on the loop and serve its commands meanwhile."""
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._running)
        except RuntimeError:  # the loop is closed
            coroutine.close()
            return
        future.add_done_callback(lambda _: self.poller.stir())
        self.poller.serve_until(future.done)
        if future.done():
            future.result()
        else:
            self._on_loop(future.cancel)  # the consumer is stopping in the middle of a rebalance
