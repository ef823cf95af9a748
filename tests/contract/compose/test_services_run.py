"""Each service of ours does, as a plain process, what docker-compose.yml says: its command, its environment, its health
check, its end. Only the addresses are others: the broker is the embedded one, ports are free ones of this machine.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runtime.embedded import EmbeddedBroker
from runtime.settings import load_settings
from schemas.topics import changelog_topic
from tests.contract.compose.reading import (
    COMPOSE,
    DOCKERFILE,
    ROOT,
    Service,
    dockerfile_environment,
    dockerfile_instruction,
    read_compose,
    services,
)

pytestmark = pytest.mark.broker

#: what stands under the folder of the image that is not installed by pip
SHARE = "/opt/timelines/share/"
READY_WITHIN_S = 90.0


class Containers:
    """Starts services of the compose file as processes, each with a folder and a port of its own."""

    def __init__(
        self, folder: Path, bootstrap_servers: str, variables: Mapping[str, str], text: str | None = None
    ) -> None:
        image = DOCKERFILE.read_text(encoding="utf-8")
        compose = read_compose(text or COMPOSE.read_text(encoding="utf-8"), variables)
        self.services = services(compose, dockerfile_instruction(image, "ENTRYPOINT"))
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._image_environment = dockerfile_environment(image)
        self._folder = folder
        self._bootstrap_servers = bootstrap_servers
        self._ports: dict[str, int] = {}

    def environment(self, service: Service) -> dict[str, str]:
        """As in the container: the image's, then the file's; nothing of the machine's but how to find programs."""
        environment = {**self._image_environment, **service.environment}
        assert environment["TIMELINES_BOOTSTRAP_SERVERS"] == "kafka:19092"
        environment["TIMELINES_BOOTSTRAP_SERVERS"] = self._bootstrap_servers
        environment["TIMELINES_HEALTH_PORT"] = str(self._port(service.name))
        environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
        return environment

    def start(self, name: str) -> subprocess.Popen[bytes]:
        service = self.services[name]
        command = [word.replace(SHARE, f"{ROOT}/") for word in service.command]
        with (self._folder / f"{name}.log").open("wb") as output:
            self.running[name] = subprocess.Popen(
                command, env=self.environment(service), cwd=self._home(name), stdout=output, stderr=subprocess.STDOUT
            )
        return self.running[name]

    def run(self, name: str, timeout_s: float) -> int:
        return self.start(name).wait(timeout_s)

    def is_healthy(self, name: str) -> bool:
        """What the file's own health check says."""
        service = self.services[name]
        assert service.health is not None and service.health[0] == "CMD"
        asked = subprocess.run(
            service.health[1:], env=self.environment(service), cwd=self._home(name), capture_output=True, timeout=20
        )
        return asked.returncode == 0

    def wait_healthy(self, name: str) -> None:
        end = time.monotonic() + READY_WITHIN_S
        while not self.is_healthy(name):
            assert self.running[name].poll() is None, self.said(name)
            assert time.monotonic() < end, f"{name} is not healthy: {self.said(name)}"
            time.sleep(0.2)

    def metric(self, name: str, metric: str) -> float:
        """The sum over its labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port(name)}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.split("{")[0].split(" ")[0] == metric)

    def stop(self, name: str) -> int:
        """As the engine does: SIGTERM, and no more time than the file grants."""
        granted = self.services[name].raw["stop_grace_period"]
        assert granted.endswith("s")
        self.running[name].send_signal(signal.SIGTERM)
        return self.running[name].wait(float(granted.removesuffix("s")))

    def said(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def _home(self, name: str) -> Path:
        home = self._folder / name
        home.mkdir(exist_ok=True)
        return home

    def _port(self, name: str) -> int:
        if name not in self._ports:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self._ports[name] = int(probe.getsockname()[1])
        return self._ports[name]


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    app_id = load_settings({}).app_id
    with EmbeddedBroker([changelog_topic(app_id)]) as broker:
        started = Containers(tmp_path_factory.mktemp("containers"), broker.bootstrap_servers, {"REPLAY_DURATION": "2s"})
        yield started
        for process in started.running.values():
            process.kill()
            process.wait()


def test_the_stack_starts_works_off_the_replay_and_ends_in_order(containers: Containers) -> None:
    """In the order of the file's depends_on: topics; worker and gate; producer."""
    assert containers.run("topics", 120) == 0, containers.said("topics")
    assert "as they must be" in containers.said("topics")
    for name in ("worker", "gate"):
        containers.start(name)
        assert not containers.is_healthy(name), "healthy before it can be: the check asks nothing"
    for name in ("worker", "gate"):
        containers.wait_healthy(name)
    assert containers.metric("worker", "incident_timelines_ready") == 1
    assert containers.metric("gate", "incident_timelines_gate_ready") == 1
    assert containers.metric("worker", "incident_timelines_assigned_partitions") == 6

    assert containers.run("producer", 120) == 0, containers.said("producer")
    reports = len((ROOT / "gold" / "kad.jsonl").read_text(encoding="utf-8").splitlines())
    end = time.monotonic() + 60
    while containers.metric("worker", "incident_timelines_events_total") < reports:
        assert time.monotonic() < end, containers.said("worker")
        time.sleep(0.2)
    assert containers.metric("worker", "incident_timelines_rejected_total") == 0
    assert containers.metric("worker", "incident_timelines_lag_records") == 0

    for name in ("worker", "gate"):
        assert containers.stop(name) == 0, containers.said(name)
        assert not containers.is_healthy(name)
        written = [file for file in containers._home(name).rglob("*") if file.is_file()]
        assert written == [], "the container's file system is read-only"


def test_without_a_broker_every_service_ends_and_says_so(tmp_path: Path) -> None:
    """Then the engine starts it again; hanging on silently would look alive."""
    containers = Containers(tmp_path, "127.0.0.1:1", {"REPLAY_DURATION": "2s"})
    names = ("topics", "worker", "gate", "producer")
    try:
        for name in names:
            containers.start(name)
        for name in names:
            assert containers.running[name].wait(90) == 1, containers.said(name)
            assert "no Kafka broker answers at 127.0.0.1:1" in containers.said(name)
    finally:
        for process in containers.running.values():
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("name", "found", "put"),
    [
        ("worker", 'command: ["worker"]', 'command: ["wroker"]'),
        ("gate", 'command: ["gate"]', 'command: ["gate", "--no-such-option"]'),
        ("producer", "/opt/timelines/share/gold/kad.jsonl", "/opt/timelines/share/gold/kda.jsonl"),
        ("topics", "timelines topics create", "timelines topics craete"),
    ],
)
def test_a_wrong_command_in_the_file_is_found(name: str, found: str, put: str, tmp_path: Path) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert found in text
    containers = Containers(tmp_path, "127.0.0.1:1", {}, text=text.replace(found, put))
    assert containers.run(name, 60) == 2, containers.said(name)
