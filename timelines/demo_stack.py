"""The embedded broker, a worker and a gate as child processes, ready for reports."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from confluent_kafka import TopicPartition

from runtime.clients import ask_marks, new_consumer
from runtime.settings import PREFIX, Settings, load_settings
from schemas.topics import EVENTS
from timelines.processes import Service, Stack

_START_TIMEOUT_S: Final = 45.0
_CATCH_UP_TIMEOUT_S: Final = 90.0
#: the worker's figure that says how far it is; its name is held by runtime/metrics.py
_APPLIED: Final = "incident_timelines_applied_offset"


@dataclass(frozen=True, slots=True)
class Services:
    """What was started. health_port: the worker's; environment: what a command needs to speak to the broker."""

    settings: Settings
    broker: Service
    worker: Service
    gate: Service
    health_port: int
    environment: Mapping[str, str]


def start_services(stack: Stack, partitions: int) -> Services:
    """Start broker, worker and gate, and wait until the worker is ready. Raises ServiceFailed."""
    broker = stack.start("broker", ["runtime.embedded", str(partitions)])
    output = broker.output
    assert output is not None
    stack.wait_until(broker, lambda: b"\n" in output.read_bytes(), _START_TIMEOUT_S)
    address = output.read_text(encoding="utf-8").split()[0]
    environment = {f"{PREFIX}BOOTSTRAP_SERVERS": address, f"{PREFIX}PARTITIONS": str(partitions)}
    for variable, value in environment.items():
        stack.set(variable, value)
    gate = stack.start("gate", ["timelines", "gate"])
    port = _free_port()
    stack.set(f"{PREFIX}HEALTH_PORT", str(port))
    worker = stack.start("worker", ["timelines", "worker"])
    stack.set(f"{PREFIX}HEALTH_PORT", "0")
    stack.wait_until(worker, lambda: _is_ready(port), _START_TIMEOUT_S)
    settings = load_settings({}, bootstrap_servers=address, partitions=partitions)
    return Services(settings, broker, worker, gate, port, environment)


def wait_until_caught_up(stack: Stack, services: Services) -> None:
    """Wait until the worker has taken the log to its end as it is now. Raises ServiceFailed."""
    ends = _ends_of_the_log(services.settings)

    def has_caught_up() -> bool:
        applied = _applied_offsets(services.health_port)
        return all(applied.get(partition, -1) >= end - 1 for partition, end in ends.items())

    stack.wait_until(services.worker, has_caught_up, _CATCH_UP_TIMEOUT_S)


def _ends_of_the_log(settings: Settings) -> dict[int, int]:
    consumer = new_consumer(settings, "demo")
    try:
        return {
            partition: ask_marks(consumer, TopicPartition(EVENTS, partition), 10)[1]
            for partition in range(settings.partitions)
        }
    finally:
        consumer.close()


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _applied_offsets(port: int) -> dict[int, int]:
    """Last offset that the worker has applied, by partition, from its metrics."""
    found: dict[int, int] = {}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(_APPLIED + "{"):
                labels, _, value = line.rpartition(" ")
                found[int(labels.partition('partition="')[2].partition('"')[0])] = int(float(value))
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
