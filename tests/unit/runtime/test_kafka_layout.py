"""What a local cluster's folder and configuration say, without starting anything."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from runtime.kafka_java import KafkaUnavailable
from runtime.kafka_layout import (
    HEAP_MB,
    HOST,
    Door,
    Node,
    PortTaken,
    Security,
    WrongCluster,
    check_matches,
    check_ports,
    new_cluster,
    read_cluster,
    server_properties,
    write_cluster,
)


def _properties(nodes: int = 1, security: Security | None = None) -> dict[str, str]:
    cluster = new_cluster(nodes, 21_000)
    text = server_properties(Path("/data"), cluster, cluster.nodes[0], security or Security())
    return dict(line.split("=", 1) for line in text.splitlines())


def test_every_listener_is_on_loopback() -> None:
    values = _properties(3)
    for name in ("listeners", "advertised.listeners"):
        assert all(f"://{HOST}:" in address for address in values[name].split(","))


def test_the_cleaner_leaves_a_node_its_heap() -> None:
    """Kafka's own 128 MB of 256 made every collection a full one: .2 s without an answer every two seconds."""
    assert int(_properties()["log.cleaner.dedupe.buffer.size"]) * 8 <= HEAP_MB * 1024 * 1024


def test_a_door_tells_its_clients_the_port_of_what_stands_in_front_of_it() -> None:
    values = _properties(3, Security(doors={1: Door(22_000, advertised=23_000)}))
    assert values["listeners"].endswith(f",DOOR://{HOST}:22000")
    assert values["advertised.listeners"].endswith(f",DOOR://{HOST}:23000")
    assert "DOOR:PLAINTEXT" in values["listener.security.protocol.map"]
    assert values["inter.broker.listener.name"] == "PLAINTEXT"
    assert "DOOR://" not in _properties(3, Security(doors={2: Door(22_000, 23_000)}))["listeners"]


def test_topics_are_not_made_by_asking_for_them() -> None:
    assert _properties()["auto.create.topics.enable"] == "false"


@pytest.mark.parametrize(("nodes", "replicas", "in_sync"), [(1, "1", "1"), (2, "2", "2"), (3, "3", "2"), (5, "3", "2")])
def test_internal_topics_are_kept_as_often_as_the_nodes_allow(nodes: int, replicas: str, in_sync: str) -> None:
    values = _properties(nodes)
    for topic in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
        assert values[f"{topic}.replication.factor"] == replicas
    assert values["transaction.state.log.min.isr"] == in_sync


def test_given_properties_win_and_cannot_add_lines() -> None:
    values = _properties(security=Security(properties={"num.io.threads": "2\nauto.create.topics.enable=true"}))
    assert values["num.io.threads"] == "2\\nauto.create.topics.enable=true"
    assert values["auto.create.topics.enable"] == "false"


def test_secrets_do_not_show_in_the_security_settings() -> None:
    shown = repr(Security(scram_users={"admin": "hush"}, properties={"p": "hush"}, client={"sasl.password": "hush"}))
    assert "hush" not in shown


def test_a_cluster_is_read_as_it_was_written(tmp_path: Path) -> None:
    cluster = new_cluster(3, 0)
    write_cluster(tmp_path, cluster)
    assert read_cluster(tmp_path) == cluster
    ports = [port for node in cluster.nodes for port in (node.port, node.controller_port)]
    assert len(set(ports)) == 6


def test_no_cluster_is_none_and_a_strange_file_is_refused(tmp_path: Path) -> None:
    assert read_cluster(tmp_path) is None
    (tmp_path / "cluster.json").write_text("{}")
    with pytest.raises(WrongCluster, match=r"cluster\.json: is not what this program wrote; remove the folder"):
        read_cluster(tmp_path)


def test_data_of_another_cluster_are_refused_with_the_remedy(tmp_path: Path) -> None:
    cluster = new_cluster(1, 21_000)
    check_matches(tmp_path, cluster, None, 0)
    check_matches(tmp_path, cluster, 1, 21_000)
    with pytest.raises(
        WrongCluster, match=r"1 node\(s\) \(asked for: 3\), port 21000 \(asked for: 9092\).*kafka reset"
    ):
        check_matches(tmp_path, cluster, 3, 9092)


@pytest.mark.parametrize(
    ("nodes", "port", "field"), [(0, 9092, "--nodes"), (6, 9092, "--nodes"), (3, 65_533, "--port")]
)
def test_numbers_out_of_range_are_refused_by_name(nodes: int, port: int, field: str) -> None:
    with pytest.raises(KafkaUnavailable, match=field):
        new_cluster(nodes, port)


def test_a_port_in_use_is_found_before_the_start() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken.*--port"):
            check_ports((Node(1, port, port + 1, "x"),))
    check_ports((Node(1, port, port, "x"),))
