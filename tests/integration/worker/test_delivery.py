"""What the sink holds after the worker was ended, killed or joined equals the replay of the log."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from runtime.clients import new_producer
from runtime.settings import Settings
from schemas.codec import LogMessage
from schemas.topics import REJECTED, UPDATES
from tests.log_and_sink import append, assert_sink_equals_replay, read_topic, send
from tests.tally_core import an_attack
from tests.tally_service import PARTITIONS
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.broker

# three regions that fall into the three partitions
REGIONS = ("middle-east", "europe", "western-africa")


def reports(count: int, first: int = 0) -> Iterator[tuple[LogMessage, str]]:
    """Reports of many incidents in three regions; one in fifty makes the core raise."""
    for number in range(first, first + count):
        words = "boom" if number % 50 == 7 else f"fire{number // 30}+flood{number // 45}"
        yield an_attack(f"{words} somewhere", f"e{number}", minute=number), REGIONS[number % len(REGIONS)]


def test_a_batch_comes_out_on_every_sink_topic_and_equals_the_replay(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    worker = start_worker()
    worker.wait_ready()
    count = append(settings, reports(600), PARTITIONS)
    wait_until(lambda: worker.applied() == count, what="the log applied")
    expected = assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
    assert len(expected.rejects) == 12
    assert sum(worker.metric("events_total").values()) == count - 12
    rejected = worker.metric("rejected_total")
    assert {field: number for field, number in rejected.items() if number} == {'field="value"': 12}
    assert worker.metric("lag_records") == {f'partition="{number}"': 0 for number in range(PARTITIONS)}
    wait_until(
        lambda: 1.0 in worker.metric("librdkafka_broker_up").values(), what="librdkafka's statistics of a live broker"
    )
    assert worker.end() == 0


def test_what_stands_in_one_partition_of_the_log_goes_to_the_same_partition(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    worker = start_worker()
    worker.wait_ready()
    producer = new_producer(settings, "test")
    send(producer, "atlantis", b"no event", [], 2)
    producer.flush(10)
    count = 1 + append(settings, reports(30), PARTITIONS)
    wait_until(lambda: worker.applied() == count, what="the log applied")
    rejected = [record for record in read_topic(settings, REJECTED, PARTITIONS) if record.value == b"no event"]
    assert [(record.partition, record.key) for record in rejected] == [(2, b"atlantis")]
    assert {record.partition for record in read_topic(settings, UPDATES, PARTITIONS)} == {0, 1, 2}


def ended_under_load(number: signal.Signals, settings: Settings, start_worker: Callable[..., WorkerProcess]) -> None:
    """A worker gets the signal in the middle of its work, and a second one takes the log to its end."""
    first = start_worker(batch_records=40)
    first.wait_ready()
    append(settings, reports(1_500), PARTITIONS)
    wait_until(lambda: first.applied() > 300, what="some of it applied")
    status = first.end(number)
    assert status == (0 if number == signal.SIGTERM else -number)
    before = sum(fact["records"] for fact in first.facts("committed"))
    assert before < 1_500, "it was too fast to be ended in the middle"

    second = start_worker(batch_records=40)
    second.wait_ready()
    count = 1_500 + append(settings, reports(300, 1_500), PARTITIONS)
    wait_until(lambda: second.applied() == count, what="the log applied")
    assert second.facts("restored")[-1]["records"] > 0


def test_a_worker_that_is_ended_under_load_is_followed_by_one_that_goes_on_exactly_there(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    """In good order. Half a transaction of one that was killed stays for ever on this broker: see test_on_kafka.py."""
    ended_under_load(signal.SIGTERM, settings, start_worker)
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)


def test_two_workers_share_the_partitions_and_lose_nothing_when_one_joins_and_one_leaves(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    first = start_worker(batch_records=40)
    first.wait_ready()
    count = append(settings, reports(600), PARTITIONS)
    wait_until(lambda: first.applied() > 100, what="some of it applied")
    second = start_worker(batch_records=40)
    second.wait_ready()
    # in one round of the group or in several: a slow second member may come too late for the first
    wait_until(
        lambda: (
            sorted(len(worker.metric("applied_offset")) for worker in (first, second)) == [1, 2] and first.is_ready()
        ),
        what="the partitions shared",
    )
    count += append(settings, reports(600, 600), PARTITIONS)
    wait_until(lambda: first.applied() + second.applied() == count, what="the log applied")
    assert first.end() == 0
    wait_until(lambda: len(second.metric("applied_offset")) == 3 and second.is_ready(), what="the second alone")
    count += append(settings, reports(300, 1_200), PARTITIONS)
    wait_until(lambda: second.applied() == count, what="the log applied")
    assert second.end() == 0
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
