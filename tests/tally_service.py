"""A service with the tests' small core, on a broker whose topics are empty: fixtures that conftest files take over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.clients import new_admin
from runtime.embedded import EmbeddedBroker
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings, load_settings
from runtime.topic_admin import create_topics, needed_topics
from schemas.topics import changelog_topic
from tests.log_and_sink import settings_of
from tests.worker_process import WorkerProcess, wait_until, workers

APP_ID = "tally"
PARTITIONS = 3


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker([changelog_topic(APP_ID)], partitions=PARTITIONS) as running:
        yield running


@pytest.fixture
def settings(broker: EmbeddedBroker) -> Settings:
    return settings_of(broker.bootstrap_servers, APP_ID)


@pytest.fixture
def start_worker(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    with workers(broker.bootstrap_servers, APP_ID, tmp_path, is_forked=True) as start:
        yield start


@pytest.fixture
def on_kafka(own_kafka: KafkaServer) -> Settings:
    """Settings of a service on Apache Kafka. The topics have fixed names, and each test wants them empty."""
    settings = load_settings({}, bootstrap_servers=own_kafka.bootstrap_servers, app_id=APP_ID, partitions=PARTITIONS)
    admin = new_admin(settings)
    names = [topic.name for topic in needed_topics(settings)]
    there = [name for name in names if name in admin.list_topics(timeout=10).topics]
    for future in (admin.delete_topics(there) if there else {}).values():
        future.result(30)
    wait_until(lambda: not set(names) & set(admin.list_topics(timeout=10).topics), what="the old topics' end")
    create_topics(admin, settings)
    return settings


@pytest.fixture
def start_on_kafka(on_kafka: Settings, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    assert on_kafka.bootstrap_servers is not None
    with workers(on_kafka.bootstrap_servers, APP_ID, tmp_path, is_forked=True) as start:
        yield start
