"""The state that earlier transactions left, read back to the last stable offset.

Comes after the partitions' transactional ids were opened: only then is the end of the log the end, with no transaction
of a former owner still open in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import sleep
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from processors.handover import GapInLog
from processors.told import TELLING, told_of
from runtime.clients import ask_marks, is_end_of_partition, is_of_no_concern, new_consumer
from runtime.passing import is_passing
from runtime.refusals import hint
from runtime.settings import Settings
from schemas.topics import EVENTS, UPDATES, changelog_topic

_CHUNK: Final = 1_000
_WAIT_S: Final = 0.02
_NETWORK_S: Final = 10.0
_PAUSE_S: Final = 0.1
#: offsets looked at from the end of a topic of results; behind its last record stand a marker, and seldom what was
#: aborted
_TAIL: Final = 20


class RestoreFailed(Exception):
    """The state could not be read. Says which topic and why."""


class RestoreOutdated(Exception):
    """Another assignment has come, or the worker is stopping: nobody wants this state any more."""


@dataclass(slots=True)
class StoredState:
    """What the changelog holds of one partition.

    pieces: newest value of each key, oldest write first; deleted keys are left out
    records: how many records were read for it
    log_start, log_end: first offset that the events' partition still holds, and the one its next record will get
    told: by topic of `TELLING`, the furthest record of the log that the last results there tell of; -1: none was found
    more_updates: whether further updates stand before those that were looked at
    """

    pieces: dict[bytes, bytes] = field(default_factory=dict)
    records: int = 0
    log_start: int = 0
    log_end: int = 0
    told: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TELLING, -1))
    more_updates: bool = False

    def take(self, key: bytes, value: bytes | None) -> None:
        self.records += 1
        self.pieces.pop(key, None)
        if value is not None:
            self.pieces[key] = value

    def tell(self, topic: str, offset: int | None) -> None:
        if offset is not None:
            self.told[topic] = max(self.told[topic], offset)

    def check_log_holds(self, partition: int, next_offset: int) -> None:
        """Raises GapInLog where records were deleted before they were read, RestoreFailed for a log made anew."""
        if next_offset < self.log_start:
            raise GapInLog(EVENTS, partition, next_offset, self.log_start)
        if next_offset > self.log_end:
            raise made_anew(partition, self.log_end, next_offset)


def _failed(topic: str, reason: KafkaError) -> RestoreFailed:
    return RestoreFailed(f"{topic} cannot be read, without which the state is not known: {reason.str()}{hint(reason)}")


def made_anew(partition: int, log_end: int, next_offset: int) -> RestoreFailed:
    """Of a log that ends before the offset that is to be read next."""
    return RestoreFailed(
        f"{EVENTS}[{partition}] ends at offset {log_end}, and the state reaches {next_offset - 1}: was the topic made "
        "anew? Restore it, or begin with an empty state (new TIMELINES_APP_ID)"
    )


def read_states(
    settings: Settings, partitions: Collection[int], *, is_wanted: Callable[[], bool]
) -> dict[int, StoredState]:
    """Blocks until the ends are reached. Raises RestoreFailed, RestoreOutdated.

    A consumer of its own, not Faust's tables: the state lives in the routers, a second copy would only cost memory;
    and a restore that is cut short by the next assignment is simply thrown away. The last results are read beside it:
    another consumer for these would take a second.
    """
    states = {partition: StoredState() for partition in partitions}
    if not states:
        return states
    changelog = changelog_topic(settings.app_id)
    consumer = new_consumer(settings, "restore", group=f"{settings.app_id}-restore")
    try:
        places = []
        for number, state in states.items():
            state.log_start, state.log_end = ends(consumer, TopicPartition(EVENTS, number), is_wanted)
            # asked for, not OFFSET_BEGINNING: librdkafka takes half a second longer to look that up by itself
            first, _ = ends(consumer, TopicPartition(changelog, number), is_wanted)
            places.append(TopicPartition(changelog, number, first))
            for topic in TELLING:
                first, end = ends(consumer, TopicPartition(topic, number), is_wanted)
                places.append(TopicPartition(topic, number, max(first, end - _TAIL)))
                state.more_updates |= topic == UPDATES and first < end - _TAIL
        for message in read_to_ends(consumer, places, is_wanted):
            state, key = states[number_of(message)], message.key()
            if message.topic() != changelog:
                state.tell(str(message.topic()), told_of(message))
            elif key is not None:
                state.take(key, message.value())
    finally:
        consumer.close()
    return states


def number_of(message: Message) -> int:
    """Of its partition."""
    number = message.partition()
    assert number is not None  # null only in delivery reports
    return number


def ends(consumer: Consumer, place: TopicPartition, is_wanted: Callable[[], bool]) -> tuple[int, int]:
    """(first offset, offset after the last record that the consumer may see). Raises as `read_states` does."""
    while is_wanted():
        try:
            marks = ask_marks(consumer, place, _NETWORK_S)
        except KafkaException as error:
            if not is_passing(error.args[0]):
                raise _failed(place.topic, error.args[0]) from error
            sleep(_PAUSE_S)  # the broker is only away, and readiness says so; an answer that says no comes at once
        else:
            return marks
    raise RestoreOutdated


def read_to_ends(
    consumer: Consumer, places: Sequence[TopicPartition], is_wanted: Callable[[], bool]
) -> Iterator[Message]:
    """The records of these partitions from the offsets given to their ends, in no order between partitions.

    Raises RestoreFailed, RestoreOutdated. A consumer that is not closed can be given others afterwards.
    """
    consumer.assign(list(places))
    unfinished = {(place.topic, place.partition) for place in places}
    while unfinished:
        if not is_wanted():
            raise RestoreOutdated
        # poll first: consume(n, timeout) waits out its time for n records, also behind the last one
        first = consumer.poll(_WAIT_S)
        if first is None:
            # librdkafka begins to fetch a new assignment up to a second late, unless an answer from the network wakes
            # it (1.1 s to 0.1 s for a restore of nothing, both together)
            with suppress(KafkaException):
                consumer.get_watermark_offsets(places[0], timeout=_NETWORK_S)
        for message in [first, *consumer.consume(_CHUNK, 0)] if first is not None else ():
            error = message.error()
            if is_of_no_concern(error):
                continue
            if is_end_of_partition(error):
                # not "the last record was seen": behind it there may be markers and what was aborted
                unfinished.discard((str(message.topic()), message.partition()))
            elif error is None:
                yield message
            elif not is_passing(error):
                raise _failed(str(message.topic()), error)


__all__ = [
    "RestoreFailed", "RestoreOutdated", "StoredState", "ends", "made_anew", "number_of", "read_states", "read_to_ends",
]  # fmt: skip
