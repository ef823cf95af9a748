"""Transactions of a partition that are over, as the broker says, and have no end in its log.

Apache Kafka 4.3.1 leaves out the end of a transaction wherever a partition has no leader at that moment: it takes the
partition for deleted. One node, frozen or killed and back again, is such a moment of some 200 ms. Of the five topics a
batch is written to, some may have its end then and others not, and for good: the transaction is complete, as the
coordinator says. What is open there is held back from readers until the next transaction that writes to the same
partition ends, and shares its fate: a batch that was aborted is told after all, a committed one is lost. With replicas
on other nodes there is always a leader, and no such hole was seen.

So three looks:

- Whoever takes a partition over looks whether the state ends where it can be read to (`end_open`). If not, it aborts a
  transaction of its own in all five topics: the batch comes again, and nobody has seen its state. Its updates may have
  been seen: see seen.py.
- Then, whether updates or rejects are open that the restored state does not know of (`end_unknown`): they belong to a
  batch that was aborted and comes again, and are ended in the same way. What the state knows of was committed, and is
  left to the next commit.
- The writer looks after each abort (`still_open`), and aborts again what has no end.

What a living writer has committed without an end stays unread until its next commit in the same partition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from time import monotonic, sleep
from typing import Final, Protocol

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from processors.restore import RestoreFailed, RestoreOutdated, read_to_ends
from processors.told import TELLING, told_of
from runtime.clients import ask_ends, learn_leaders, new_admin, new_consumer
from runtime.passing import is_passing
from runtime.settings import Settings
from schemas.topics import changelog_topic

_NETWORK_S: Final = 10.0
_PAUSE_S: Final = 0.2
#: for the end of what was open to become visible; a transaction of somebody else is ended by its broker before
_MOST_S: Final = 60.0


class Opened(Protocol):
    """Of `PartitionWriter`, what is needed here."""

    def abort_open(self, topics: Collection[str] = ()) -> None: ...


def end_open(
    settings: Settings,
    writers: Mapping[int, Opened],
    *,
    is_wanted: Callable[[], bool],
    on_open: Callable[[Collection[int]], None],
) -> None:
    """Blocks until the state of each partition can be read to its end. Comes after the writers were opened.

    on_open: called with the partitions whose state ends in an open transaction, before these are ended
    Raises RestoreFailed, RestoreOutdated, and what the writers raise.
    """
    if not writers:
        return
    admin, began, was_told = new_admin(settings, "ends"), monotonic(), False
    while unreadable := _unreadable(admin, changelog_topic(settings.app_id), writers.keys(), is_wanted):
        if monotonic() - began > _MOST_S:
            raise RestoreFailed(
                f"{changelog_topic(settings.app_id)}{sorted(unreadable)} ends in a transaction that nobody ends: look "
                "for it and abort it in all topics (`kafka-transactions.sh find-hanging`, `abort`), then start again"
            )
        if not was_told:
            was_told = True
            on_open(unreadable)
            for partition in sorted(unreadable):
                writers[partition].abort_open()
        sleep(_PAUSE_S)


def end_unknown(
    settings: Settings,
    writers: Mapping[int, Opened],
    reached: Mapping[int, int],
    *,
    is_wanted: Callable[[], bool],
    on_open: Callable[[Collection[int]], None],
) -> None:
    """End open updates and rejects of records behind the state. Comes after the state was restored. Blocks.

    reached: the last offset of the log that the state knows of, of each partition
    on_open: called with the partitions that have such, before these are ended
    Raises as `end_open` does.
    """
    if not writers:
        return
    admin, unknown = new_admin(settings, "ends"), dict[int, list[str]]()
    for topic in TELLING:
        for partition, readable in _unreadable(admin, topic, writers.keys(), is_wanted).items():
            place = TopicPartition(topic, partition, readable)
            # all of them: should committed ones be among these, told twice is better than lost
            if _begins_with(settings, place, is_wanted) > reached[partition]:
                unknown.setdefault(partition, []).append(topic)
    if unknown:
        on_open(unknown)
    for partition, topics in unknown.items():
        writers[partition].abort_open(topics)


def still_open(
    settings: Settings, topics: Collection[str], partition: int, *, is_wanted: Callable[[], bool]
) -> frozenset[str]:
    """Those of the topics whose partition ends in a transaction that is not ended. Raises as `end_open` does."""
    admin = new_admin(settings, "ends")
    return frozenset(topic for topic in topics if _unreadable(admin, topic, (partition,), is_wanted))


def _begins_with(settings: Settings, place: TopicPartition, is_wanted: Callable[[], bool]) -> int:
    """The first record of the log that what is open tells of; -1: of none. place: with the offset where that begins."""
    consumer = new_consumer(settings, "open", isolation_level="read_uncommitted")
    try:
        told = (told_of(message) for message in read_to_ends(consumer, [place], is_wanted))
        return min((offset for offset in told if offset is not None), default=-1)
    finally:
        consumer.close()


def _unreadable(
    admin: AdminClient, topic: str, partitions: Collection[int], is_wanted: Callable[[], bool]
) -> dict[int, int]:
    """Partitions of which not all that was written can be read by who reads what is committed; and up to where."""
    # in this order: what is committed between the two questions is no difference
    written = _ends(admin, topic, partitions, IsolationLevel.READ_UNCOMMITTED, is_wanted)
    readable = _ends(admin, topic, partitions, IsolationLevel.READ_COMMITTED, is_wanted)
    return {partition: readable[partition] for partition in partitions if readable[partition] < written[partition]}


def _ends(
    admin: AdminClient, topic: str, partitions: Collection[int], level: IsolationLevel, is_wanted: Callable[[], bool]
) -> dict[int, int]:
    while is_wanted():
        try:
            answers = ask_ends(admin, topic, partitions, level, _NETWORK_S)
            ends = {partition: answer.result().offset for partition, answer in answers.items()}
        except KafkaException as error:
            if not is_passing(error.args[0]):
                raise RestoreFailed(f"the end of {topic} is not told: {error.args[0].str()}") from error
            learn_leaders(admin, topic)
        else:
            if all(end >= 0 for end in ends.values()):  # librdkafka answers so where the broker did not
                return ends
        sleep(_PAUSE_S)
    raise RestoreOutdated


__all__ = ["end_open", "end_unknown", "still_open"]
