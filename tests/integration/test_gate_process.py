"""`timelines gate` as a process: ready, told to end, and what it says when it cannot begin."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from runtime.embedded import EmbeddedBroker
from tests import forked

pytestmark = pytest.mark.broker


QUICK = "from processors import gate_service; from timelines.cli import app; gate_service._STOP_S = 3.0; app()"


def a_gate(*arguments: str, by: tuple[str, ...] = ("-m", "timelines")) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *by, "gate", *arguments],
        stderr=subprocess.PIPE,
        env={**os.environ, "TIMELINES_LOG_FORMAT": "json"},
        text=True,
    )


def a_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def asked(port: int, page: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return 0, ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_gets_ready_and_ends_in_order_when_it_is_told(number: signal.Signals) -> None:
    port = a_free_port()
    with EmbeddedBroker(partitions=2) as broker:
        gate = a_gate("--bootstrap-servers", broker.bootstrap_servers, "--health-port", str(port))
        try:
            deadline = time.monotonic() + 60
            while asked(port, "/ready")[0] != 200:
                assert gate.poll() is None
                assert time.monotonic() < deadline, asked(port, "/ready")
                time.sleep(0.1)
            assert asked(port, "/live")[0] == 200
            assert "incident_timelines_gate_ready 1.0" in asked(port, "/metrics")[1]
            gate.send_signal(number)
            _, told = gate.communicate(timeout=30)
        finally:
            gate.kill()
    assert gate.returncode == 0
    facts = [json.loads(line)["event"] for line in told.splitlines()]
    assert facts[0] == "starting"
    assert facts[-1] == "stopped"


def test_it_ends_also_where_the_broker_is_frozen_and_a_commit_does_not_come_back() -> None:
    port = a_free_port()
    broker = subprocess.Popen(
        [sys.executable, "-m", "runtime.embedded", "2"], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert broker.stdout is not None
    gate = a_gate(
        "--bootstrap-servers", broker.stdout.readline().strip(), "--health-port", str(port), by=("-c", QUICK)
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while asked(port, "/ready")[0] != 200:
            assert time.monotonic() < deadline, asked(port, "/ready")
            time.sleep(0.1)
        time.sleep(2.0)  # what it asked at its start has been answered: now only commits wait
        broker.send_signal(signal.SIGSTOP)
        gate.send_signal(signal.SIGTERM)
        _, told = gate.communicate(timeout=20)
    finally:
        gate.kill()
        broker.kill()
        broker.communicate()
    assert gate.returncode == 1
    assert json.loads(told.splitlines()[-1])["event"] == "stopped_hard"


def ended(*arguments: str) -> tuple[int, str]:
    gate = forked.run("timelines", "gate", *arguments, environment={**os.environ, "TIMELINES_LOG_FORMAT": "json"})
    return gate.returncode, gate.stderr


def test_without_a_broker_it_says_so() -> None:
    status, told = ended("--bootstrap-servers", f"127.0.0.1:{a_free_port()}")
    assert status == 1
    assert "no Kafka broker answers at" in told
    assert "Traceback" not in told


def test_without_an_address_it_says_which_setting_is_missing() -> None:
    status, told = ended("--bootstrap-servers", "")
    assert status == 2
    assert "TIMELINES_BOOTSTRAP_SERVERS" in told


def test_a_port_that_is_taken_is_told() -> None:
    with EmbeddedBroker(partitions=2) as broker, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, told = ended("--bootstrap-servers", broker.bootstrap_servers, "--health-port", str(port))
    assert status == 1
    assert f"port {port} of 127.0.0.1 cannot be opened" in told
    assert "Traceback" not in told
