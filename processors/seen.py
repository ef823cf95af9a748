"""Results that readers have, and of which the stored state knows nothing.

A batch is one transaction. But a broker without replicas elsewhere, frozen or killed and back again, may write the end
of it in some partitions and never in the others (unended.py). What it left open in the state is aborted at the next
takeover, by us or by the broker, and the batch comes again: its updates, where they can be read already, must not.

The state alone would not show it. So with it the last update and the last reject of each partition are read: do they
tell of a record behind the state? They are taken for ours only where the log of our own state holds an offset as far as
that, which then was not committed: a service that begins anew (another TIMELINES_APP_ID) finds the updates of the one
before, and has to write its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from confluent_kafka import TopicPartition

from processors.handover import NOTHING_SEEN, Seen, UnreadableState, decode_partition_state, partition_key
from processors.restore import StoredState, ends, number_of, read_to_ends
from processors.told import told_of
from runtime.clients import new_consumer
from runtime.settings import Settings
from schemas.topics import REJECTED, UPDATES, changelog_topic

#: offsets that are looked at where the last ones held nothing but what was aborted: a batch, then whatever is
_WIDER: Final = (1_000, 50_000)


def seen_beyond(
    settings: Settings, states: Mapping[int, StoredState], reached: Mapping[int, int], *, is_wanted: Callable[[], bool]
) -> dict[int, Seen]:
    """Of partitions of which readers have seen more than the state knows of: as a rule none. Blocks.

    reached: the last offset of the log that the restored state knows of, of each partition
    Raises RestoreFailed, RestoreOutdated.
    """
    updates = {number: state.told[UPDATES] for number, state in states.items()}
    rejects = {number: state.told[REJECTED] for number, state in states.items()}
    # nobody else writes to that topic: where none is found, there is none, or it stands further in front
    unknown = [number for number, state in states.items() if updates[number] < 0 and state.more_updates]
    for width in _WIDER if unknown else ():
        left = [number for number in unknown if updates[number] < 0]
        updates |= _last_updates(settings, left, width, is_wanted) if left else {}
    beyond = [number for number, offset in reached.items() if max(updates[number], rejects[number]) > offset]
    written = _written(settings, beyond, is_wanted) if beyond else {}

    def ours(number: int, offset: int) -> int:
        return offset if reached[number] < offset <= written[number] else -1

    seen = {number: Seen(ours(number, updates[number]), ours(number, rejects[number])) for number in beyond}
    return {number: what for number, what in seen.items() if what != NOTHING_SEEN}


def _last_updates(
    settings: Settings, partitions: Collection[int], width: int, is_wanted: Callable[[], bool]
) -> dict[int, int]:
    told = dict.fromkeys(partitions, -1)
    consumer = new_consumer(settings, "seen")
    try:
        places = [TopicPartition(UPDATES, number) for number in partitions]
        for place in places:
            first, end = ends(consumer, place, is_wanted)
            place.offset = max(first, end - width)
        for message in read_to_ends(consumer, places, is_wanted):
            if (offset := told_of(message)) is not None:
                told[number_of(message)] = max(told[number_of(message)], offset)
    finally:
        consumer.close()
    return told


def _written(settings: Settings, partitions: Collection[int], is_wanted: Callable[[], bool]) -> dict[int, int]:
    """The furthest offset that stands in the log of the state, committed or not."""
    furthest, topic = dict.fromkeys(partitions, -1), changelog_topic(settings.app_id)
    consumer = new_consumer(settings, "written", isolation_level="read_uncommitted")
    try:
        places = [TopicPartition(topic, number) for number in partitions]
        for place in places:
            place.offset = ends(consumer, place, is_wanted)[0]
        for message in read_to_ends(consumer, places, is_wanted):
            number, value = number_of(message), message.value()
            if message.key() == partition_key(number) and value is not None:
                furthest[number] = max(furthest[number], _offset_in(value))
    finally:
        consumer.close()
    return furthest


def _offset_in(value: bytes) -> int:
    try:
        return decode_partition_state(value).offset
    except UnreadableState:  # never committed, or the restore would have said so
        return -1


__all__ = ["seen_beyond"]
