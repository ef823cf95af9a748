from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import faust
import pytest
from confluent_kafka import Producer

from faust_confluent import SCHEME
from runtime.embedded import EmbeddedBroker
from runtime.kafka_server import KafkaServer
from tests.integration.transport.yard import Yard

PARTITIONS = 3
CHANGELOG = "{app_id}-counts-changelog"


class Bench:
    """A broker with topics `source`, `sink` and the changelog of a table `counts`, and Faust apps on it."""

    def __init__(self, broker: EmbeddedBroker, data: Path) -> None:
        self.broker = broker
        self.data = data
        self.app_id = f"yard-{uuid4().hex[:8]}"
        self.producer = Producer({"bootstrap.servers": broker.bootstrap_servers, "log_level": 0})
        for topic in ("source", "sink", f"{self.app_id}-counts-changelog"):
            broker.create_topic(topic, PARTITIONS)

    def app(self, **settings: Any) -> faust.App:
        given = {
            "broker": f"{SCHEME}://{self.broker.bootstrap_servers}",
            "store": "memory://",
            "datadir": str(self.data),  # else Faust makes one in the working directory
            "autodiscover": False,
            "web_enabled": False,
            "topic_allow_declare": False,
            "topic_disable_leader": True,
            "topic_partitions": PARTITIONS,
            "table_standby_replicas": 0,
            "consumer_auto_offset_reset": "earliest",
            "broker_commit_interval": 0.2,
            "broker_session_timeout": 6.0,
            "broker_heartbeat_interval": 0.5,
            **settings,
        }
        return faust.App(self.app_id, **given)

    def send(self, count: int, *, first: int = 0, topic: str = "source", partition: int | None = None) -> None:
        """Records "0", "1", ... with keys k0 to k6, over all partitions unless one is given."""
        for number in range(first, first + count):
            place = number % PARTITIONS if partition is None else partition
            self.producer.produce(topic, b"%d" % number, b"k%d" % (number % 7), place)
        assert self.producer.flush(20) == 0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with EmbeddedBroker() as broker:
        yield Bench(broker, tmp_path)


@pytest.fixture
def yard(kafka: KafkaServer, tmp_path: Path) -> Yard:
    """Plain Faust apps on Apache Kafka."""
    return Yard(kafka.bootstrap_servers, tmp_path)


@asynccontextmanager
async def running(app: faust.App) -> AsyncIterator[faust.App]:
    """The app from its start to its end, in good order."""
    starting = asyncio.create_task(app.start())
    try:
        await until(lambda: app.consumer.is_polling, what="the start")
        yield app
    finally:
        await asyncio.wait_for(app.stop(), 20)
        await asyncio.wait_for(starting, 20)


async def until(is_so: Callable[[], bool], *, what: str = "it", within_s: float = 30.0) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not is_so():
        assert loop.time() < end, f"{what} was not so within {within_s:.0f} s"
        await asyncio.sleep(0.01)
