"""Apache Kafka on this machine: one node, or a cluster of several, on loopback.

    with KafkaServer(data=folder) as kafka:
        producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})

For integration and chaos tests, and for a user who has Java and no containers. It is not how a production cluster
is run: all nodes share one disk and one machine.
"""

from __future__ import annotations

import fcntl
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from .kafka_classes import class_archive
from .kafka_jars import class_path
from .kafka_java import KafkaUnavailable, find_java
from .kafka_layout import (
    Cluster,
    Security,
    check_matches,
    check_ports,
    default_data,
    new_cluster,
    read_cluster,
    write_cluster,
)
from .kafka_node import Launch, NodeProcess

READY_TIMEOUT_S: Final = 120.0
#: a node that is asked to end gets so long to hand over and to close its files
STOP_TIMEOUT_S: Final = 20.0
#: of it, at most so long once the nodes left are too few to agree on anything
_ALONE_S: Final = 3.0
_ASK_S: Final = 1.0
_PAUSE_S: Final = 0.1


class AlreadyRuns(KafkaUnavailable):
    """The cluster of this folder runs already. bootstrap_servers: where."""

    def __init__(self, data: Path, bootstrap_servers: str) -> None:
        super().__init__(f"the cluster in {data} runs already, at {bootstrap_servers}: stop it first")
        self.bootstrap_servers = bootstrap_servers


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """number; address host:port; pid None: it does not run; answers: a client got an answer from it."""

    number: int
    address: str
    pid: int | None
    answers: bool


class KafkaServer:
    """A cluster of one machine. As a context manager it starts, is ready on entry, and is stopped on exit.

    nodes: how many; None: as the data say, else one. port: of the first node, the next ports follow; 0: free ones.
    data: its folder (None: the user's own); kept on exit.
    say: told, a line at a time, what takes long. java_options: further ones, for the nodes.
    """

    def __init__(
        self,
        *,
        nodes: int | None = None,
        port: int = 0,
        data: Path | None = None,
        security: Security | None = None,
        say: Callable[[str], None] = lambda _: None,
        java_options: tuple[str, ...] = (),
    ) -> None:
        self.data: Final = (data or default_data()).absolute()
        self._asked_nodes = nodes
        self._asked_port = port
        self._security = security or Security()
        self._say = say
        self._java_options = java_options
        self._nodes: dict[int, NodeProcess] = {}
        self._cluster: Cluster | None = None

    @property
    def bootstrap_servers(self) -> str:
        """host:port[,host:port] of all nodes, running or not. Raises KafkaUnavailable before the first start."""
        return self._known().bootstrap_servers

    def start(self) -> None:
        """Start all nodes; ready on return. Raises KafkaUnavailable (AlreadyRuns, PortTaken, ...)."""
        with self._alone():
            cluster = read_cluster(self.data)
            if cluster is not None:
                check_matches(self.data, cluster, self._asked_nodes, self._asked_port)
                if any(each.process is not None for each in self._view(cluster).values()):
                    raise AlreadyRuns(self.data, cluster.bootstrap_servers)
            launch = self._launch()
            cluster = cluster or new_cluster(self._asked_nodes or 1, self._asked_port)
            check_ports(cluster.nodes)
            write_cluster(self.data, cluster)
            self._cluster = cluster
            self._nodes = self._view(cluster, launch)
            try:
                for each in self._nodes.values():
                    each.prepare()
                for each in self._nodes.values():
                    each.start()
                self._wait_ready(list(self._nodes))
            except BaseException:
                self.stop(timeout_s=0)
                raise

    def start_node(self, number: int) -> None:
        """Start a node that was stopped or killed; on return it answers and transactions work again."""
        cluster = self._known()
        node = cluster.node(number)
        known = self._nodes.get(number)
        if known is None or not known.can_start:
            known = self._nodes[number] = NodeProcess(self.data, cluster, node, self._launch(), self._security)
        if known.process is not None:
            return
        check_ports((node,))
        known.prepare()
        known.start()
        self._wait_ready([number])

    def stop_node(self, number: int, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Ask one node to end and wait for it; past the time it is killed."""
        self._known().node(number)
        self._stop([self._nodes[number]], timeout_s)

    def kill(self, number: int) -> None:
        """SIGKILL one node and wait until it is gone."""
        self.signal_node(number, signal.SIGKILL)
        self._nodes[number].wait_gone(STOP_TIMEOUT_S)

    def signal_node(self, number: int, which: signal.Signals) -> None:
        """SIGSTOP, SIGCONT, ... Raises KafkaUnavailable when the node does not run."""
        self._known().node(number)
        if not self._nodes[number].send(which):
            raise KafkaUnavailable(f"node {number} of the cluster in {self.data} does not run")

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> bool:
        """Stop all nodes that this folder knows, whoever started them. False: none ran."""
        self.attach()
        return self._stop(list(self._nodes.values()), timeout_s)

    def attach(self) -> bool:
        """Look at what runs in the folder already. False: no cluster was ever made there. Raises WrongCluster."""
        if self._cluster is None:
            self._cluster = read_cluster(self.data)
            if self._cluster is not None:
                self._nodes = self._view(self._cluster)
        return self._cluster is not None

    def status(self) -> list[NodeStatus]:
        """One a node; empty where no cluster was ever made."""
        if not self.attach():
            return []
        found = []
        for each in self._nodes.values():
            process = each.process
            answers = process is not None and each.node.number in self._brokers(each.node.address)
            found.append(
                NodeStatus(each.node.number, each.node.address, process.pid if process is not None else None, answers)
            )
        return found

    def log(self, number: int) -> Path:
        """The log file of one node. Raises KafkaUnavailable where there is none."""
        if not self.attach():
            raise KafkaUnavailable(f"no cluster was made in {self.data}: start one (`timelines kafka start`)")
        self._known().node(number)
        return self._nodes[number].log

    def reset(self) -> None:
        """Stop, then remove the records and all that this program made in the folder, and nothing else."""
        if not self.attach():
            return
        self.stop()
        for each in self._nodes.values():
            shutil.rmtree(each.folder, ignore_errors=True)
        for name in ("cluster.json", ".lock"):
            (self.data / name).unlink(missing_ok=True)
        if not any(self.data.iterdir()):
            self.data.rmdir()
        self._cluster, self._nodes = None, {}

    def wait_end(self, ended: Callable[[], bool]) -> str | None:
        """Until `ended()`, or until a node is gone: then why."""
        while not ended():
            for each in self._nodes.values():
                if each.process is None:
                    return each.why_it_ended()
            time.sleep(_PAUSE_S)
        return None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _known(self) -> Cluster:
        if not self.attach() or self._cluster is None:
            raise KafkaUnavailable(f"the cluster in {self.data} was never started")
        return self._cluster

    def _launch(self) -> Launch:
        java = find_java()
        return Launch(java, class_path(java, say=self._say), class_archive(java), self._java_options)

    def _view(self, cluster: Cluster, launch: Launch | None = None) -> dict[int, NodeProcess]:
        return {node.number: NodeProcess(self.data, cluster, node, launch, self._security) for node in cluster.nodes}

    def _stop(self, nodes: list[NodeProcess], timeout_s: float) -> bool:
        running = [each for each in nodes if each.send(signal.SIGTERM)]
        for each in running:
            each.send(signal.SIGCONT)  # a stopped process hears nothing else
        end = time.monotonic() + timeout_s
        left = list(running)
        while left and time.monotonic() < end:
            left = [each for each in left if not each.wait_gone(0)]
            if sum(each.process is not None for each in self._nodes.values()) <= len(self._nodes) // 2:
                # without a quorum of controllers a broker cannot sign off, and would wait for minutes
                end = min(end, time.monotonic() + _ALONE_S)
            time.sleep(_PAUSE_S)
        for each in left:
            each.send(signal.SIGKILL)
            each.wait_gone(STOP_TIMEOUT_S)
        return bool(running)

    def _wait_ready(self, numbers: list[int]) -> None:
        """Ready: every node asked for answers with itself in the cluster, and a transaction can be opened."""
        end = time.monotonic() + READY_TIMEOUT_S
        asked = [self._nodes[number] for number in numbers]
        missing = set(numbers)
        while missing:
            for each in asked:
                if each.process is None:
                    raise KafkaUnavailable(each.why_it_ended())
                if each.node.number in missing and set(numbers) <= self._brokers(each.node.address):
                    missing.discard(each.node.number)
            self._in_time(end, f"node(s) {sorted(missing)} did not answer")
        while (why := self._transactions_work(asked[0].node.address)) is not None:
            self._in_time(end, f"no transaction could be opened ({why})")

    def _in_time(self, end: float, what: str) -> None:
        if time.monotonic() >= end:
            raise KafkaUnavailable(
                f"Apache Kafka was not ready in {READY_TIMEOUT_S:.0f} s: {what}; see the logs in {self.data}"
            )
        time.sleep(_PAUSE_S)

    def _client(self, address: str) -> dict[str, Any]:
        return {
            "bootstrap.servers": address,
            "client.id": "timelines-kafka",
            "log_level": 0,
            "reconnect.backoff.max.ms": 250,
            "security.protocol": self._security.protocol,
            **self._security.client,
        }

    def _brokers(self, address: str) -> set[int]:
        """The nodes that the node at this address knows of; empty when it does not answer."""
        try:
            return set(AdminClient(self._client(address)).list_topics(timeout=_ASK_S).brokers)
        except KafkaException:
            return set()

    def _transactions_work(self, address: str) -> str | None:
        """None: they do. Else why not."""
        probe = Producer({**self._client(address), "transactional.id": "timelines-kafka-ready"})
        try:
            probe.init_transactions(10 * _ASK_S)
        except KafkaException as error:
            return str(error.args[0].str())
        return None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts on one folder: the second waits, then sees that the first one's cluster runs."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / ".lock").open("w", encoding="ascii") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
