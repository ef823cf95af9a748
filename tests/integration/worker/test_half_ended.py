"""A batch whose transaction was ended in some partitions and not in others: what readers have of it comes once.

Kafka leaves ends out where a partition has no leader at that moment (processors/unended.py), which nobody can bring
about at will. So somebody else writes what such a batch leaves behind, as its worker would have: its results in a
transaction that is committed, its state in one that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import accumulate

import pytest
from confluent_kafka import Producer

from processors.handover import Handover, Outgoing, RawRecord
from processors.router import PartitionRouter
from runtime.clients import client_config, new_admin
from runtime.settings import Settings
from runtime.topic_admin import create_topics
from schemas.topics import ENTRIES, EVENTS, REJECTED, TIMELINES, changelog_topic
from tests.integration.worker.test_delivery import reports
from tests.log_and_sink import CORES, append, assert_sink_equals_replay, read_topic, sink_by_replay, sink_in
from tests.tally_service import APP_ID, PARTITIONS
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.kafka

Start = Callable[..., WorkerProcess]
#: each region falls into one of the partitions; the core raises on one record here and there
COUNT = 180


@pytest.fixture
def settings(on_kafka: Settings) -> Settings:
    return on_kafka


def batches(log: list[RawRecord], partition: int, *lengths: int) -> list[Handover]:
    """What the worker would have written of the first records of the partition, cut so."""
    router = PartitionRouter(partition, CORES.core_for, core_version=CORES.version, partitions=PARTITIONS)
    records = [record for record in log if record.partition == partition]
    ends = list(accumulate(lengths))
    return [router.process(records[end - length : end]) for length, end in zip(lengths, ends, strict=True)]


def a_producer(settings: Settings, transactional_id: str, partition: int, records: Iterable[Outgoing]) -> Producer:
    """In the middle of a transaction that holds these."""
    producer = Producer({**client_config(settings, "former"), "transactional.id": transactional_id})
    producer.init_transactions(30)
    producer.begin_transaction()
    for record in records:
        producer.produce(record.topic, record.value, record.key, partition, headers=list(record.headers))
    assert producer.flush(30) == 0
    return producer


def write(settings: Settings, partition: int, records: Iterable[Outgoing]) -> None:
    """As whoever owned the partition before."""
    a_producer(settings, f"{APP_ID}-{partition}", partition, records).commit_transaction(30)


def abort(settings: Settings, partition: int, records: Iterable[Outgoing]) -> None:
    a_producer(settings, f"{APP_ID}-{partition}", partition, records).abort_transaction(30)


def state_of(batch: Handover) -> list[Outgoing]:
    return [Outgoing(changelog_topic(APP_ID), key, value, ()) for key, value in batch.state]


def test_what_readers_have_of_a_batch_without_state_is_not_told_again(
    settings: Settings, start_on_kafka: Start
) -> None:
    count = append(settings, reports(COUNT), PARTITIONS)
    log = read_topic(settings, EVENTS, PARTITIONS)

    (first,) = batches(log, 0, 25)
    write(settings, 0, first.outgoing)
    # whoever did it again was ended in the middle: what readers have stands far in front of the end
    abort(settings, 0, [*first.outgoing, *state_of(first)])

    before, half = batches(log, 1, 5, 25)
    write(settings, 1, [*before.outgoing, *state_of(before)])
    write(settings, 1, half.outgoing)
    abort(settings, 1, state_of(half))

    # a worker took over, did a part of it once more, and ended
    before, again, half = *batches(log, 2, 5, 3), batches(log, 2, 5, 25)[1]
    write(settings, 2, [*before.outgoing, *state_of(before)])
    write(settings, 2, half.outgoing)
    abort(settings, 2, state_of(half))
    write(settings, 2, [*(new for new in again.outgoing if new.topic in (ENTRIES, TIMELINES)), *state_of(again)])

    rejects = [result for batch in (first, half) for result in batch.outgoing if result.topic == REJECTED]
    assert rejects
    worker = start_on_kafka(batch_records=4)  # it cuts the log at other places
    worker.wait_ready()
    wait_until(lambda: worker.applied() == count, what="the log applied")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
    told = {fact["partition"]: (fact["state"], fact["updates"]) for fact in worker.facts("seen_before")}
    assert told == {0: (-1, 24), 1: (4, 29), 2: (7, 29)}
    assert worker.end() == 0


def test_results_that_are_open_behind_the_state_are_ended_and_others_are_left(
    settings: Settings, start_on_kafka: Start
) -> None:
    """Somebody else leaves them here, under another id: that one's the worker cannot end, and the test does."""
    count = append(settings, reports(COUNT), PARTITIONS)
    log = read_topic(settings, EVENTS, PARTITIONS)
    # the state knows of it, and its results were committed without an end
    (known,) = batches(log, 0, 5)
    write(settings, 0, state_of(known))
    left_open = a_producer(settings, "somebody", 0, known.outgoing)
    # the state knows nothing of it, and its results were aborted without an end
    known, unknown = batches(log, 1, 5, 7)
    write(settings, 1, [*known.outgoing, *state_of(known)])
    ended = a_producer(settings, "somebody-else", 1, unknown.outgoing)

    worker = start_on_kafka()
    worker.wait_ready()
    assert [fact["partitions"] for fact in worker.facts("open_results")] == [[1]]
    assert worker.facts("open_transactions") == []
    left_open.commit_transaction(30)
    ended.abort_transaction(30)
    wait_until(lambda: worker.applied() == count, what="the log applied")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
    assert worker.facts("seen_before") == []
    assert worker.end() == 0


@pytest.mark.long  # two services, one behind the other
def test_a_service_that_begins_anew_writes_its_own(settings: Settings, start_on_kafka: Start) -> None:
    """There are updates of the whole log in the sink, and they are another's."""
    count = append(settings, reports(COUNT), PARTITIONS)
    first = start_on_kafka()
    first.wait_ready()
    wait_until(lambda: first.applied() == count, what="the log applied")
    assert first.end() == 0

    anew = settings.model_copy(update={"app_id": "anew"})
    create_topics(new_admin(anew), anew)
    second = start_on_kafka(environment={"TIMELINES_APP_ID": "anew"})
    second.wait_ready()
    wait_until(lambda: second.applied() == count, what="the log applied")
    expected, found = sink_by_replay(settings, PARTITIONS), sink_in(settings, PARTITIONS, drop_doubles=False)
    assert found.updates == {key: [*chain, *chain] for key, chain in expected.updates.items()}
    assert second.facts("seen_before") == []
    assert second.end() == 0
