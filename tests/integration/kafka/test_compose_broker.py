"""The broker of docker-compose.yml runs: its environment becomes a configuration by the program of Kafka's own image.

Only what belongs to the container is replaced: the host name, the ports, the folder.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from runtime.kafka_jars import class_path
from runtime.kafka_java import find_java
from runtime.kafka_layout import HOST, new_cluster
from tests.contract.compose.reading import COMPOSE, read_compose, services

pytestmark = pytest.mark.kafka


def _properties(environment: dict[str, str], java: list[str], folder: Path) -> Path:
    """What the image makes of the environment. The same run formats the folder of the records."""
    for name in ("default", "mounted", "final"):
        (folder / name).mkdir(parents=True)
    (folder / "final" / "server.properties").touch()
    made = subprocess.run(
        [*java, "kafka.docker.KafkaDockerWrapper", "setup", "--default-configs-dir", str(folder / "default"),
         "--mounted-configs-dir", str(folder / "mounted"), "--final-configs-dir", str(folder / "final")],
        env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "final" / "server.properties"


def test_the_broker_of_the_compose_file_starts_and_takes_transactions(kafka_installed: None, tmp_path: Path) -> None:
    node = new_cluster(2, 0).nodes[0]
    external = new_cluster(1, 0).nodes[0].port
    compose = read_compose(COMPOSE.read_text(encoding="utf-8"), {"KAFKA_PORT": str(external)})
    environment = {
        name: value.replace("kafka:", f"{HOST}:")
        .replace("://:", f"://{HOST}:")
        .replace("19092", str(node.port))
        .replace(":9092", f":{external}")
        .replace("9093", str(node.controller_port))
        .replace("/var/lib/kafka/data", str(tmp_path / "data"))
        for name, value in services(compose, [])["kafka"].environment.items()
    }
    machine = find_java()
    java = [str(machine.executable), "-XX:TieredStopAtLevel=1", "-cp", class_path(machine)]
    properties = _properties(environment, java, tmp_path / "configuration")

    with (tmp_path / "kafka.log").open("wb") as output:
        broker = subprocess.Popen(
            [*java[:1], *environment["KAFKA_HEAP_OPTS"].split(), *java[1:], "kafka.Kafka", str(properties)],
            stdout=output, stderr=subprocess.STDOUT, cwd=tmp_path,
        )  # fmt: skip
    try:
        for port in (node.port, external):
            address = {"bootstrap.servers": f"{HOST}:{port}", "log_level": 0}
            end = time.monotonic() + 60
            while True:
                assert broker.poll() is None, (tmp_path / "kafka.log").read_text()[-2000:]
                try:
                    brokers = AdminClient(address).list_topics(timeout=1).brokers
                    break
                except KafkaException:
                    assert time.monotonic() < end, (tmp_path / "kafka.log").read_text()[-2000:]
            # each listener tells its own clients the address at which they reach it
            assert [(each.host, each.port) for each in brokers.values()] == [(HOST, port)]
        producer = Producer({**address, "transactional.id": "compose"})
        producer.init_transactions(30)
        AdminClient(address).list_topics("asked-for-by-mistake", timeout=10)
        assert "asked-for-by-mistake" not in AdminClient(address).list_topics(timeout=10).topics
    finally:
        broker.send_signal(signal.SIGTERM)
        # within the time that the file grants
        assert broker.wait(60) in (0, 143)
