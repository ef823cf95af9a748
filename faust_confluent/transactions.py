"""One transaction for everything that a batch brings about, and nobody else's words behind it.

Give each partition of the input a transactional id of its own (`<app>-<partition>`) and open a writer at *every*
assignment, before the state is restored. Opening fences the former owner: a worker that was frozen in the middle of a
batch and wakes up after another took over can write no more. Keep the reached offset among the records of the
transaction; then state, results and offset move together or not at all.

Faust's own `exactly_once` is not this: what agents send to topics is outside of its transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import Final, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer

#: librdkafka cannot be interrupted in a call: short calls, and a look around between them
_SLICE_S: Final = 1.0
_FULL_S: Final = 0.1
#: for the ends of a transaction to be written, once it was answered: a millisecond as a rule
_ENDS_S: Final = 2.0
_PAUSE_S: Final = 0.05
#: a transaction that fails for a reason of its own (a topic that is gone, a right that is missing) fails again
_MOST_REDONE: Final = 5
_FENCED: Final = frozenset(
    {
        KafkaError._FENCED,
        KafkaError.INVALID_PRODUCER_EPOCH,
        getattr(KafkaError, "PRODUCER_FENCED", 90),
    }
)
#: The broker has looked at a record and will not have it, nor would it the next time. (What came of trying again with
#: confluent-kafka 2.16.1: "skipped sequence numbers" each second time, which hides the reason.)
_REFUSED: Final = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.RECORD_LIST_TOO_LARGE,
        KafkaError.INVALID_TIMESTAMP,
        KafkaError.INVALID_RECORD,
        KafkaError.INVALID_MSG,
    }
)
#: nobody answered: a broker is away, or has left the cluster
_UNANSWERED: Final = frozenset(
    {KafkaError._MSG_TIMED_OUT, KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._DESTROY_BROKER}
)


class Fenced(Exception):
    """Another writer with the same transactional id was opened: this one must not go on."""

    def __init__(self, transactional_id: str) -> None:
        super().__init__(
            f"another worker has opened the transactional id {transactional_id} and owns its partition now "
            "(or a transaction stayed open beyond transaction.timeout.ms): what this one had begun was discarded"
        )


class NotWritten(Exception):
    """The records cannot be written, however often it is tried. reason: the broker's or librdkafka's."""

    def __init__(self, text: str, reason: KafkaError) -> None:
        super().__init__(text)
        self.reason = reason


class OutcomeUnknown(NotWritten):
    """A commit was begun, the broker died, and what became of it is not known here. The stored state knows.

    The same is all that librdkafka says where the broker refuses to add a topic to the transaction just as it is to
    end, so the topics are named.
    """

    def __init__(self, transactional_id: str, topics: Collection[str], reason: KafkaError) -> None:
        super().__init__(
            f"what became of the last transaction of {transactional_id} is not known ({reason.name()}: its broker "
            "ended, or was not heard, in the middle of it): start again from the stored state, which knows"
            + (
                f"; where it comes again, a right to write may be missing: {', '.join(sorted(topics))}"
                if topics
                else ""
            ),
            reason,
        )


class Interrupted(Exception):
    """Told to give up while it waited for the broker. Whether a begun commit took place is not known."""


class Sendable(Protocol):
    """A record to be written into the writer's partition of `topic`. Headers are `(name, value)` pairs."""

    @property
    def topic(self) -> str: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> tuple[tuple[str, bytes | None], ...]: ...


class TransactionalWriter:
    """Writes to one partition number of any topics. Not thread-safe: one call at a time. All calls block.

    producer: with `transactional.id` set, used by nobody else; with `delivery.report.only.error` a record costs three
        quarters (5.2 us instead of 6.9, of a machine three times slower than at rest): only failures are asked about
    keep_trying: asked about once a second while the broker does not answer; False ends the wait with Interrupted, and
        what it raises ends it too
    still_open: of these topics, those whose partition ends in a transaction that has no end. Asked after an abort:
        Kafka leaves the end out where a partition has no leader at that moment, and what is open then shares the fate
        of the next transaction there
    """

    def __init__(
        self,
        producer: Producer,
        transactional_id: str,
        partition: int,
        *,
        keep_trying: Callable[[], bool] = lambda: True,
        still_open: Callable[[Collection[str]], Collection[str]] = lambda _: (),
    ) -> None:
        self._producer = producer
        self._transactional_id = transactional_id
        self._partition = partition
        self._keep_trying = keep_trying
        self._still_open = still_open
        self._first_failure: KafkaError | None = None
        self._failed_topic: str | None = None
        #: of the transaction that is being written
        self._records: Sequence[Sendable] = ()
        #: monotonic time since when the writer waits for the broker; None while it need not
        self.waiting_since: float | None = None

    def open(self, topic: str | None = None) -> None:
        """Fence the former owner and finish what it left. About 50 ms, 600 where that was a transaction.

        topic: one that will be written to. The broker is asked about it first, which makes the connection that the
            opening needs; without one it takes half a second longer
        Raises NotWritten, Interrupted.
        """
        if topic is not None:
            self._connect(topic)
        self._until_answered(lambda: self._producer.init_transactions(_SLICE_S))

    def _connect(self, topic: str) -> None:
        """As far as it can be done at once; where no broker answers, the opening waits for one, and says so.

        librdkafka (2.16) drops its first connection with the first answer, makes another only when it is asked for
        something, and looks for a coordinator again only half a second after it had none to ask.
        """
        with suppress(KafkaException):
            for _ in range(2):
                self._producer.list_topics(topic, timeout=_SLICE_S)

    def write(self, records: Iterable[Sendable]) -> None:
        """All of them in one transaction. Raises Fenced, NotWritten, Interrupted; after these use a new writer."""
        self._records = tuple(records)
        redone = 0
        while True:
            self._first_failure = self._failed_topic = None
            try:
                self._producer.begin_transaction()
                self._send()
                self._until_answered(lambda: self._producer.commit_transaction(_SLICE_S))
                self._records = ()
                return
            except _MustAbort as abort:
                self._until_answered(lambda: self._producer.abort_transaction(_SLICE_S))
                self._end_what_is_open()
                reason = self._first_failure or abort.error
                if reason.code() in _UNANSWERED:
                    continue  # a broker that was away for longer than the transaction may last: not the records' fault
                redone += 1
                if redone >= _MOST_REDONE or abort.is_final or reason.code() in _REFUSED:
                    raise NotWritten(f"{self._where(reason)}: {reason.str()}", reason) from abort
            except KafkaException as error:
                raise self._fatal(error.args[0]) from error

    def _where(self, reason: KafkaError) -> str:
        """The topic that failed; those that may have, where the broker refuses one of them and does not say which."""
        topics = {self._failed_topic} if self._failed_topic else set[str]()
        if not topics and reason.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            topics = {record.topic for record in self._records}
        return ": ".join((self._transactional_id, *([", ".join(sorted(topics))] if topics else [])))

    def _end_what_is_open(self) -> None:
        """Of records that were aborted: they are written once more, and must not be seen twice."""
        records = self._records
        for _ in range(_MOST_REDONE):  # the first does it, unless the broker fails again, or somebody else writes there
            topics = self._open_for_a_while({record.topic for record in records})
            if not topics:
                return
            self.abort_open(record for record in records if record.topic in topics)
            self._records = records

    def _open_for_a_while(self, topics: Collection[str]) -> Collection[str]:
        """An answer comes as soon as it is certain what becomes of a transaction; the ends are written behind it."""
        until = self.waiting_since = monotonic()
        until += _ENDS_S
        try:
            while (left := self._still_open(topics)) and monotonic() < until:
                sleep(_PAUSE_S)
        finally:
            self.waiting_since = None
        return left

    def abort_open(self, records: Iterable[Sendable]) -> None:
        """Write these in a transaction, and abort it: in their partitions that also ends what was left open.

        A broker may take a transaction for complete and have written no end of it. Raises as `write` does.
        """
        self._records = tuple(records)
        try:
            self._producer.begin_transaction()
            self._send()
            self.waiting_since = monotonic()
            while self._producer.flush(_SLICE_S):
                if not self._keep_trying():
                    raise Interrupted(f"{self._transactional_id}: gave up while the broker took nothing")
        except _MustAbort:
            pass  # as far as it came; what is missing shows when it is looked again
        except KafkaException as error:
            raise self._fatal(error.args[0]) from error
        finally:
            self.waiting_since = None
        self._until_answered(lambda: self._producer.abort_transaction(_SLICE_S))

    def _send(self) -> None:
        for record in self._records:
            while True:
                try:
                    self._producer.produce(
                        record.topic, record.value, record.key, self._partition,
                        headers=list(record.headers), on_delivery=self._delivered,
                    )  # fmt: skip
                    break
                except BufferError:
                    self._producer.poll(_FULL_S)
                    if not self._keep_trying():
                        raise Interrupted(f"{self._transactional_id}: gave up while the broker took nothing") from None
                except KafkaException as error:
                    reason: KafkaError = error.args[0]
                    if reason.fatal() or reason.code() in _FENCED:
                        raise
                    raise _MustAbort(reason, is_final=reason.code() == KafkaError.MSG_SIZE_TOO_LARGE) from error

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        purged = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT)
        if error is not None and self._first_failure is None and error.code() not in purged:
            self._first_failure, self._failed_topic = error, message.topic()

    def _until_answered(self, call: Callable[[], None]) -> None:
        """Make a call of the transactional producer until it is answered; librdkafka goes on where it was."""
        try:
            while True:
                try:
                    call()
                    return
                except KafkaException as error:
                    reason: KafkaError = error.args[0]
                    if reason.txn_requires_abort():
                        raise _MustAbort(reason) from error
                    if not (reason.retriable() or reason.code() == KafkaError._TIMED_OUT):
                        raise self._fatal(reason) from error
                    if self.waiting_since is None:
                        self.waiting_since = monotonic()
                    if not self._keep_trying():
                        raise Interrupted(f"{self._transactional_id}: gave up: {reason.str()}") from error
        finally:
            self.waiting_since = None

    def _fatal(self, reason: KafkaError) -> Exception:
        if reason.code() in _FENCED:
            return Fenced(self._transactional_id)
        if reason.code() == KafkaError.INVALID_TXN_STATE:
            return OutcomeUnknown(self._transactional_id, {record.topic for record in self._records}, reason)
        return NotWritten(f"{self._transactional_id}: {reason.str()} ({reason.name()})", reason)


class _MustAbort(Exception):
    def __init__(self, error: KafkaError, *, is_final: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_final = is_final


__all__ = ["Fenced", "Interrupted", "NotWritten", "OutcomeUnknown", "Sendable", "TransactionalWriter"]
