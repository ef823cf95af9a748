"""How far a gate has read, as its consumer group has it: asked at the start, committed as it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from processors.region_clocks import RegionClocks
from runtime.clients import ask_marks
from runtime.passing import is_passing
from schemas.topics import EVENTS

CALL_S: Final = 20.0
#: for a question whose answer is of no use but that it came: a turn of the gate that takes 15 s is not ready
ASK_S: Final = 5.0
#: the group has moved on: what was not committed is done again, and known again; what was not told is asked again
_MOVED_ON: Final = frozenset(
    {
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError._ASSIGNMENT_LOST,
    }
)


def is_worth_another_try(error: KafkaException) -> bool:
    """Whether it may go better a moment later."""
    return is_passing(error.args[0]) or error.args[0].code() in _MOVED_ON


@dataclass(frozen=True, slots=True)
class Start:
    """Where a partition goes on: never "as committed", for which librdkafka would ask the broker again.

    clocks: of its regions as they stood there; new ones where the log is read from its beginning, and of commands
    """

    place: TopicPartition
    clocks: RegionClocks


def starts_of(consumer: Consumer, places: Sequence[TopicPartition]) -> list[Start]:
    """Asks the broker. Raises KafkaException, also where one partition alone has no answer.

    To begin with the first command, beside a log that goes on from later, would answer what was answered.
    """
    told = consumer.committed([*places], timeout=CALL_S) if places else []
    _check_each(told)
    starts = []
    for place in told:
        offset, clocks = place.offset, RegionClocks()
        if place.topic == EVENTS:
            known = RegionClocks.load(place.metadata)
            _, end = ask_marks(consumer, TopicPartition(place.topic, place.partition), CALL_S)
            if known is None or not 0 <= offset <= end:  # nothing yet, or another log than it was
                offset = OFFSET_BEGINNING
            else:
                clocks = known
        start = offset if offset >= 0 else OFFSET_BEGINNING
        starts.append(Start(TopicPartition(place.topic, place.partition, start), clocks))
    return starts


def commit(consumer: Consumer, places: Sequence[TopicPartition]) -> None:
    """In one request. Raises KafkaException, also where one partition alone was not committed."""
    _check_each(consumer.commit(offsets=[*places], asynchronous=False) or [])


def ask_group(consumer: Consumer) -> None:
    """Ask what takes whoever answers commits; the answer does not matter. Raises KafkaException where there is none."""
    _check_each(consumer.committed([TopicPartition(EVENTS, 0)], timeout=ASK_S))


def _check_each(places: Sequence[TopicPartition]) -> None:
    """An answer may be good as a whole, and an error for one of its partitions."""
    for place in places:
        if place.error is not None:
            raise KafkaException(place.error)
