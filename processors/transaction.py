"""The seam: everything a batch brings about goes to Kafka here, whole or not at all.

One transaction per batch and partition holds the results, the changed pieces of state, and the offset reached (a piece
of state like any other). It is the only thing the worker writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import chain
from time import monotonic
from typing import Final

from confluent_kafka import KafkaError, KafkaException

from faust_confluent.transactions import Interrupted, NotWritten, TransactionalWriter
from processors.handover import Handover, Outgoing
from processors.restore import RestoreOutdated
from processors.unended import still_open
from runtime.clients import new_admin, new_producer
from runtime.settings import Settings
from schemas.topics import ENTRIES, REJECTED, REJECTED_MAX_BYTES, TIMELINES, UPDATES, changelog_topic

#: a transaction that its owner does not end holds back every reader of its partitions until this
_TRANSACTION_TIMEOUT_MS: Final = 30_000
#: of waiting, until it is looked whether the broker answers others: twice as long as it keeps a transaction open, so
#: that what has no answer by then has been decided. Met in chaos, and with brokers that were frozen: librdkafka waits
#: for ever, in a call that a rebalance waits for
_PATIENCE_S: Final = 60.0
#: one behind each second of waiting, and each in turn: of a broker that has only just come back there are fewer
_MOST_ANSWERS: Final = 30
_ASK_S: Final = 1.0


class PartitionWriter:
    """Writes the hand-overs of one partition. All calls block; one at a time."""

    def __init__(self, settings: Settings, partition: int, *, keep_trying: Callable[[], bool]) -> None:
        transactional_id = f"{settings.app_id}-{partition}"
        producer = new_producer(
            settings,
            f"worker-{partition}",
            transactional_id=transactional_id,
            transaction_timeout_ms=_TRANSACTION_TIMEOUT_MS,
            message_max_bytes=REJECTED_MAX_BYTES,  # of all that it writes, rejected records alone may be so large
            delivery_report_only_error=True,  # a success is told by the commit
        )
        self._settings, self._partition, self._keep_trying = settings, partition, keep_trying
        self._changelog = changelog_topic(settings.app_id)
        self._answers = 0
        self._writer = TransactionalWriter(
            producer,
            transactional_id,
            partition,
            keep_trying=self._is_worth_waiting,
            still_open=self._still_open,
        )

    def _is_worth_waiting(self) -> bool:
        """Asked about once a second, while an answer is waited for."""
        since = self._writer.waiting_since
        if since is None or monotonic() - since < _PATIENCE_S:
            self._answers = 0
        else:
            self._answers = self._answers + 1 if self._broker_answers() else 0
        if self._answers >= _MOST_ANSWERS:
            raise NotWritten(
                f"{self._settings.app_id}-{self._partition}: a transaction has had no answer for "
                f"{monotonic() - (since or 0):.0f} s, and the broker answers others: start again from the stored "
                "state, which knows what became of it",
                KafkaError(KafkaError._TIMED_OUT),
            )
        return self._keep_trying()

    def _broker_answers(self) -> bool:
        try:
            new_admin(self._settings, "probe").list_topics(self._changelog, timeout=_ASK_S)
        except KafkaException:
            return False
        return True

    def _still_open(self, topics: Collection[str]) -> Collection[str]:
        try:
            return still_open(self._settings, topics, self._partition, is_wanted=self._is_worth_waiting)
        except RestoreOutdated as error:
            raise Interrupted(f"partition {self._partition}: gave up while the broker told no ends") from error

    def open(self) -> None:
        """Fence whoever wrote this partition before. Comes before its state is read. Raises NotWritten, Interrupted."""
        self._writer.open(self._changelog)

    def abort_open(self, topics: Collection[str] = ()) -> None:
        """End, by an abort, what a former owner's transaction left open in these topics; in all of them, if none is
        named. Raises as `write` does.
        """
        every = (TIMELINES, ENTRIES, UPDATES, REJECTED, self._changelog)
        self._writer.abort_open(Outgoing(topic, b"", b"", ()) for topic in topics or every)

    def write(self, handover: Handover) -> None:
        """Raises Fenced, NotWritten, Interrupted; the router that made the hand-over is of no use then."""
        state = (Outgoing(self._changelog, key, value, ()) for key, value in handover.state)
        self._writer.write(chain(handover.outgoing, state))

    @property
    def waiting_since(self) -> float | None:
        """Monotonic time since when the broker owes an answer; None: it does not."""
        return self._writer.waiting_since


__all__ = ["PartitionWriter"]
