from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.clients import new_admin
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings, load_settings
from runtime.topic_admin import create_topics, needed_topics
from tests.integration.overload.flood import APP_ID, PARTITIONS
from tests.worker_process import WorkerProcess, wait_until, workers


@pytest.fixture(scope="session")
def own_kafka(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A node of these tests' own: the topics of the service have fixed names, and each test wants them empty."""
    with KafkaServer(nodes=1, data=tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture
def on_kafka(own_kafka: KafkaServer) -> Settings:
    """Settings of a service on Apache Kafka whose topics are empty."""
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
    with workers(on_kafka.bootstrap_servers, APP_ID, tmp_path) as start:
        yield start
