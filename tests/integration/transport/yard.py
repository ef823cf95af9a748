"""What the tests of Faust's features stand on: Apache Kafka, topics of a test's own, plain Faust apps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import faust
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from faust_confluent import SCHEME

PARTITIONS = 2
RAW: dict[str, Any] = {
    "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw",
}  # fmt: skip


class Yard:
    """Topics and an app id that no other test uses, on a broker that all tests share.

    data: folder for RocksDB
    """

    def __init__(self, bootstrap_servers: str, data: Path) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.data = data
        self.app_id = f"yard-{uuid4().hex[:8]}"
        self._admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
        self._producer = Producer({"bootstrap.servers": bootstrap_servers, "log_level": 0, "linger.ms": 0})

    def topic(self, name: str, partitions: int = PARTITIONS, **config: str) -> str:
        """Create `<app id>-<name>`; answers that name."""
        full = f"{self.app_id}-{name}"
        # records of these tests may be years old: a broker looks every five minutes for what it may delete
        settings = {"retention.ms": "-1", **{key.replace("_", "."): value for key, value in config.items()}}
        self._admin.create_topics([NewTopic(full, partitions, 1, config=settings)])[full].result(30)
        return full

    def topics(self) -> Mapping[str, int]:
        """The topics of this test that exist, and their numbers of partitions."""
        found = self._admin.list_topics(timeout=30).topics
        return {name: len(topic.partitions) for name, topic in found.items() if self.app_id in name}

    def config(self, topic: str) -> Mapping[str, str]:
        """The settings of a topic."""
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        found = self._admin.describe_configs([resource])[resource].result(30)
        return {name: str(entry.value) for name, entry in found.items()}

    def settings(self, **given: Any) -> dict[str, Any]:
        return {
            "broker": f"{SCHEME}://{self.bootstrap_servers}",
            "store": "memory://",
            "datadir": str(self.data),
            "autodiscover": False,
            "web_enabled": False,
            "topic_disable_leader": True,
            "topic_partitions": PARTITIONS,
            "topic_replication_factor": 1,
            "table_standby_replicas": 0,
            "consumer_auto_offset_reset": "earliest",
            "broker_commit_interval": 0.2,
            "broker_session_timeout": 6.0,
            "broker_heartbeat_interval": 0.5,
            "stream_wait_empty": False,
            **given,
        }

    def app(self, **given: Any) -> faust.App:
        return faust.App(self.app_id, **self.settings(**given))

    def send(
        self,
        topic: str,
        records: Iterable[tuple[bytes | None, bytes | None]],
        *,
        partition: int = -1,
        headers: Sequence[tuple[str, bytes]] = (),
        timestamp_ms: int = 0,
    ) -> None:
        """Append (key, value) pairs; by key unless a partition is given."""
        for key, value in records:
            self._producer.produce(topic, value, key, partition, headers=list(headers), timestamp=timestamp_ms)
            self._producer.poll(0)
        assert self._producer.flush(30) == 0

    def read(self, topic: str, count: int, *, within_s: float = 30.0) -> list[Message]:
        """The first `count` records of a topic, whatever the partition."""
        found: list[Message] = []
        with closing(
            Consumer({"bootstrap.servers": self.bootstrap_servers, "group.id": uuid4().hex, "log_level": 0})
        ) as reader:
            there = reader.list_topics(topic, 30).topics[topic].partitions
            reader.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in there])
            end = monotonic() + within_s
            while len(found) < count:
                assert monotonic() < end, f"{len(found)} of {count} records of {topic} within {within_s:.0f} s"
                if (message := reader.poll(0.2)) is not None and message.error() is None:
                    found.append(message)
        return found

    def committed(self, topic: str, *, group: str | None = None) -> dict[int, int]:
        """Committed offsets of the app's group, by partition; only those there are."""
        with closing(
            Consumer({"bootstrap.servers": self.bootstrap_servers, "group.id": group or self.app_id, "log_level": 0})
        ) as reader:
            numbers = reader.list_topics(topic, 30).topics[topic].partitions
            places = reader.committed([TopicPartition(topic, number) for number in numbers], 30)
        return {place.partition: place.offset for place in places if place.offset >= 0}


def is_ready(app: faust.App, partitions: int) -> bool:
    """Recovery is done, and the app reads that many partitions of sources (replies apart)."""
    others = {*app.tables.changelog_topics, app.conf.reply_to}
    sources = [tp for tp in app.consumer.assignment() if tp.topic not in others]
    return (
        app.consumer_generation_id > 0
        and not app.rebalancing
        and not app.in_recovery
        and bool(app.tables.recovery.completed.is_set())
        and len(sources) == partitions
    )


def numbered(count: int, keys: int = 5) -> Iterator[tuple[bytes, bytes]]:
    """Records of several keys, valued "0", "1", ..."""
    for number in range(count):
        yield b"k%d" % (number % keys), b"%d" % number
