"""The brokers of a round, with a proxy in front of them for the workers, and a direct way for everyone else."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from processors.handover import RawRecord
from processors.received import raw_record
from runtime.clients import is_end_of_partition, new_admin, new_consumer
from runtime.kafka_layout import Door, Security
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings, load_settings
from runtime.topic_admin import create_topics
from tests.chaos.fleet import APP_ID
from tests.chaos.proxy import HOST, Proxy

#: below the range that systems hand out for outgoing connections, as a broker's own ports
_PORTS = (20_000, 32_000)
_READ_S = 120.0


@dataclass(frozen=True, slots=True)
class Stack:
    """kafka: the cluster; proxy: in front of it; direct: settings of clients that go past the proxy."""

    kafka: KafkaServer
    proxy: Proxy
    direct: Settings
    nodes: int

    @property
    def behind_proxy(self) -> str:
        """`bootstrap.servers` of the workers."""
        return ",".join(f"{HOST}:{port}" for port in self.proxy.ports)


@contextmanager
def stack(folder: Path, *, nodes: int, partitions: int, seed: int) -> Iterator[Stack]:
    """Brokers that are ready and have the topics. Raises KafkaUnavailable."""
    doors = _free_ports(nodes)
    with Proxy(doors, seed) as proxy:
        security = Security(
            doors={
                number: Door(door, advertised)
                for number, (door, advertised) in enumerate(zip(doors, proxy.ports, strict=True), 1)
            }
        )
        with KafkaServer(nodes=nodes, data=folder / "kafka", security=security) as kafka:
            direct = load_settings(
                {}, bootstrap_servers=kafka.bootstrap_servers, app_id=APP_ID, partitions=partitions,
                replication_factor=min(3, nodes), min_insync_replicas=min(2, nodes),
            )  # fmt: skip
            create_topics(new_admin(direct), direct)
            yield Stack(kafka, proxy, direct, nodes)


def _free_ports(count: int) -> list[int]:
    chooser, found = random.SystemRandom(), set[int]()
    while len(found) < count:
        port = chooser.randrange(*_PORTS)
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) != 0:
                found.add(port)
    return sorted(found)


def committed(settings: Settings, topic: str, partitions: int) -> Iterator[RawRecord]:
    """Every record of a topic that a reader of committed records sees, partition by partition; keeps none."""
    consumer: Consumer = new_consumer(settings, "verdict")
    try:
        for number in range(partitions):
            consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING)])
            while True:
                message = consumer.poll(_READ_S)
                assert message is not None, f"{topic}[{number}] gives nothing more"
                if is_end_of_partition(message.error()):
                    break
                assert message.error() is None, message.error()
                yield raw_record(message)
    finally:
        consumer.close()


__all__ = ["Stack", "committed", "stack"]
