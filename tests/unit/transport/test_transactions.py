"""The transactional writer against a producer that fails by script."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from faust_confluent import transactions
from faust_confluent.transactions import Fenced, Interrupted, NotWritten, OutcomeUnknown, TransactionalWriter
from processors.handover import Outgoing

RECORDS = (Outgoing("a", b"k", b"1", ()), Outgoing("b", None, None, (("h", b"v"),)))


def an_error(code: int, *, fatal: bool = False, retriable: bool = False, must_abort: bool = False) -> KafkaException:
    return KafkaException(KafkaError(code, "scripted", fatal, retriable, must_abort))


class ScriptedProducer:
    """Keeps what is committed. `script`: what each call of a method raises, in turn; None: it succeeds."""

    def __init__(self, **script: list[Exception | None]) -> None:
        self.script = script
        self.calls: list[str] = []
        self.open: list[tuple[Any, ...]] = []
        self.committed: list[list[tuple[Any, ...]]] = []

    def _step(self, name: str) -> None:
        self.calls.append(name)
        steps = self.script.get(name)
        if steps and (error := steps.pop(0)) is not None:
            raise error

    def list_topics(self, topic: str, timeout: float) -> None:
        self._step(f"list {topic}")

    def init_transactions(self, timeout: float) -> None:
        self._step("init")

    def begin_transaction(self) -> None:
        self._step("begin")
        self.open = []

    def produce(self, topic: str, value: Any, key: Any, partition: int, *, headers: Any, on_delivery: Any) -> None:
        self._step("produce")
        self.open.append((topic, key, value, partition, headers))

    def poll(self, timeout: float) -> None:
        self._step("poll")

    def commit_transaction(self, timeout: float) -> None:
        self._step("commit")
        self.committed.append(self.open)

    def abort_transaction(self, timeout: float) -> None:
        self._step("abort")
        self.open = []


def a_writer(
    producer: ScriptedProducer, keep_trying: Callable[[], bool] = lambda: True, partition: int = 4
) -> TransactionalWriter:
    return TransactionalWriter(producer, "app-4", partition, keep_trying=keep_trying)


TIMED_OUT = an_error(KafkaError._TIMED_OUT, retriable=True)
MUST_ABORT = an_error(KafkaError.UNKNOWN_TOPIC_OR_PART, must_abort=True)


def test_all_records_go_to_the_writer_s_partition_in_one_transaction() -> None:
    producer = ScriptedProducer()
    a_writer(producer).write(RECORDS)
    assert producer.committed == [[("a", b"k", b"1", 4, []), ("b", None, None, 4, [("h", b"v")])]]


def test_a_commit_that_is_not_answered_is_asked_for_again() -> None:
    producer = ScriptedProducer(commit=[TIMED_OUT, TIMED_OUT, None])
    a_writer(producer).write(RECORDS)
    assert producer.calls == ["begin", "produce", "produce", "commit", "commit", "commit"]


def test_a_transaction_that_has_to_be_aborted_is_done_again_whole() -> None:
    producer = ScriptedProducer(commit=[MUST_ABORT, None])
    a_writer(producer).write(iter(RECORDS))
    assert producer.calls == ["begin", "produce", "produce", "commit", "abort", "begin", "produce", "produce", "commit"]
    assert [len(records) for records in producer.committed] == [2]


def test_a_transaction_that_fails_again_and_again_is_given_up_with_the_reason() -> None:
    producer = ScriptedProducer(commit=[MUST_ABORT] * 50)
    with pytest.raises(NotWritten, match=r"app-4: .*scripted"):
        a_writer(producer).write(RECORDS)
    assert producer.calls.count("commit") == 5


@pytest.mark.parametrize("code", [KafkaError._TIMED_OUT, KafkaError._DESTROY_BROKER])
def test_a_broker_that_is_away_for_longer_than_a_transaction_may_last_does_not_count_as_failure(code: int) -> None:
    away = an_error(code, must_abort=True)
    producer = ScriptedProducer(commit=[*[away] * 20, None])
    a_writer(producer).write(RECORDS)
    assert len(producer.committed) == 1


@pytest.mark.parametrize("code", [KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH])
@pytest.mark.parametrize("step", ["begin", "produce", "commit"])
def test_a_writer_that_was_fenced_says_so_wherever_it_learns_it(code: int, step: str) -> None:
    producer = ScriptedProducer(**{step: [an_error(code, fatal=True)]})
    with pytest.raises(Fenced, match="another worker has opened the transactional id app-4"):
        a_writer(producer).write(RECORDS)
    assert producer.committed == []


def test_a_commit_that_was_done_by_a_broker_that_then_died_is_not_done_again() -> None:
    """Met in chaos: librdkafka aborts what it heard no answer for, and the restarted broker has it committed."""
    unheard = an_error(KafkaError._TRANSPORT, must_abort=True)
    producer = ScriptedProducer(commit=[unheard], abort=[an_error(KafkaError.INVALID_TXN_STATE, fatal=True)])
    with pytest.raises(OutcomeUnknown, match="start again from the stored state") as told:
        a_writer(producer).write(RECORDS)
    for record in RECORDS:
        assert record.topic in str(told.value)
    assert producer.calls == ["begin", "produce", "produce", "commit", "abort"]


def test_a_record_that_is_too_large_is_not_tried_twice() -> None:
    producer = ScriptedProducer(produce=[an_error(KafkaError.MSG_SIZE_TOO_LARGE)])
    with pytest.raises(NotWritten):
        a_writer(producer).write(RECORDS)
    assert producer.calls == ["begin", "produce", "abort"]


@pytest.mark.parametrize(
    "code", [KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_TIMESTAMP, KafkaError.INVALID_RECORD]
)
def test_a_record_that_the_broker_refuses_is_not_sent_again(code: int) -> None:
    producer = ScriptedProducer(commit=[an_error(code, must_abort=True)])
    with pytest.raises(NotWritten, match="app-4: scripted"):
        a_writer(producer).write(RECORDS)
    assert producer.calls == ["begin", "produce", "produce", "commit", "abort"]


def test_a_full_queue_is_waited_for() -> None:
    producer = ScriptedProducer(produce=[BufferError(), None, None])
    a_writer(producer).write(RECORDS)
    assert producer.calls == ["begin", "produce", "poll", "produce", "produce", "commit"]
    assert len(producer.committed[0]) == 2


def test_waiting_ends_when_it_is_told_to() -> None:
    patience = iter([True, True, False])
    producer = ScriptedProducer(commit=[TIMED_OUT] * 10)
    writer = a_writer(producer, lambda: next(patience))
    with pytest.raises(Interrupted):
        writer.write(RECORDS)
    assert producer.calls.count("commit") == 3
    assert writer.waiting_since is None


def test_opening_connects_first_where_it_is_told_a_topic() -> None:
    producer = ScriptedProducer()
    a_writer(producer).open("results")
    assert producer.calls == ["list results", "list results", "init"]


def test_a_broker_that_does_not_tell_of_the_topic_is_waited_for_by_the_opening_itself() -> None:
    producer = ScriptedProducer(**{"list results": [TIMED_OUT]}, init=[TIMED_OUT, None])
    a_writer(producer).open("results")
    assert producer.calls == ["list results", "init", "init"]


def test_while_it_waits_it_says_since_when() -> None:
    seen: list[float | None] = []
    producer = ScriptedProducer(init=[TIMED_OUT, TIMED_OUT, None])
    writer = a_writer(producer, lambda: seen.append(writer.waiting_since) or True)
    writer.open()
    assert seen[0] is not None
    assert seen == [seen[0], seen[0]]
    assert writer.waiting_since is None


def test_any_other_error_is_told_with_its_name() -> None:
    producer = ScriptedProducer(init=[an_error(KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)])
    with pytest.raises(NotWritten, match="TRANSACTIONAL_ID_AUTHORIZATION_FAILED"):
        a_writer(producer).open()


class EndlessBroker:
    """Leaves out the ends of the next transactions in some topics, as many times as `holes` says, one set each."""

    def __init__(self, *holes: set[str], late: int = 0) -> None:
        """late: how many questions go by before an end that is not left out is written."""
        self._holes, self._late = list(holes), late
        self._pending: dict[str, list[Any]] = {}
        self._ends: list[tuple[set[str], bool]] = []
        self.readable: dict[str, list[Any]] = {"a": [], "b": []}
        self.asked = 0

    def end(self, written: list[tuple[Any, ...]], *, is_committed: bool) -> None:
        self.write_ends()  # no transaction begins before the one before it has all its ends
        left_out = self._holes.pop(0) if self._holes else set()
        for topic, _, value, *_ in written:
            self._pending.setdefault(topic, []).append(value)
        self._ends.append(({record[0] for record in written} - left_out, is_committed))

    def write_ends(self) -> None:
        for topics, is_committed in self._ends:
            for topic in topics:
                values = self._pending.pop(topic)
                self.readable[topic] += values if is_committed else []
        self._ends.clear()

    def still_open(self, topics: Collection[str]) -> set[str]:
        self.asked += 1
        if self.asked > self._late:
            self.write_ends()
        return set(topics) & self._pending.keys()


class ProducerOf(ScriptedProducer):
    def __init__(self, broker: EndlessBroker, **script: list[Exception | None]) -> None:
        super().__init__(**script)
        self._broker = broker

    def flush(self, timeout: float) -> int:
        return 0

    def commit_transaction(self, timeout: float) -> None:
        super().commit_transaction(timeout)
        self._broker.end(self.open, is_committed=True)

    def abort_transaction(self, timeout: float) -> None:
        open_now = self.open
        super().abort_transaction(timeout)
        self._broker.end(open_now, is_committed=False)


def of(topic: str, number: int) -> Outgoing:
    return Outgoing(topic, None, b"%d" % number, ())


def written_by(
    broker: EndlessBroker, *batches: list[Outgoing], commit: Sequence[Exception | None] = ()
) -> tuple[dict[str, list[Any]], list[str]]:
    """What can be read in the end, and what the producer was asked for."""
    producer = ProducerOf(broker, commit=list(commit))
    writer = TransactionalWriter(producer, "app-4", 4, still_open=broker.still_open)
    for batch in batches:
        writer.write(batch)
    broker.write_ends()
    return broker.readable, producer.calls


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second passes with each look at the clock, and none in a pause."""
    seconds = iter(range(1_000_000))
    monkeypatch.setattr(transactions, "monotonic", lambda: float(next(seconds)))
    monkeypatch.setattr(transactions, "sleep", lambda _: None)


@pytest.mark.parametrize("late", [0, 1])
def test_an_aborted_transaction_that_was_left_without_an_end_is_ended_before_it_is_done_again(late: int) -> None:
    broker = EndlessBroker({"a"}, {"a"}, late=late)
    found, _ = written_by(broker, [of("a", 1), of("b", 2)], commit=[MUST_ABORT])
    assert found == {"a": [b"1"], "b": [b"2"]}


def test_ends_that_are_only_late_are_waited_for() -> None:
    found, calls = written_by(EndlessBroker(late=1), [of("a", 1), of("b", 2)], commit=[MUST_ABORT])
    assert found == {"a": [b"1"], "b": [b"2"]}
    assert calls.count("abort") == 1


def test_what_somebody_else_holds_open_is_not_waited_for_without_end() -> None:
    broker = EndlessBroker()
    producer = ProducerOf(broker, commit=[MUST_ABORT])
    TransactionalWriter(producer, "app-4", 4, still_open=lambda _: {"a"}).write([of("a", 1)])
    broker.write_ends()
    assert broker.readable["a"] == [b"1"]
    assert producer.calls.count("abort") == 6


def test_a_commit_costs_no_question() -> None:
    """Its ends may be late, and what is open then is committed all the same: nothing may be written again for that."""
    broker = EndlessBroker(late=9)
    found, calls = written_by(broker, [of("a", 1)], [of("a", 2)], commit=[TIMED_OUT])
    assert found["a"] == [b"1", b"2"]
    assert (broker.asked, calls.count("commit")) == (0, 3)


def test_topics_that_may_lack_a_right_are_named() -> None:
    """The broker refuses to add one to the transaction, and librdkafka does not say which."""
    refused = an_error(KafkaError.TOPIC_AUTHORIZATION_FAILED, must_abort=True)
    with pytest.raises(NotWritten, match="app-4: a, b: scripted"):
        a_writer(ScriptedProducer(commit=[refused] * 9)).write(RECORDS)
