"""What stands in the log and in the sink topics, and what should: the replay of the one equals the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from processors.cores import Cores
from processors.handover import Outgoing, RawRecord
from processors.received import raw_record
from processors.replay import replay
from processors.router import PartitionRouter
from runtime.clients import is_end_of_partition, new_consumer, new_producer
from runtime.settings import Settings, load_settings
from schemas.codec import LogMessage, encode
from schemas.headers import headers_of
from schemas.regions import partition_of, region_of
from schemas.topics import ENTRIES, EVENTS, REJECTED, TIMELINES, UPDATES
from tests.tally_core import VERSION, TallyCore

CORES = Cores(TallyCore, VERSION)
SINK = (TIMELINES, ENTRIES, UPDATES, REJECTED)


def settings_of(bootstrap_servers: str, app_id: str) -> Settings:
    return load_settings({}, bootstrap_servers=bootstrap_servers, app_id=app_id)


def append(settings: Settings, messages: Iterable[tuple[LogMessage, str | None]], partitions: int) -> int:
    """Append messages to the log, each with its region (None: as it says itself). Answers how many there were."""
    producer = new_producer(settings, "test")
    count = 0
    for message, region in messages:
        key = region or region_of(message)
        send(producer, key, encode(message), headers_of(message, region=key), partition_of(key, partitions))
        count += 1
    assert producer.flush(30) == 0
    return count


def send(
    producer: Producer,
    key: str,
    value: bytes,
    headers: Sequence[tuple[str, bytes]],
    partition: int,
    topic: str = EVENTS,
) -> None:
    while True:
        try:
            producer.produce(topic, value, key.encode(), partition, headers=list(headers))
            return
        except BufferError:
            producer.poll(0.1)


def read_topic(
    settings: Settings, topic: str, partitions: int, *, upto: Mapping[int, int] | None = None
) -> list[RawRecord]:
    """All committed records of a topic, partition by partition. upto: last offsets to read; -1: none."""
    consumer: Consumer = new_consumer(settings, "test-reader")
    try:
        found: dict[int, list[RawRecord]] = {number: [] for number in range(partitions)}
        unfinished = {number for number in found if upto is None or upto[number] >= 0}
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in unfinished])
        while unfinished:
            message = consumer.poll(20)
            assert message is not None, f"{topic} gives nothing more"
            if is_end_of_partition(message.error()):
                unfinished.discard(message.partition())
            else:
                assert message.error() is None, message.error()
                record = raw_record(message)
                if upto is None or record.offset <= upto[record.partition]:
                    found[record.partition].append(record)
                if upto is not None and record.offset >= upto[record.partition] and record.partition in unfinished:
                    unfinished.discard(record.partition)
                    consumer.incremental_unassign([TopicPartition(topic, record.partition)])
        return [record for number in sorted(found) for record in found[number]]
    finally:
        consumer.close()


@dataclass(frozen=True)
class Sink:
    """What readers have in the end. newest: by topic and key; updates and rejects: all of them, in order."""

    newest: dict[tuple[str, bytes | None], tuple[bytes | None, tuple[tuple[str, bytes | None], ...]]]
    updates: dict[bytes | None, list[bytes | None]]
    rejects: list[tuple[int, bytes | None, tuple[tuple[str, bytes | None], ...]]]


def sink_of(records: Iterable[tuple[int, Outgoing | RawRecord]], *, drop_doubles: bool) -> Sink:
    """drop_doubles: for brokers that do not isolate transactions; a double then equals its original."""
    newest, updates, rejects = {}, {}, []
    for partition, record in records:
        if record.topic in (TIMELINES, ENTRIES):
            newest[record.topic, record.key] = (record.value, record.headers)
        elif record.topic == UPDATES:
            chain = updates.setdefault(record.key, [])
            if not (drop_doubles and record.value in chain):
                chain.append(record.value)
        elif not (drop_doubles and (partition, record.value, record.headers) in rejects):
            rejects.append((partition, record.value, record.headers))
    return Sink(newest, updates, sorted(rejects, key=repr))


def sink_in(settings: Settings, partitions: int, *, drop_doubles: bool) -> Sink:
    """What stands in the sink topics of a broker."""
    records = [(record.partition, record) for topic in SINK for record in read_topic(settings, topic, partitions)]
    return sink_of(records, drop_doubles=drop_doubles)


def sink_by_replay(
    settings: Settings, partitions: int, *, cores: Cores = CORES, upto: Mapping[int, int] | None = None
) -> Sink:
    """What the log of a broker gives without a worker. upto: as in `read_topic`."""
    log = read_topic(settings, EVENTS, partitions, upto=upto)

    def router_for(partition: int) -> PartitionRouter:
        return PartitionRouter(partition, cores.core_for, core_version=cores.version, partitions=partitions)

    outgoing = [(partition, record) for partition, handover in replay(log, router_for) for record in handover.outgoing]
    return sink_of(outgoing, drop_doubles=False)


def assert_sink_equals_replay(
    settings: Settings,
    partitions: int,
    *,
    is_isolated: bool,
    cores: Cores = CORES,
    upto: Mapping[int, int] | None = None,
) -> Sink:
    """is_isolated: whether the broker hides what was not committed, so that there may be no double at all.

    upto: the last offset of each partition that was applied, where that is not the whole log
    """
    expected = sink_by_replay(settings, partitions, cores=cores, upto=upto)
    found = sink_in(settings, partitions, drop_doubles=not is_isolated)
    assert set(found.updates) == set(expected.updates)
    for key, chain in expected.updates.items():
        assert found.updates[key] == chain, f"the updates of {key!r}"
    assert set(found.newest) == set(expected.newest)
    for place, newest in expected.newest.items():
        assert found.newest[place] == newest, f"the newest of {place}"
    assert found.rejects == expected.rejects
    return expected
