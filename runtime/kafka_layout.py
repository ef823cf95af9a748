"""A local Apache Kafka cluster on disk: its nodes, their ports and folders, and what each node is configured to do.

DATA/cluster.json    which cluster this is; what a later start goes by
DATA/node-1/         server.properties, kafka.log, console.log, process.json, log/ (the records)
"""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from .kafka_jars import KAFKA_VERSION
from .kafka_java import KafkaUnavailable

HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 9092
MOST_NODES: Final = 5
#: below the range that systems hand out for outgoing connections
_FREE_PORTS: Final = (20_000, 32_000)


class PortTaken(KafkaUnavailable):
    """Something listens already where a node would. port: its number."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} on {HOST} is taken by another program: give another one (--port), or end what listens there"
        )
        self.port = port


class WrongCluster(KafkaUnavailable):
    """The data were made by another version, or for other ports or another number of nodes."""


@dataclass(frozen=True, slots=True)
class Node:
    """One broker that is also a controller. number: 1, 2, ...; directory_id: as Kafka writes it, 22 characters."""

    number: int
    port: int
    controller_port: int
    directory_id: str

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def folder(self, data: Path) -> Path:
        return data / f"node-{self.number}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What DATA/cluster.json holds."""

    cluster_id: str
    nodes: tuple[Node, ...]
    version: str = KAFKA_VERSION

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(node.address for node in self.nodes)

    def node(self, number: int) -> Node:
        """Raises KafkaUnavailable for a node that the cluster has not."""
        for node in self.nodes:
            if node.number == number:
                return node
        raise KafkaUnavailable(f"node {number}: the cluster has the nodes 1 to {len(self.nodes)}")


@dataclass(frozen=True, slots=True)
class Door:
    """A further listener of one node: where it listens on loopback, and the port that its clients are told of.

    advertised: another program's port where that one stands between (a proxy, a tunnel)
    """

    port: int
    advertised: int


@dataclass(frozen=True, slots=True)
class Security:
    """How clients come in. Defaults: as they are, without encryption, on loopback.

    protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL. properties: further lines of server.properties (key stores,
    `authorizer.class.name`, `super.users`, ...), written to a file that only the user can read.
    scram_users: name -> password, made when the data are formatted; a broker's own login is among them.
    client: librdkafka's settings with which readiness is asked; must be allowed to list topics and open transactions.
    doors: by number of the node; clients that come in there stay on the doors of all nodes. Same protocol.
    """

    protocol: str = "PLAINTEXT"
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    scram_users: Mapping[str, str] = field(default_factory=dict, repr=False)
    client: Mapping[str, str] = field(default_factory=dict, repr=False)
    doors: Mapping[int, Door] = field(default_factory=dict)


def default_data() -> Path:
    """The user's own folder for state (XDG_STATE_HOME), outside of any repository."""
    root = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(root) / "incident-timelines" / "kafka"


def read_cluster(data: Path) -> Cluster | None:
    """None where there is none. Raises WrongCluster when the file is there and not readable."""
    file = data / "cluster.json"
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        return Cluster(
            cluster_id=values["cluster_id"],
            nodes=tuple(Node(**node) for node in values["nodes"]),
            version=values["version"],
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongCluster(f"{file}: is not what this program wrote; remove the folder {data}") from error


def new_cluster(nodes: int, port: int) -> Cluster:
    """`nodes` brokers at `port`, `port` + 1, ...; their controllers follow. Port 0: any that are free."""
    if not 1 <= nodes <= MOST_NODES:
        raise KafkaUnavailable(f"--nodes {nodes}: must be 1 to {MOST_NODES}")
    ports = _free_ports(2 * nodes) if port == 0 else list(range(port, port + 2 * nodes))
    if not all(0 < each < 65_536 for each in ports):
        raise KafkaUnavailable(f"--port {port}: {2 * nodes} ports from there on must lie between 1 and 65535")
    return Cluster(
        cluster_id=_kafka_id(),
        nodes=tuple(Node(i + 1, ports[i], ports[nodes + i], _kafka_id()) for i in range(nodes)),
    )


def write_cluster(data: Path, cluster: Cluster) -> None:
    """Whole or not at all."""
    fresh = data / "cluster.json.new"
    fresh.write_text(json.dumps(asdict(cluster), indent=2) + "\n", encoding="utf-8")
    fresh.replace(data / "cluster.json")


def check_matches(data: Path, cluster: Cluster, nodes: int | None, port: int | None) -> None:
    """Raises WrongCluster when the data in the folder are not those asked for. None and port 0: whatever they are."""
    wrong: list[str] = []
    if cluster.version != KAFKA_VERSION:
        wrong.append(f"Apache Kafka {cluster.version} (this program starts {KAFKA_VERSION})")
    if nodes is not None and nodes != len(cluster.nodes):
        wrong.append(f"{len(cluster.nodes)} node(s) (asked for: {nodes})")
    if port and port != cluster.nodes[0].port:
        wrong.append(f"port {cluster.nodes[0].port} (asked for: {port})")
    if wrong:
        raise WrongCluster(
            f"the data in {data} are of a cluster with {', '.join(wrong)}: start it as it was made, "
            "give another folder (--data), or remove the data with `timelines kafka reset`"
        )


#: most that a node's heap takes; it needs some 70 MB of it at 1,000 events a second
HEAP_MB: Final = 256
#: of the heap, for the cleaner of compacted topics
CLEANER_BYTES: Final = 16 * 1024 * 1024


def server_properties(data: Path, cluster: Cluster, node: Node, security: Security) -> str:
    """The text of server.properties. What `security.properties` names wins."""
    count = len(cluster.nodes)
    replicas, in_sync = min(3, count), min(2, count)
    listener = security.protocol
    door = security.doors.get(node.number)
    listens = f"{listener}://{node.address},CONTROLLER://{HOST}:{node.controller_port}"
    values = {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.bootstrap.servers": ",".join(f"{HOST}:{each.controller_port}" for each in cluster.nodes),
        "controller.listener.names": "CONTROLLER",
        "listeners": listens + (f",DOOR://{HOST}:{door.port}" if door else ""),
        "advertised.listeners": listens + (f",DOOR://{HOST}:{door.advertised}" if door else ""),
        "listener.security.protocol.map": f"{listener}:{listener},CONTROLLER:PLAINTEXT,DOOR:{listener}",
        "inter.broker.listener.name": listener,
        "log.dirs": node.folder(data) / "log",
        "auto.create.topics.enable": "false",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": 6,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 6,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        # waiting 3 s for more members is for clusters where many workers start together
        "group.initial.rebalance.delay.ms": 0,
        # on one machine nobody is slow to answer: a killed broker is missed after 3 s instead of 9
        "broker.session.timeout.ms": 3_000,
        "broker.heartbeat.interval.ms": 500,
        # of the 128 MB that it takes by itself the heap of a node was so full that each collection was a full one:
        # 0.2 s of silence every two seconds. At its 24 bytes a key this is room for 600,000 in one round
        "log.cleaner.dedupe.buffer.size": CLEANER_BYTES,
        **security.properties,
    }
    return "".join(f"{name}={_escaped(str(value))}\n" for name, value in values.items())


def check_ports(nodes: tuple[Node, ...]) -> None:
    """Raises PortTaken. Asked before the start: a broker says it only deep in its log, after seconds."""
    for port in [port for node in nodes for port in (node.port, node.controller_port)]:
        if not _is_free(port):
            raise PortTaken(port)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the broker does: TIME_WAIT is no obstacle
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_ports(count: int) -> list[int]:
    """Chosen at random, so that two clusters that start together seldom meet."""
    chooser = random.SystemRandom()
    found: list[int] = []
    for _ in range(1_000):
        port = chooser.randrange(*_FREE_PORTS)
        if port not in found and _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise KafkaUnavailable(f"no {count} free ports were found on {HOST}")


def _kafka_id() -> str:
    """128 random bits as Kafka writes them. A leading "-" would read as an option of its tools."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")).startswith("-"):
        pass
    return text


def _escaped(value: str) -> str:
    """As java.util.Properties reads it: a backslash and a line break would be taken for syntax."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
