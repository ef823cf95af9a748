"""The producer and the run, on a producer that the test scripts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from producers.delivery import deliver
from producers.outgoing import Outgoing
from producers.publish import Publisher
from schemas.codec import decode
from schemas.headers import read_headers
from schemas.topics import EVENTS
from tests.builders import an_attack, time_of

Delivery = Callable[[KafkaError | None, object], None]


def never() -> bool:
    return False


class ScriptedProducer:
    """Takes records and answers them when it is polled; a clock that only its waiting moves."""

    def __init__(self, *, room: int = 1_000, answers: bool = True) -> None:
        self.records: list[dict[str, Any]] = []
        self.waiting: deque[Delivery] = deque()
        self.room = room
        self.answers = answers
        self.error: KafkaError | None = None
        self.seconds = 0.0
        self.sent_at: list[float] = []
        self.purged: list[tuple[bool, bool]] = []

    def produce(self, topic: str, **record: Any) -> None:
        if len(self.waiting) >= self.room:
            raise BufferError("Local: Queue full")
        self.sent_at.append(self.seconds)
        self.waiting.append(record.pop("on_delivery"))
        self.records.append({"topic": topic, **record})

    def poll(self, timeout: float = -1) -> int:
        self.seconds += timeout
        answered = 0
        while self.answers and self.waiting:
            self.waiting.popleft()(self.error, None)
            answered += 1
        return answered

    def flush(self, timeout: float = -1) -> int:
        self.poll(timeout)
        return len(self.waiting)

    def purge(self, in_queue: bool = True, in_flight: bool = True, blocking: bool = True) -> None:
        self.purged.append((in_queue, in_flight))
        if in_flight:
            while self.waiting:
                self.waiting.popleft()(KafkaError(KafkaError._PURGE_INFLIGHT), None)


def test_a_record_has_the_region_as_its_key_the_headers_of_the_event_and_no_partition() -> None:
    producer, delivered = ScriptedProducer(), list[int]()
    event = an_attack(place="Almaty")
    assert Publisher(producer, delivered.append).send(7, event, give_up=never)
    (record,) = producer.records
    assert set(record) == {"topic", "key", "value", "headers"}
    assert (record["topic"], record["key"]) == (EVENTS, b"caucasus-and-central-asia")
    headers = read_headers(record["headers"])
    assert (headers.id, headers.region) == (event.event_id, "caucasus-and-central-asia")
    assert decode(str(headers.type), record["value"]) == event
    assert delivered == [7]


def test_a_full_queue_makes_the_sender_wait_and_loses_nothing() -> None:
    producer, delivered = ScriptedProducer(room=2), list[int]()
    publisher = Publisher(producer, delivered.append)
    producer.answers = False
    for number in (1, 2):
        publisher.send(number, an_attack(), give_up=never)
    waits = iter([False, False, False])

    def answer_after_some_waiting() -> bool:
        producer.answers = next(waits, None) is None
        return False

    assert publisher.send(3, an_attack(), give_up=answer_after_some_waiting)
    publisher.finish(1.0, give_up=never)
    assert delivered == [1, 2, 3]
    assert publisher.in_flight == 0


def test_a_sender_that_is_told_to_stop_gives_up_waiting_for_room() -> None:
    producer = ScriptedProducer(room=0)
    asked = iter([False, False, True])
    assert not Publisher(producer, list[int]().append).send(1, an_attack(), give_up=lambda: next(asked))


def test_after_a_failure_nothing_more_is_sent_and_what_has_not_left_is_taken_back() -> None:
    producer, delivered = ScriptedProducer(), list[int]()
    publisher = Publisher(producer, delivered.append)
    producer.error = KafkaError(KafkaError._MSG_TIMED_OUT)
    publisher.send(1, an_attack(), give_up=never)
    assert "see that the broker runs" in str(publisher.failure)
    assert not publisher.send(2, an_attack(), give_up=never)
    publisher.finish(1.0, give_up=never)
    assert delivered == []
    assert len(producer.records) == 1
    assert producer.purged == [(True, False)]


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (KafkaError.UNKNOWN_TOPIC_OR_PART, "timelines topics create"),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, "give this user the right"),
        (KafkaError.MSG_SIZE_TOO_LARGE, "max.message.bytes"),
    ],
)
def test_a_refusal_comes_with_its_remedy(code: int, remedy: str) -> None:
    class Refusing(ScriptedProducer):
        def produce(self, topic: str, **record: Any) -> None:
            raise KafkaException(KafkaError(code))

    publisher = Publisher(Refusing(), list[int]().append)
    assert not publisher.send(1, an_attack(), give_up=never)
    assert remedy in str(publisher.failure)


def test_what_the_broker_never_answers_is_taken_back_and_not_counted_as_delivered() -> None:
    producer, delivered = ScriptedProducer(answers=False), list[int]()
    publisher = Publisher(producer, delivered.append)
    publisher.send(1, an_attack(), give_up=never)
    publisher.finish(5.0, give_up=never)
    assert producer.seconds == pytest.approx(6.0, abs=0.2)
    assert (delivered, publisher.in_flight, publisher.failure) == ([], 0, None)


def test_a_second_interrupt_ends_the_waiting() -> None:
    producer = ScriptedProducer(answers=False)
    publisher = Publisher(producer, list[int]().append)
    publisher.send(1, an_attack(), give_up=never)
    publisher.finish(5.0, give_up=lambda: True)
    assert producer.seconds < 2.0


def test_stamps_of_now_never_go_back() -> None:
    publisher = Publisher(ScriptedProducer(), list[int]().append)
    noon = time_of("12:00")
    stamps = [publisher.stamp_now(an_attack(), at).recorded_at for at in (noon, noon - timedelta(hours=1))]
    assert stamps == [noon, noon]


def run(
    producer: ScriptedProducer, *due: float, stopped: Callable[[], bool] = never, now: datetime | None = None
) -> list[int]:
    delivered: list[int] = []
    publisher = Publisher(producer, delivered.append)
    events = (Outgoing(number, an_attack(), due_s) for number, due_s in enumerate(due, start=1))
    deliver(
        events, publisher, stopped=stopped, seconds=lambda: producer.seconds, now=None if now is None else lambda: now
    )
    publisher.finish(1.0, give_up=never)
    return delivered


def test_each_event_leaves_when_it_is_due() -> None:
    producer = ScriptedProducer()
    assert run(producer, 0.0, 1.5, 1.5, 4.0) == [1, 2, 3, 4]
    assert producer.sent_at == pytest.approx([0.0, 1.5, 1.5, 4.0])


def test_when_it_is_due_is_counted_from_the_start_whatever_the_clock_says_then() -> None:
    producer = ScriptedProducer()
    producer.seconds = 86_400.0
    run(producer, 0.0, 1.5)
    assert producer.sent_at == pytest.approx([86_400.0, 86_401.5])


def test_a_resumed_run_does_not_wait_for_what_was_sent_before() -> None:
    producer = ScriptedProducer()
    run(producer, 30.0, 31.0)
    assert producer.sent_at == pytest.approx([0.0, 1.0])


def test_a_run_that_is_told_to_stop_stops_while_it_waits() -> None:
    producer = ScriptedProducer()
    assert run(producer, 0.0, 10.0, 20.0, stopped=lambda: producer.seconds > 12.0) == [1, 2]
    assert producer.seconds < 14.0


def test_a_run_ends_when_the_broker_refuses() -> None:
    producer = ScriptedProducer()
    producer.error = KafkaError(KafkaError._MSG_TIMED_OUT)
    assert run(producer, 0.0, 1.0, 2.0) == []
    assert len(producer.records) == 1


def test_in_live_use_the_stamp_is_the_time_of_sending() -> None:
    producer = ScriptedProducer()
    run(producer, 0.0, now=time_of("2030-01-01"))
    assert read_headers(producer.records[0]["headers"]).time == time_of("2030-01-01")
