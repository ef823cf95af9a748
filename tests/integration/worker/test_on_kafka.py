"""The worker on Apache Kafka, which isolates transactions and fences: nothing lost, nothing doubled, nothing else."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest
from confluent_kafka import Producer

from processors.restore import read_states
from processors.transaction import PartitionWriter
from runtime.clients import client_config
from runtime.settings import Settings
from schemas.topics import TIMELINES, changelog_topic
from tests.integration.worker.test_delivery import ended_under_load, reports
from tests.log_and_sink import append, assert_sink_equals_replay
from tests.tally_core import an_attack
from tests.tally_service import APP_ID, PARTITIONS
from tests.worker_process import WorkerProcess, wait_until

pytestmark = pytest.mark.kafka


@pytest.fixture
def settings(on_kafka: Settings) -> Settings:
    return on_kafka


@pytest.fixture
def start_worker(start_on_kafka: Callable[..., WorkerProcess]) -> Callable[..., WorkerProcess]:
    return start_on_kafka


def test_a_worker_that_is_killed_under_load_is_followed_by_one_that_goes_on_exactly_there(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    ended_under_load(signal.SIGKILL, settings, start_worker)
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)


@pytest.mark.long  # tests/chaos/test_short_storm.py kills and ends workers under load too, and more besides
def test_workers_that_are_killed_and_ended_under_load_lose_and_double_nothing(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    total = 2_400
    running = [start_worker(batch_records=30), start_worker(batch_records=30)]
    wait_until(lambda: all(worker.is_ready() for worker in running), what="both ready")

    def produce() -> None:
        for first in range(0, total, 100):
            append(settings, reports(100, first), PARTITIONS)
            time.sleep(0.3)

    producing = threading.Thread(target=produce)
    producing.start()
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        wait_until(lambda: all(worker.applied() > 0 for worker in running), what="something applied by each")
        assert running.pop(0).end(number) == (0 if number == signal.SIGTERM else -number)
        running.append(start_worker(batch_records=30))
        wait_until(running[-1].is_ready, what="the next worker's readiness")
    producing.join()
    wait_until(lambda: sum(worker.applied() for worker in running) == total, what="the log applied")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)


def test_a_worker_that_was_frozen_past_its_session_writes_nothing_behind_its_successor(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    frozen = start_worker(batch_records=20)
    frozen.wait_ready()
    append(settings, reports(900), PARTITIONS)
    wait_until(lambda: frozen.applied() > 60, what="some of it applied")
    frozen.process.send_signal(signal.SIGSTOP)
    successor = start_worker(batch_records=20)
    wait_until(
        lambda: len(successor.metric("applied_offset")) == PARTITIONS and successor.is_ready(), what="the takeover"
    )
    append(settings, reports(300, 900), PARTITIONS)
    wait_until(lambda: successor.applied() > 900, what="the successor's progress")
    frozen.process.send_signal(signal.SIGCONT)
    # it finds out by being fenced, and ends; or from the group, and takes its share again
    wait_until(
        lambda: frozen.process.poll() == 1 or len(frozen.facts("restored")) == 2,
        what="the end of the frozen one's belief",
    )
    if frozen.process.poll() is not None:
        (failure,) = frozen.facts("stopping")
        assert "another worker has opened the transactional id" in failure["reason"]
    append(settings, reports(300, 1_200), PARTITIONS)

    def applied() -> int:
        return sum(worker.applied() for worker in (frozen, successor) if worker.process.poll() is None)

    wait_until(lambda: applied() == 1_500, what="the log applied")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)


def test_a_worker_that_was_fenced_ends_with_one_line_and_nothing_of_its_batch_is_seen(
    settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    worker = start_worker()
    worker.wait_ready()
    append(settings, [(an_attack("fire", "e1"), "europe")], PARTITIONS)
    wait_until(lambda: worker.applied() == 1, what="the log applied")
    for partition in range(PARTITIONS):
        PartitionWriter(settings, partition, keep_trying=lambda: True).open()
    append(settings, [(an_attack("flood", "e2"), "europe")], PARTITIONS)
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert "another worker has opened the transactional id tally-" in failure["reason"]
    assert "exception" not in failure

    second = start_worker()
    second.wait_ready()
    wait_until(lambda: second.applied() == 2, what="the log applied")
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)


@pytest.mark.parametrize("is_left_open", [False, True], ids=["aborted", "left open"])
def test_state_is_restored_over_a_tail_that_was_not_committed(
    is_left_open: bool, settings: Settings, start_worker: Callable[..., WorkerProcess]
) -> None:
    first = start_worker()
    first.wait_ready()
    append(settings, reports(90), PARTITIONS)
    wait_until(lambda: first.applied() == 90, what="the log applied")
    assert first.end() == 0
    before = read_states(settings, range(PARTITIONS), is_wanted=lambda: True)

    # another owner writes state that reaches to offset 1000, and dies before it commits
    dying = Producer({**client_config(settings, "dying"), "transactional.id": f"{APP_ID}-2"})
    dying.init_transactions(20)
    dying.begin_transaction()
    state = b'{"v":1,"offset":1000,"core_version":"tally-1"}'
    dying.produce(changelog_topic(APP_ID), state, b"_partition/2", 2)
    dying.produce(TIMELINES, b"no timeline", b"europe:fire0", 2)
    assert dying.flush(20) == 0
    if not is_left_open:
        dying.abort_transaction(20)

    second = start_worker()
    second.wait_ready()
    count = 90 + append(settings, reports(90, 90), PARTITIONS)
    wait_until(lambda: second.applied() == count, what="the log applied")
    restored = second.facts("restored")[-1]
    assert restored["records"] == sum(state.records for state in before.values())
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True)
