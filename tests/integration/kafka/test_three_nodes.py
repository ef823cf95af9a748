"""A cluster of three nodes on one machine: it goes on without one of them, and takes it back."""

from __future__ import annotations

import signal
import uuid
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from runtime.kafka_java import KafkaUnavailable
from runtime.kafka_server import KafkaServer

pytestmark = [pytest.mark.kafka, pytest.mark.long]  # three nodes


def _append_in_a_transaction(servers: str, topic: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": servers, "transactional.id": f"w-{uuid.uuid4().hex}", "log_level": 0})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, value)
    producer.commit_transaction(30)


def test_two_of_three_nodes_go_on_and_the_third_comes_back(kafka_installed: None, tmp_path: Path) -> None:
    with KafkaServer(nodes=3, data=tmp_path / "cluster") as kafka:
        assert len(set(kafka.bootstrap_servers.split(","))) == 3
        assert all(node.answers for node in kafka.status())
        admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
        topic = f"test-{uuid.uuid4().hex[:12]}"
        admin.create_topics([NewTopic(topic, 3, 3)])[topic].result(20)
        _append_in_a_transaction(kafka.bootstrap_servers, topic, b"three nodes")

        kafka.kill(2)
        assert [node.answers for node in kafka.status()] == [True, False, True]
        _append_in_a_transaction(kafka.bootstrap_servers, topic, b"two nodes")
        with pytest.raises(KafkaUnavailable, match=r"node 2 of the cluster .* does not run"):
            kafka.signal_node(2, signal.SIGTERM)

        kafka.start_node(2)
        assert all(node.answers for node in kafka.status())
        with pytest.raises(KafkaUnavailable, match="node 4: the cluster has the nodes 1 to 3"):
            kafka.kill(4)
    assert all(node.pid is None for node in kafka.status())
