"""One node of Apache Kafka, through its life: as the command starts it, and as tests use it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from runtime.clients import new_admin, new_consumer, new_producer
from runtime.kafka_jars import default_cache, read_lock
from runtime.kafka_java import KafkaUnavailable
from runtime.kafka_layout import HOST, Security, read_cluster
from runtime.kafka_server import KafkaServer
from runtime.own_process import load_process
from runtime.settings import Settings
from tests import forked

pytestmark = pytest.mark.kafka


def create_topic(admin: AdminClient, partitions: int = 1, replicas: int = 1) -> str:
    name = f"test-{uuid.uuid4().hex[:12]}"
    admin.create_topics([NewTopic(name, partitions, replicas)])[name].result(20)
    return name


def read_all(consumer: Consumer, topic: str) -> list[bytes]:
    """What partition 0 holds up to its end, as this reader is allowed to see it."""
    consumer.assign([TopicPartition(topic, 0, 0)])
    values: list[bytes] = []
    while True:
        message = consumer.poll(15)
        assert message is not None, "the end of the partition was not reached in time"
        if message.error() is not None:
            return values
        values.append(message.value())


def test_a_committed_transaction_is_read_and_an_aborted_one_is_not(kafka_settings: Settings) -> None:
    topic = create_topic(new_admin(kafka_settings))
    producer = new_producer(kafka_settings, "writer", transactional_id=f"{topic}-0")
    producer.init_transactions(20)
    for value, keep in ((b"kept", True), (b"aborted", False), (b"kept too", True)):
        producer.begin_transaction()
        producer.produce(topic, value)
        producer.flush(20)
        producer.commit_transaction(20) if keep else producer.abort_transaction(20)
    consumer = new_consumer(kafka_settings, "reader")
    try:
        assert read_all(consumer, topic) == [b"kept", b"kept too"]
    finally:
        consumer.close()


def test_asking_for_a_topic_does_not_make_it(kafka_settings: Settings) -> None:
    admin = new_admin(kafka_settings)
    admin.list_topics("never-made", timeout=10)
    assert "never-made" not in admin.list_topics(timeout=10).topics


def test_it_listens_on_loopback_only(kafka: KafkaServer) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("listening sockets are read from /proc, which this system has not")
    cluster = read_cluster(kafka.data)
    assert cluster is not None
    ports = {cluster.nodes[0].port, cluster.nodes[0].controller_port}
    listening: dict[int, set[str]] = {}
    for file in ("tcp", "tcp6"):
        if not Path(f"/proc/net/{file}").exists():
            continue
        for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, _, port = local.rpartition(":")
            if state == "0A":
                listening.setdefault(int(port, 16), set()).add(address)
    loopback = {"0100007F", "0000000000000000FFFF00000100007F"}  # IPv6 sockets show 127.0.0.1 as a mapped address
    assert set(listening) >= ports
    for port in ports:
        assert listening[port] <= loopback


@pytest.fixture
def folder(tmp_path: Path, kafka_installed: None) -> Iterator[Path]:
    """A cluster of the test's own, stopped whatever happens."""
    yield tmp_path / "cluster"
    KafkaServer(data=tmp_path / "cluster").stop()


def _command(*arguments: str, ok: int = 0) -> str:
    ended = forked.run("timelines", "kafka", *arguments, environment=os.environ)
    assert ended.returncode == ok, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def test_the_command_starts_it_stops_it_and_the_records_stay(folder: Path) -> None:
    where = ("--data", str(folder))
    port = _free_port()
    assert "no cluster was made here" in _command("status", *where, ok=1)

    assert f"s at {HOST}:{port}, data in {folder}" in _command("start", "--port", str(port), *where)
    process = load_process(folder / "node-1" / "process.json")
    assert process is not None and process.alive()
    topic = create_topic(AdminClient({"bootstrap.servers": f"{HOST}:{port}"}))
    producer = Producer({"bootstrap.servers": f"{HOST}:{port}"})
    producer.produce(topic, b"written before")
    assert producer.flush(20) == 0

    assert "runs already" in _command("start", *where)
    assert "and answers" in _command("status", *where)
    assert "Kafka Server started" in _command("logs", "-n", "2000", *where)
    assert "1 node(s) (asked for: 3)" in _command("start", "--nodes", "3", *where, ok=1)
    assert "stopped; the records are kept" in _command("stop", *where)
    assert process.gone()
    assert "does not run" in _command("status", *where, ok=1)

    # the second life: in the foreground, ended by a signal
    second = subprocess.Popen(
        [sys.executable, "-m", "timelines", "kafka", "start", "--foreground", *where],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert second.stdout is not None
    assert f"{HOST}:{port}" in second.stdout.readline()
    consumer = Consumer(
        {"bootstrap.servers": f"{HOST}:{port}", "group.id": "reader", "enable.partition.eof": True, "log_level": 0}
    )
    try:
        assert read_all(consumer, topic) == [b"written before"]
    finally:
        consumer.close()
    second.send_signal(signal.SIGINT)
    assert second.communicate(timeout=40)[0].splitlines()[-1] == "stopped"
    assert second.returncode == 0

    _command("reset", "--yes", *where)
    assert not folder.exists()


def test_a_taken_port_is_said_at_once_and_nothing_is_left_running(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = _command("start", "--port", str(port), "--data", str(folder), ok=1)
    assert f"port {port} on {HOST} is taken by another program: give another one (--port)" in said
    assert not (folder / "cluster.json").exists()


def test_a_corrupted_jar_is_named_and_never_started(folder: Path, kafka_installed: None, tmp_path: Path) -> None:
    cache = tmp_path / "xdg" / "incident-timelines" / default_cache().name
    for jar in read_lock():
        copy = cache / "jars" / jar.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to(default_cache() / "jars" / jar.path)
    damaged = next(path for path in (cache / "jars").rglob("kafka-clients-*.jar"))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.unlink()
    damaged.write_bytes(content)
    ended = subprocess.run(
        [sys.executable, "-m", "timelines", "kafka", "start", "--data", str(folder)],
        capture_output=True, text=True, timeout=60, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "xdg")},
    )  # fmt: skip
    assert ended.returncode == 1
    assert f"{damaged}: has sha256" in ended.stderr
    assert f"remove the folder {cache}" in ended.stderr
    assert not (folder / "node-1").exists()


SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


def _login(name: str, password: str) -> dict[str, str]:
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": name,
        "sasl.password": password,
    }


def test_a_killed_node_comes_back_with_its_records_users_and_rights(folder: Path) -> None:
    password = "a \"quoted\\ pass'word"
    admin_jaas = f'{SCRAM} required username="admin" password="for-the-broker";'
    security = Security(
        protocol="SASL_PLAINTEXT",
        properties={
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": admin_jaas,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:admin;User:ANONYMOUS",
        },
        scram_users={"admin": "for-the-broker", "reader": password},
        client=_login("admin", "for-the-broker"),
    )
    with KafkaServer(nodes=1, data=folder, security=security) as kafka:
        address = {"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0}
        topic = create_topic(AdminClient(address | _login("admin", "for-the-broker")))
        producer = Producer(address | _login("admin", "for-the-broker"))
        producer.produce(topic, b"acknowledged")
        assert producer.flush(20) == 0
        kafka.kill(1)
        assert [node.pid for node in kafka.status()] == [None]
        kafka.start_node(1)

        may_read = Consumer(
            address | _login("admin", "for-the-broker") | {"group.id": "r", "enable.partition.eof": True}
        )
        try:
            assert read_all(may_read, topic) == [b"acknowledged"]
        finally:
            may_read.close()
        # a user without rights comes in, and sees no topic; a wrong password does not come in
        assert AdminClient(address | _login("reader", password)).list_topics(timeout=10).topics == {}
        with pytest.raises(KafkaException):
            AdminClient(address | _login("reader", "wrong")).list_topics(timeout=2)
    written = [file for file in folder.rglob("*") if file.is_file() and b"for-the-broker" in file.read_bytes()]
    assert [file.name for file in written] == ["server.properties"]
    assert written[0].stat().st_mode & 0o077 == 0


def test_a_node_that_cannot_start_says_why(folder: Path) -> None:
    wrong = Security(properties={"log.retention.ms": "not-a-number"})
    kafka = KafkaServer(nodes=1, data=folder, security=wrong)
    with pytest.raises(KafkaUnavailable, match="not-a-number"):
        kafka.start()
    assert all(node.pid is None for node in kafka.status())
