"""What one would write by hand: a consumer, a transactional producer a partition, no framework.

The job is the worker's: the same codec, the same core, the same records: updates, entries and heads, the changed state
and the offset, in one transaction for each batch of one partition. No metrics, no health, no back-pressure between
threads, no groups, no check of anything.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any, Final

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Message, Producer, TopicPartition

from benchmarks.sides import asked
from benchmarks.stand_in import PARTITIONS, Marks, say, think
from benchmarks.stand_in_core import cores_of
from faust_confluent.options import gathering
from faust_confluent.poller import SAME_ANSWER_S
from processors.batch import _labels, _sent_entry, _sent_head, _sent_update
from processors.correlation import LogRecord, RegionCore
from processors.handover import Outgoing, PartitionState, encode_partition_state, partition_key
from runtime.clients import new_consumer, new_producer
from runtime.settings import load_settings
from schemas.codec import decode_log_record
from schemas.topics import EVENTS, TIMELINES, changelog_topic

_MOST_OF_A_PARTITION: Final = 1024 * 1024  # bytes, librdkafka's own default


class Bare:
    """One partition's half of the loop."""

    def __init__(self, partition: int, producer: Producer, changelog: str, given: Any, marks: Marks) -> None:
        self._partition = partition
        self._producer = producer
        self._changelog = changelog
        self._given = given
        self._marks = marks
        self._cores_of = cores_of("events" if given.job == "bytes" else given.job, given.core_us, marks)
        self._cores: dict[str, RegionCore] = {}

    def take(self, messages: list[Message]) -> None:
        self._producer.begin_transaction()
        if self._given.job == "bytes":
            self._take_bytes(messages)
        else:
            self._take_events(messages)
        self._producer.commit_transaction(30)

    def _send(self, record: Outgoing) -> None:
        produce, partition = self._producer.produce, self._partition
        while True:
            try:
                return produce(record.topic, record.value, record.key, partition, headers=list(record.headers))
            except BufferError:
                self._producer.poll(0.1)

    def _take_bytes(self, messages: list[Message]) -> None:
        newest = {}
        for message in messages:
            self._marks.add()
            think(self._given.core_us)
            newest[message.offset() % 64] = message.value()  # type: ignore[operator]  # null in delivery reports only
        for key, value in newest.items():
            self._producer.produce(TIMELINES, value, b"key-%d" % key, self._partition)
        offset = b"%d" % (messages[-1].offset() or 0)
        self._producer.produce(self._changelog, offset, b"_partition/%d" % self._partition, self._partition)

    def _take_events(self, messages: list[Message]) -> None:
        entries: dict[str, Any] = {}
        touched: dict[tuple[str, str], datetime] = {}
        parted: dict[tuple[str, str], Any] = {}  # heads that nobody can ask for any more
        for message in messages:
            headers: Any = message.headers()
            ce_type = next(value for name, value in headers if name == "ce_type").decode()
            event = decode_log_record(ce_type, message.value())
            region = message.key().decode()  # type: ignore[union-attr]  # our log has keys
            core = self._cores.get(region)
            if core is None:
                core = self._cores[region] = self._cores_of.core_for(region)
            offset: int = message.offset()  # type: ignore[assignment]  # None only in reports of failed sends
            changes = core.apply(LogRecord(event, region, self._partition, offset))
            brought = {update.incident_id: update for update in changes.updates}
            parted.update({(region, head.incident_id): head for head in changes.parting})
            for update in changes.updates:
                self._send(_sent_update(update, _labels(core, update.incident_id)))
            for entry in changes.entries:
                known = brought.get(entry.incident_id) or parted.get((region, entry.incident_id))
                revision = (known or core.head(entry.incident_id)).revision
                entries[entry.event_id] = (entry, region, revision, _labels(core, entry.incident_id))
            for incident_id in changes.touched:
                parted.pop((region, incident_id), None)  # founded anew
                touched[region, incident_id] = (brought.get(incident_id) or event).recorded_at
        for entry in entries.values():
            self._send(_sent_entry(*entry))
        for (region, incident_id), at in touched.items():
            head = parted.get((region, incident_id)) or self._cores[region].head(incident_id)
            self._send(_sent_head(head, at))
        for core in self._cores.values():
            for piece in core.drain_state():
                self._producer.produce(self._changelog, piece.value, piece.key.encode(), self._partition)
        state = encode_partition_state(PartitionState(messages[-1].offset() or 0, self._cores_of.version))
        self._producer.produce(self._changelog, state, partition_key(self._partition), self._partition)


def main() -> None:
    given = asked()
    settings = load_settings({}, bootstrap_servers=given.servers, app_id=given.app, coalesce_ms=given.coalesce_ms)
    wait_s, extra = settings.coalesce_ms / 1000, {}
    if not given.waits_itself:
        # as the worker's: else a comparison of the two would be one of who lets the broker gather records
        wait_s, extra = SAME_ANSWER_S, gathering(wait_s, _MOST_OF_A_PARTITION)
    consumer = new_consumer(settings, "bare", **extra)
    start = OFFSET_BEGINNING if given.start == "earliest" else OFFSET_END
    ended: list[dict[str, float]] = []
    marks = Marks(given.events, ended.append, begin=given.begin)
    sides = {}
    for number in range(PARTITIONS):
        producer = new_producer(settings, "bare", transactional_id=f"{given.app}-{number}")
        producer.init_transactions(30)
        sides[number] = Bare(number, producer, changelog_topic(given.app), given, marks)
    consumer.assign([TopicPartition(EVENTS, number, start) for number in range(PARTITIONS)])
    while not ended:
        first = consumer.poll(0.1)
        if first is None:
            continue
        runs: dict[int, list[Message]] = {}
        for message in [first, *consumer.consume(settings.batch_records - 1, wait_s)]:
            if message.error() is None:
                runs.setdefault(message.partition(), []).append(message)  # type: ignore[arg-type]  # null in reports only
        for number, messages in runs.items():
            sides[number].take(messages)
    say(ended[0])
    os._exit(0)


if __name__ == "__main__":
    main()
