"""What docs/operations.md promises of a stack that is stopped, upgraded or made anew, on a broker of the test's own."""

from __future__ import annotations

import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.clients import new_admin
from runtime.kafka_server import KafkaServer
from runtime.settings import load_settings
from schemas.topics import EVENTS, REGISTRY, changelog_topic
from tests import forked

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).parents[3]
REPORTS = 60


class Stack:
    """The general commands as an operator gives them."""

    def __init__(self, bootstrap_servers: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.settings = load_settings({}, bootstrap_servers=bootstrap_servers)
        self._folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TIMELINES_")}
        self._environment = {
            **kept,
            "TIMELINES_BOOTSTRAP_SERVERS": bootstrap_servers,
            "TIMELINES_HEALTH_PORT": str(self.port),
        }

    def run(self, *arguments: str) -> None:
        ended = forked.run("timelines", *arguments, cwd=self._folder, environment=self._environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def work_until(self, reports: int) -> None:
        """A worker until it has applied so many since its start, then ended in order."""
        log = self._folder / "worker.log"
        with log.open("wb") as output:
            worker = forked.start("timelines", "worker", cwd=self._folder, environment=self._environment, output=output)
        try:
            end = time.monotonic() + 120
            while self._applied() < reports:
                assert worker.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() < end, log.read_text()[-2000:]
                time.sleep(0.2)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(20) == 0, log.read_text()[-2000:]
        finally:
            worker.kill()
            worker.wait(20)

    def dump(self) -> dict[str, bytes]:
        names = ("timelines", "entries", "updates", "assignments")
        self.run("dump", *(word for name in names for word in (f"--{name}", f"{name}.jsonl")))
        return {name: (self._folder / f"{name}.jsonl").read_bytes() for name in names}

    def _applied(self) -> float:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return -1
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("incident_timelines_events_tot"))


@pytest.fixture(scope="module")
def stack(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with KafkaServer(nodes=1, data=folder / "kafka") as kafka:
        yield Stack(kafka.bootstrap_servers, folder)


def test_timelines_go_on_after_a_restart_and_can_be_made_anew_from_the_log(stack: Stack, tmp_path: Path) -> None:
    lines = (ROOT / "gold" / "kad.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:REPORTS]
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text("".join(lines[: REPORTS // 2]), encoding="utf-8")
    second.write_text("".join(lines[REPORTS // 2 :]), encoding="utf-8")
    stack.run("topics", "create")
    stack.run("topics", "check")

    stack.run("produce", str(first))
    stack.work_until(REPORTS // 2)
    stack.run("produce", str(second))
    stack.work_until(REPORTS - REPORTS // 2)  # a new process: it takes up where the other ended
    grown = stack.dump()
    assert grown["assignments"].count(b"\n") == REPORTS

    # "made anew": all topics of the worker but the log are deleted and made again
    worked_out = [topic.name for topic in REGISTRY if topic.name != EVENTS and topic.owner == "processors"]
    gone = [*worked_out, changelog_topic(stack.settings.app_id)]
    admin = new_admin(stack.settings)
    for future in admin.delete_topics(gone).values():
        future.result(30)
    end = time.monotonic() + 30
    while set(gone) & set(admin.list_topics(timeout=10).topics):
        assert time.monotonic() < end
        time.sleep(0.1)
    stack.run("topics", "create")
    stack.work_until(REPORTS)
    assert stack.dump() == grown
