"""Brokers for all tests: the embedded one per test, Apache Kafka once per run. And the order of the files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from runtime.embedded import EmbeddedBroker
from runtime.kafka_classes import keep_classes
from runtime.kafka_jars import class_path
from runtime.kafka_java import KafkaUnavailable, find_java
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings, load_settings
from tests.turns import Turns, turn_of

# how long an example takes says how busy the machine is, and nothing of the code
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Turns | None:
    """Of `--dist loadfile`."""
    return Turns(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After they were shuffled; within one turn they stay so."""
    items.sort(key=lambda item: turn_of(item.nodeid.partition("::")[0]))


@pytest.fixture
def embedded_broker() -> Iterator[EmbeddedBroker]:
    """A Kafka-protocol broker of this test's own, with all topics of the project."""
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def settings(embedded_broker: EmbeddedBroker) -> Settings:
    """Settings of a service on the embedded broker; what the environment says plays no part."""
    return load_settings({}, bootstrap_servers=embedded_broker.bootstrap_servers)


@pytest.fixture(scope="session")
def kafka_installed() -> None:
    """Java and Kafka's jars are there (brought now, if Maven can); else the test is skipped, or fails if required."""
    why = _why_kafka_cannot_run()
    if why is not None and os.environ.get("REQUIRE_KAFKA") == "1":
        pytest.fail(f"REQUIRE_KAFKA=1, and Apache Kafka cannot be run: {why}", pytrace=False)
    if why is not None:
        pytest.skip(f"Apache Kafka cannot be run: {why}")
    keep_classes()  # the run starts two dozen nodes


def _why_kafka_cannot_run() -> str | None:
    try:
        class_path(find_java())
    except KafkaUnavailable as error:
        return str(error)
    return None


@pytest.fixture(scope="session")
def kafka(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """One node of Apache Kafka for all tests of the run: use topics and groups of your own, and leave it running.

    tests/turns.py names the files of these tests, here and below.
    """
    yield from _a_node(tmp_path_factory.mktemp("kafka"))


@pytest.fixture(scope="session")
def own_kafka(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """Another node, for tests that make the service's topics anew, freeze it, or delete what is in it."""
    yield from _a_node(tmp_path_factory.mktemp("own-kafka"))


def _a_node(folder: Path) -> Iterator[KafkaServer]:
    server = KafkaServer(nodes=1, data=folder)
    server.start()
    yield server
    server.stop(timeout_s=0)  # nobody reads its records again: they need not be put in order first


@pytest.fixture
def kafka_settings(kafka: KafkaServer) -> Settings:
    """Settings of a service on Apache Kafka."""
    return load_settings({}, bootstrap_servers=kafka.bootstrap_servers)
