"""The gate's turns, with clients that are scripted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, KafkaError, KafkaException, TopicPartition

from processors.gate import Gate, NotAppended
from processors.gate_service import GateProbes
from runtime.settings import Settings
from schemas.codec import encode
from schemas.decision import Command, Decision
from schemas.event import AttackEvent
from schemas.headers import headers_of, read_headers
from schemas.topics import COMMANDS, EVENTS
from tests.tally_core import a_command, a_decision, an_attack

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


class Scripted:
    """A message: a record of partition 0, an end of partition, or an error."""

    def __init__(
        self,
        topic: str,
        offset: int,
        message: AttackEvent | Command | Decision | None,
        error: int | None = None,
        appended_ms: int = int(NOW.timestamp() * 1000),
    ) -> None:
        self._topic, self._offset, self._message, self._appended_ms = topic, offset, message, appended_ms
        self._error = KafkaError(error) if error is not None else None

    def error(self) -> KafkaError | None:
        return self._error

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes:
        return b"middle-east"

    def value(self) -> bytes:
        assert self._message is not None
        return encode(self._message)

    def headers(self) -> list[tuple[str, bytes]]:
        assert self._message is not None
        return headers_of(self._message, region="middle-east")

    def timestamp(self) -> tuple[int, int]:
        return 1, self._appended_ms


class FakeConsumer:
    """Has one partition of each topic; gives what the script says, batch by batch; notes what is asked of it.

    has_share: False: the group has more gates than partitions, and this one has none
    """

    def __init__(self, *batches: list[Scripted], commit_fails: int | None = None, has_share: bool = True) -> None:
        self._batches = list(batches)
        self._has_share = has_share
        self._commit_fails = commit_fails
        #: by topic, what is said of its partition in an answer that is good as a whole
        self.says: dict[str, int] = {}
        #: what a question for marks, or for what was committed, ends with
        self.marks_fail: int | None = None
        self.group_fails: int | None = None
        self.questions: list[str] = []
        self.committed_offsets: list[dict[str, int]] = []
        self.resumed: list[str] = []
        self.paused: list[str] = []
        self.starts: dict[str, int] | None = None
        self._is_taking_up = False

    def subscribe(self, topics: list[str], on_assign: Any, on_revoke: Any, **_: Any) -> None:
        self.revoke = on_revoke
        self.give = on_assign
        on_assign(self, [TopicPartition(topic, 0) for topic in topics] if self._has_share else [])

    def assign(self, places: list[TopicPartition]) -> None:
        """What stands assigned already is stopped first, and what has no offset is asked for: both take their time."""
        asks = any(place.offset < 0 and place.offset != OFFSET_BEGINNING for place in places)
        self._is_taking_up = bool(self.starts) or asks
        self.starts = {place.topic: place.offset for place in places}

    def pause(self, places: list[TopicPartition]) -> None:
        self._must_hear(places)
        self.paused += [place.topic for place in places]

    def resume(self, places: list[TopicPartition]) -> None:
        self._must_hear(places)
        self.resumed += [place.topic for place in places]

    def _must_hear(self, places: list[TopicPartition]) -> None:
        assert not self._is_taking_up, "librdkafka drops it when it starts the partition in the same moment"
        assert {place.topic for place in places} <= set(self.starts or ()), "not assigned"

    def committed(self, places: list[TopicPartition], timeout: float) -> list[Any]:
        self.questions.append("group")
        if self.group_fails is not None:
            raise KafkaException(KafkaError(self.group_fails))
        return [self._told(place) for place in places]

    def _told(self, place: TopicPartition) -> Any:
        said = self.says.get(place.topic)
        error = None if said is None else KafkaError(said)
        return SimpleNamespace(
            topic=place.topic, partition=place.partition, offset=place.offset, metadata=place.metadata, error=error
        )

    def get_watermark_offsets(self, place: TopicPartition, timeout: float) -> tuple[int, int]:
        self.questions.append("marks")
        if self.marks_fail is not None:
            raise KafkaException(KafkaError(self.marks_fail))
        return 0, 100

    def consume(self, _: int, timeout: float) -> list[Scripted]:
        return self._batches.pop(0) if self._batches else []

    def commit(self, offsets: list[TopicPartition], asynchronous: bool) -> list[Any]:
        if self._commit_fails is not None:
            raise KafkaException(KafkaError(self._commit_fails))
        self.committed_offsets.append({place.topic: place.offset for place in offsets if place.topic not in self.says})
        return [self._told(place) for place in offsets]

    def unsubscribe(self) -> None:
        self.revoke(self, [TopicPartition(topic, 0) for topic in (EVENTS, COMMANDS)])

    def close(self) -> None: ...


class FakeProducer:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str | None]] = []
        self.refuses: int | None = None

    def produce(self, topic: str, *, partition: int, key: bytes, value: bytes, headers: Any, on_delivery: Any) -> None:
        if self.refuses is not None:
            raise KafkaException(KafkaError(self.refuses, "scripted"))
        self.sent.append((topic, read_headers(headers).id))

    def flush(self, _: float) -> int:
        return 0


EVENT = Scripted(EVENTS, 4, an_attack("fire", "e1").model_copy(update={"recorded_at": NOW}))
END = Scripted(EVENTS, 5, None, KafkaError._PARTITION_EOF)
COMMAND = Scripted(COMMANDS, 7, a_command("middle-east:fire", requested_at=NOW))
NO_MORE = Scripted(COMMANDS, 8, None, KafkaError._PARTITION_EOF)
AWAY = Scripted("", -1, None, KafkaError._ALL_BROKERS_DOWN)


def a_gate(consumer: FakeConsumer, later: timedelta = timedelta(0)) -> tuple[Gate, FakeProducer]:
    producer = FakeProducer()
    gate = Gate(
        consumer,
        producer,
        Settings(tick_seconds=60),
        partitions=1,
        now=lambda: NOW + later,
    )
    gate.start()
    return gate, producer


def test_commands_wait_until_the_log_has_been_read_to_its_end() -> None:
    consumer = FakeConsumer([EVENT], [END])
    gate, _ = a_gate(consumer)
    gate.step()
    assert not gate.is_ready
    assert COMMANDS not in consumer.resumed
    gate.step()
    assert gate.is_ready
    assert COMMANDS in consumer.resumed


@pytest.mark.parametrize("appended_ms", [-1, 1_709_290_800_000_000, 2**62])
def test_a_timestamp_that_is_no_time_does_not_end_the_gate(appended_ms: int) -> None:
    """A producer that counts in microseconds is believed by many a broker."""
    event = Scripted(EVENTS, 4, an_attack("fire", "e1").model_copy(update={"recorded_at": NOW}), None, appended_ms)
    gate, _ = a_gate(FakeConsumer([event], [END]))
    gate.step()
    gate.step()
    assert gate.is_ready


def test_no_partition_is_paused_or_resumed_while_librdkafka_takes_it_up() -> None:
    """It may pass over either, under load: the log of a region was never read, and the gate was never ready."""
    consumer = FakeConsumer([EVENT], [END])
    gate, _ = a_gate(consumer)
    gate.step()
    assert consumer.starts == {EVENTS: OFFSET_BEGINNING, COMMANDS: OFFSET_BEGINNING}
    assert (consumer.paused, consumer.resumed) == ([COMMANDS], [])
    gate.step()
    assert (consumer.paused, consumer.resumed) == ([COMMANDS], [COMMANDS])


def test_what_was_taken_away_before_it_was_taken_up_is_not_assigned() -> None:
    consumer = FakeConsumer()
    gate, _ = a_gate(consumer)
    consumer.revoke(consumer, [TopicPartition(EVENTS, 0), TopicPartition(COMMANDS, 0)])
    consumer.starts = None
    gate.step()
    assert consumer.starts is None
    assert not gate.is_ready


def test_a_tick_is_not_sent_again_before_it_is_read_back() -> None:
    gate, producer = a_gate(FakeConsumer([EVENT, END]), later=timedelta(seconds=60))
    for _ in range(5):
        gate.step()
    assert producer.sent == [(EVENTS, "tick/middle-east/2024-03-01T12:01:00+00:00")]


def test_no_tick_goes_out_while_the_log_is_still_being_read() -> None:
    gate, producer = a_gate(FakeConsumer([EVENT]), later=timedelta(hours=3))
    gate.step()
    gate.step()
    assert producer.sent == []


def test_the_log_is_never_committed_past_a_decision_whose_command_is_not() -> None:
    consumer = FakeConsumer([EVENT, END], [COMMAND, NO_MORE])
    gate, producer = a_gate(consumer)
    gate.step()
    gate.step()
    assert producer.sent == [(EVENTS, "c1")]
    assert consumer.committed_offsets == [{EVENTS: 5, COMMANDS: 8}]


def test_a_gate_that_has_not_read_the_commands_does_not_commit_the_log() -> None:
    """The one before it may have decided, and not committed: whoever comes next must hear of that from the log."""
    decided = Scripted(EVENTS, 5, a_decision("middle-east:fire"))
    went = FakeConsumer([EVENT, decided, Scripted(EVENTS, 6, None, KafkaError._PARTITION_EOF)])
    gate, producer = a_gate(went)
    gate.step()
    gate.stop()
    assert went.committed_offsets == []

    consumer = FakeConsumer(
        [EVENT, decided, Scripted(EVENTS, 6, None, KafkaError._PARTITION_EOF)], [COMMAND], [NO_MORE]
    )
    gate, producer = a_gate(consumer)
    for _ in range(3):
        gate.step()
    gate.stop()
    assert producer.sent == []
    assert consumer.committed_offsets == [{COMMANDS: 8}, {EVENTS: 6, COMMANDS: 8}]


@pytest.mark.parametrize("code", [KafkaError.REBALANCE_IN_PROGRESS, KafkaError._TRANSPORT, KafkaError._DESTROY_BROKER])
def test_a_commit_that_fails_because_of_the_group_or_the_network_is_made_up_later(code: int) -> None:
    consumer = FakeConsumer([EVENT, END], [COMMAND, NO_MORE], commit_fails=code)
    gate, _ = a_gate(consumer)
    gate.step()
    gate.step()
    assert gate.trouble is not None
    consumer._commit_fails = None
    gate.stop()
    assert gate.trouble is None
    assert consumer.committed_offsets == [{EVENTS: 5, COMMANDS: 8}]


def test_what_is_not_told_of_one_partition_is_asked_again() -> None:
    """Else its commands would be read from the first one on, beside a log that goes on from where it was."""
    consumer = FakeConsumer([], [EVENT, END], [COMMAND, NO_MORE])
    consumer.starts = {}
    consumer.says = {COMMANDS: KafkaError.NOT_COORDINATOR}
    gate, _ = a_gate(consumer)
    gate.step()
    assert consumer.starts == {}
    assert gate.trouble is not None
    assert not gate.is_ready
    consumer.says = {}
    gate.step()
    assert consumer.starts == {EVENTS: OFFSET_BEGINNING, COMMANDS: OFFSET_BEGINNING}
    gate.step()
    assert gate.is_ready
    assert gate.trouble is None


def test_what_may_not_be_told_of_one_partition_stops_the_gate() -> None:
    consumer = FakeConsumer()
    consumer.says = {COMMANDS: KafkaError.TOPIC_AUTHORIZATION_FAILED}
    gate, _ = a_gate(consumer)
    with pytest.raises(KafkaException):
        gate.step()


def test_a_partition_that_was_not_committed_is_made_up_later() -> None:
    consumer = FakeConsumer([EVENT, END], [COMMAND, NO_MORE])
    gate, _ = a_gate(consumer)
    gate.step()
    consumer.says = {COMMANDS: KafkaError.ILLEGAL_GENERATION}
    gate.step()
    assert gate.trouble is not None
    consumer.says = {}
    gate.stop()
    assert gate.trouble is None
    assert consumer.committed_offsets[-1] == {EVENTS: 5, COMMANDS: 8}


def test_a_topic_that_librdkafka_refuses_at_once_is_named() -> None:
    gate, producer = a_gate(FakeConsumer([EVENT, END], [COMMAND]))
    producer.refuses = KafkaError.TOPIC_AUTHORIZATION_FAILED
    gate.step()
    with pytest.raises(NotAppended, match=EVENTS):
        gate.step()


def test_a_commit_that_is_not_allowed_stops_the_gate() -> None:
    gate, _ = a_gate(FakeConsumer([EVENT, END], [COMMAND], commit_fails=KafkaError.GROUP_AUTHORIZATION_FAILED))
    gate.step()
    with pytest.raises(KafkaException):
        gate.step()


def test_a_topic_that_is_gone_stops_the_gate_and_a_broker_that_is_away_does_not() -> None:
    gone = Scripted(EVENTS, -1, None, KafkaError.UNKNOWN_TOPIC_OR_PART)
    gate, _ = a_gate(FakeConsumer([AWAY], [gone]))
    gate.step()
    assert gate.trouble is not None
    with pytest.raises(KafkaException):
        gate.step()


def test_a_gate_whose_commit_failed_is_ready_with_the_empty_share_that_it_gets_then() -> None:
    """More gates than partitions: it has nothing to commit any more, and commits were all that ended its trouble."""
    consumer = FakeConsumer([EVENT, END], [COMMAND, NO_MORE], commit_fails=KafkaError.UNKNOWN_MEMBER_ID)
    gate, _ = a_gate(consumer)
    gate.step()
    gate.step()
    assert gate.trouble is not None
    consumer.revoke(consumer, [TopicPartition(EVENTS, 0), TopicPartition(COMMANDS, 0)])
    gate._committed_at -= 60
    asked = len(consumer.questions)
    gate.step()
    assert len(consumer.questions) == asked, "no answer comes while shares are handed out, which waits for this gate"
    consumer.give(consumer, [])
    gate.step()
    assert gate.is_ready
    assert gate.trouble is None


def test_trouble_ends_when_the_broker_has_told_where_the_gate_goes_on() -> None:
    consumer = FakeConsumer([EVENT], [])
    consumer.says = {EVENTS: KafkaError.NOT_COORDINATOR}
    gate, _ = a_gate(consumer)
    gate.step()
    assert gate.trouble is not None
    consumer.says = {}
    gate.step()
    assert gate.trouble is None


def test_trouble_of_a_gate_without_partitions_ends_when_the_broker_answers_a_question() -> None:
    consumer = FakeConsumer([], [AWAY], has_share=False)
    gate, _ = a_gate(consumer)
    for _ in range(3):
        gate.step()
    assert gate.is_ready
    assert gate.trouble is not None
    assert consumer.questions == [], "it asks as seldom as it commits"
    for consumer.group_fails in (KafkaError._TRANSPORT, None, None):
        gate._committed_at -= 60
        gate.step()
        assert (gate.trouble is None) is (consumer.group_fails is None)
    assert consumer.questions == ["group", "group"], "without trouble nothing is asked"


def test_a_gate_in_trouble_without_partitions_ends_without_a_question() -> None:
    consumer = FakeConsumer([AWAY], has_share=False)
    gate, _ = a_gate(consumer)
    gate.step()
    gate.stop()
    assert consumer.questions == []


def test_a_question_that_only_hurries_the_first_fetch_may_stay_without_an_answer() -> None:
    consumer = FakeConsumer([], [EVENT, END], [COMMAND])
    gate, producer = a_gate(consumer)
    gate.step()
    consumer.marks_fail = KafkaError._TIMED_OUT
    gate.step()
    assert gate.trouble is not None
    assert consumer.resumed == [COMMANDS]
    gate.step()
    assert producer.sent == [(EVENTS, "c1")]


def test_while_there_is_trouble_no_fetch_is_hurried() -> None:
    """Of many partitions the waits would add up."""
    consumer = FakeConsumer([AWAY], [EVENT, END])
    gate, _ = a_gate(consumer)
    gate.step()
    asked = len(consumer.questions)
    gate.step()
    assert consumer.resumed == [COMMANDS]
    assert len(consumer.questions) == asked


def test_a_login_is_suspected_while_the_gate_has_no_share_and_so_asks_the_broker_nothing() -> None:
    consumer = FakeConsumer([EVENT], [END])
    gate, _ = a_gate(consumer)
    probes = GateProbes(gate)
    assert probes.suspects_login()
    gate.step()
    assert not probes.suspects_login()
    consumer.revoke(consumer, [TopicPartition(EVENTS, 0), TopicPartition(COMMANDS, 0)])
    gate.step()
    assert gate.trouble is None
    assert probes.suspects_login()
