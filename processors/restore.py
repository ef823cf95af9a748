"""The state that earlier transactions left, read back to the last stable offset.

Comes after the partitions' transactional ids were opened: only then is the end of the log the end, with no transaction
of a former owner still open in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from time import sleep
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from processors.handover import GapInLog
from runtime.clients import ask_marks, is_end_of_partition, is_of_no_concern, new_consumer
from runtime.passing import is_passing
from runtime.refusals import hint
from runtime.settings import Settings
from schemas.topics import EVENTS, changelog_topic

_CHUNK: Final = 1_000
_WAIT_S: Final = 0.02
_NETWORK_S: Final = 10.0
_PAUSE_S: Final = 0.1


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
    """

    pieces: dict[bytes, bytes] = field(default_factory=dict)
    records: int = 0
    log_start: int = 0
    log_end: int = 0

    def take(self, key: bytes, value: bytes | None) -> None:
        self.records += 1
        self.pieces.pop(key, None)
        if value is not None:
            self.pieces[key] = value

    def check_log_holds(self, partition: int, next_offset: int) -> None:
        """Raises GapInLog where records were deleted before they were read, RestoreFailed for a log made anew."""
        if next_offset < self.log_start:
            raise GapInLog(EVENTS, partition, next_offset, self.log_start)
        if next_offset > self.log_end:
            raise made_anew(partition, self.log_end, next_offset)


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
    and a restore that is cut short by the next assignment is simply thrown away.
    """
    states = {partition: StoredState() for partition in partitions}
    if not states:
        return states
    topic = changelog_topic(settings.app_id)
    consumer = new_consumer(settings, "restore", group=f"{settings.app_id}-restore")
    try:
        for partition, state in states.items():
            state.log_start, state.log_end = _ends(consumer, TopicPartition(EVENTS, partition), is_wanted)
        places = [TopicPartition(topic, partition) for partition in states]
        for place in places:
            # asked for, not OFFSET_BEGINNING: librdkafka takes half a second longer to look that up by itself
            place.offset = _ends(consumer, place, is_wanted)[0]
        consumer.assign(places)
        _read_to_ends(consumer, places[0], states, is_wanted)
    except KafkaException as error:
        raise RestoreFailed(
            f"the state in {topic} cannot be read: {error.args[0].str()}{hint(error.args[0])}"
        ) from error
    finally:
        consumer.close()
    return states


def _ends(consumer: Consumer, place: TopicPartition, is_wanted: Callable[[], bool]) -> tuple[int, int]:
    while is_wanted():
        try:
            ends = ask_marks(consumer, place, _NETWORK_S)
        except KafkaException as error:
            if not is_passing(error.args[0]):
                raise
            sleep(_PAUSE_S)  # the broker is only away, and readiness says so; an answer that says no comes at once
        else:
            return ends
    raise RestoreOutdated


def _read_to_ends(
    consumer: Consumer, any_place: TopicPartition, states: dict[int, StoredState], is_wanted: Callable[[], bool]
) -> None:
    unfinished = set(states)
    while unfinished:
        if not is_wanted():
            raise RestoreOutdated
        # poll first: consume(n, timeout) waits out its time for n records, also behind the last one
        first = consumer.poll(_WAIT_S)
        if first is None:
            # librdkafka begins to fetch a new assignment up to a second late, unless an answer from the network wakes
            # it (1.1 s to 0.1 s for a restore of nothing, both together)
            with suppress(KafkaException):
                consumer.get_watermark_offsets(any_place, timeout=_NETWORK_S)
        for message in [first, *consumer.consume(_CHUNK, 0)] if first is not None else ():
            error, partition = message.error(), message.partition()
            if is_of_no_concern(error):
                continue
            assert partition is not None  # null only in delivery reports
            if is_end_of_partition(error):
                # not "the last record was seen": behind it there may be markers and what was aborted
                unfinished.discard(partition)
            elif error is not None:
                if not is_passing(error):
                    raise KafkaException(error)
            elif (key := message.key()) is not None:
                states[partition].take(key, message.value())


__all__ = ["RestoreFailed", "RestoreOutdated", "StoredState", "made_anew", "read_states"]
