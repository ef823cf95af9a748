"""Transactions of a partition that are over, as the broker says, and have no end in its log.

Seen on Apache Kafka 4.3.0, one node, frozen for longer than its own session: it was taken for dead for 200 ms, its
partitions had no leader in that time, and the coordinator took a commit for complete without having written a single
marker. The next writer was let in, its reader did not see the batch, did it again, and the marker of *that* batch made
both visible. With replicas on other nodes there is always a leader, and no such hole was seen.

A broker that is killed and started again can do the same while its writer lives. The writer's next commit ends both
wherever it has records itself; in a topic where it has none, what is open stays unread until the next commit there.
That is not looked for: the state is whole, and only another commit, never an abort, would make it right.

So whoever takes a partition over looks whether the state ends where it can be read to. If it does not, after the former
owner was fenced, nobody will ever end what is open there but the new owner: by aborting a transaction of its own in the
same places. Nobody has seen the records; they are done again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from time import monotonic, sleep
from typing import Final, Protocol

from confluent_kafka import IsolationLevel, KafkaException
from confluent_kafka.admin import AdminClient

from processors.restore import RestoreFailed, RestoreOutdated
from runtime.clients import ask_ends, learn_leaders, new_admin
from runtime.passing import is_passing
from runtime.settings import Settings
from schemas.topics import changelog_topic

_NETWORK_S: Final = 10.0
_PAUSE_S: Final = 0.2
#: for the end of what was open to become visible; a transaction of somebody else is ended by its broker before
_MOST_S: Final = 60.0


class Opened(Protocol):
    """Of `PartitionWriter`, what is needed here."""

    def abort_open(self) -> None: ...


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


def _unreadable(admin: AdminClient, topic: str, partitions: Collection[int], is_wanted: Callable[[], bool]) -> set[int]:
    """Partitions of which not all that was written can be read by who reads what is committed."""
    # in this order: what is committed between the two questions is no difference
    written = _ends(admin, topic, partitions, IsolationLevel.READ_UNCOMMITTED, is_wanted)
    readable = _ends(admin, topic, partitions, IsolationLevel.READ_COMMITTED, is_wanted)
    return {partition for partition in partitions if readable[partition] < written[partition]}


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


__all__ = ["end_open"]
