"""Retention that deletes what the worker has not read: it says so and ends, instead of going on with a hole."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition

from runtime.clients import new_admin
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings, load_settings
from runtime.topic_admin import create_topics
from schemas.topics import EVENTS
from tests.log_and_sink import append
from tests.tally_core import an_attack
from tests.worker_process import WorkerProcess, wait_until, workers

pytestmark = pytest.mark.kafka

PARTITIONS = 3
REGION, PARTITION = "europe", 2


@pytest.fixture(scope="module")
def own_kafka(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    with KafkaServer(nodes=1, data=tmp_path_factory.mktemp("kafka")) as server:
        yield server


def reports(settings: Settings, first: int, count: int) -> None:
    append(settings, ((an_attack("fire", f"e{number}"), REGION) for number in range(first, first + count)), PARTITIONS)


def delete_before(settings: Settings, offset: int) -> None:
    """As retention does, or `kafka-delete-records`."""
    admin = new_admin(settings)  # kept while it works: its futures end with it
    place = TopicPartition(EVENTS, PARTITION, offset)
    for future in admin.delete_records([place], request_timeout=60).values():
        future.result(120)


@pytest.fixture
def start_worker(tmp_path: Path, own_kafka: KafkaServer) -> Iterator[Callable[..., WorkerProcess]]:
    with workers(own_kafka.bootstrap_servers, "gap", tmp_path) as start:
        yield start


def the_reason(worker: WorkerProcess) -> str:
    assert worker.wait() == 1
    (failure,) = worker.facts("stopping")
    assert "exception" not in failure
    return str(failure["reason"])


def test_records_deleted_unread_stop_the_worker_and_it_names_the_gap(
    own_kafka: KafkaServer, start_worker: Callable[..., WorkerProcess]
) -> None:
    """While no worker runs, and while one runs that has not come so far."""
    settings = load_settings({}, bootstrap_servers=own_kafka.bootstrap_servers, app_id="gap", partitions=PARTITIONS)
    create_topics(new_admin(settings), settings)
    worker = start_worker()
    worker.wait_ready()
    reports(settings, 0, 40)
    wait_until(lambda: worker.applied() == 40, what="the log applied")

    # it is frozen, so that it has not fetched them either
    worker.process.send_signal(signal.SIGSTOP)
    reports(settings, 40, 40)
    delete_before(settings, 60)
    worker.process.send_signal(signal.SIGCONT)
    reason = the_reason(worker)
    assert f"{EVENTS}[{PARTITION}]" in reason
    assert "40" in reason

    # and one that is started afterwards ends in the same way, each time
    for _ in range(2):
        assert f"{EVENTS}[{PARTITION}]: offset 40 was to come next and 60 came" in the_reason(start_worker())
