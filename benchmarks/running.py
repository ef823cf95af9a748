"""Workers as processes, and a reader of what they commit: for what is measured over time."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from confluent_kafka import OFFSET_END, KafkaException, TopicPartition

from benchmarks.stand_in import PARTITIONS
from runtime.clients import new_consumer
from runtime.settings import Settings
from schemas.topics import UPDATES

_ROOT: Final = Path(__file__).parent.parent
_NEVER: Final = 1_000_000_000


class WorkerProcess:
    """One worker of the service. more: settings, by the names of Settings."""

    def __init__(self, settings: Settings, name: str, folder: Path, *, job: str = "events", **more: Any) -> None:
        self.name = name
        self._settings, self._job, self._more = settings, job, more
        self.log = folder / f"{name}.log"
        self.start()

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        told = {"health_port": self.port, "log_format": "json", **self._more}
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        environment.update({f"TIMELINES_{name.upper()}": str(value) for name, value in told.items()})
        command = [sys.executable, "-m", "benchmarks.sides.worker", "--servers", str(self._settings.bootstrap_servers)]
        command += ["--app", self._settings.app_id, "--events", str(_NEVER), "--job", self._job]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, env=environment, cwd=_ROOT, stdout=out, stderr=out)

    def get(self, page: str) -> str:
        """Empty where nobody answers, or with anything but 200."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=3) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-800:]}")
        return bool(self.get("/ready"))

    def partitions(self) -> set[int]:
        lines = self.get("/metrics").splitlines()
        prefix = 'incident_timelines_applied_offset{partition="'
        return {int(line.removeprefix(prefix).split('"')[0]) for line in lines if line.startswith(prefix)}

    def lag(self) -> int:
        lines = self.get("/metrics").splitlines()
        return int(sum(float(line.split()[-1]) for line in lines if line.startswith("incident_timelines_lag_records{")))

    def facts(self, event: str) -> list[dict[str, Any]]:
        """What it logged under that name."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [fact for fact in found if fact.get("event") == event]

    def resident_mb(self) -> float:
        """0 where it does not run."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0.0
        line = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0 kB")
        return round(int(line.split()[1]) / 1024, 1)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, within_s: float = 30) -> int:
        """SIGTERM; then, when that has not ended it, SIGKILL. Answers the status."""
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
            try:
                return self.process.wait(within_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait(10)


class SinkReader(threading.Thread):
    """Reads the updates that are committed from now on.

    seen: (monotonic time, partition, milliseconds since its event was sent)
    lost, doubled: revisions of the incidents' chains that were left out or came again
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self._consumer = new_consumer(settings, "bench-reader", fetch_wait_max_ms=10)
        places = [TopicPartition(UPDATES, number, OFFSET_END) for number in range(PARTITIONS)]
        for place in places:  # asked for now: what comes while it starts must be seen
            place.offset = self._end_of(place)
        self._consumer.assign(places)
        self._is_ending = threading.Event()
        self._revisions: dict[bytes, int] = {}
        self.seen: list[tuple[float, int, float]] = []
        self.lost = 0
        self.doubled = 0

    def _end_of(self, place: TopicPartition) -> int:
        for _ in range(100):
            try:
                return int(self._consumer.get_watermark_offsets(place, timeout=20)[1])
            except KafkaException:  # the topic was made a moment ago
                time.sleep(0.1)
        raise TimeoutError(f"nobody leads {place}")

    def run(self) -> None:
        while not self._is_ending.is_set():
            first = self._consumer.poll(0.1)
            if first is None:
                continue
            for message in [first, *self._consumer.consume(1_000, 0)]:
                if message.error() is None:
                    self._take(message)
        self._consumer.close()

    def _take(self, message: Any) -> None:
        headers = dict(message.headers())
        sent = datetime.fromisoformat(headers["ce_time"].decode())
        waited = (datetime.now(UTC) - sent).total_seconds() * 1_000
        self.seen.append((time.monotonic(), message.partition(), waited))
        key, revision = message.key(), int(headers["ce_revision"])
        last = self._revisions.get(key)
        if last is not None and revision <= last:
            self.doubled += 1
        elif last is not None:
            self.lost += revision - last - 1
        self._revisions[key] = max(revision, last or 0)

    def last_seen(self, partition: int) -> float:
        """Monotonic time; 0: never."""
        return next((at for at, number, _ in reversed(self.seen) if number == partition), 0.0)

    def gaps(self, since: float, until: float) -> dict[int, float]:
        """Longest time without an update, by partition, in seconds; what reaches into the window counts whole."""
        longest = {}
        for partition in range(PARTITIONS):
            times = [at for at, number, _ in list(self.seen) if number == partition and at <= until]
            before = [at for at in times if at < since][-1:]
            points = [*before, *(at for at in times if at >= since)]
            longest[partition] = max((b - a for a, b in pairwise(points)), default=until - since)
        return longest

    def end(self) -> None:
        self._is_ending.set()
        self.join(30)
