"""Ten times what the worker can do, for as long as is asked: `python -m tests.integration.overload.flood`.

A worker on Apache Kafka whose core takes CORE_MS a record; its rate is measured, then a producer sends at ten times
that rate. Watched, once a second: the worker's memory, and how far it is behind. When the producer has stopped, the
worker goes on with what it has, ends on a signal, and what it has applied by then is judged: sink == replay.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from confluent_kafka import Producer

from runtime.clients import client_config, new_admin
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings, load_settings
from runtime.topic_admin import create_topics
from schemas.codec import encode
from schemas.headers import headers_of
from schemas.regions import partition_of
from tests.log_and_sink import assert_sink_equals_replay, send
from tests.tally_core import an_attack
from tests.tally_service import APP_ID, PARTITIONS
from tests.worker_process import WorkerProcess, wait_until, workers

REGIONS: Final = ("middle-east", "europe", "western-africa")
MODULE: Final = "tests.integration.poison.troubled_worker"
TIMES: Final = 10
CORE_MS: Final = 10
#: records in a batch: so few that a signal finds an end soon
BATCH: Final = 40
#: for the measurement of the rate
_MEASURED: Final = 300
#: one in so many is of the largest size, the others carry a page of text
_ONE_LARGE_IN: Final = 500
_LARGE, _PAGE = 890_000, 2_000
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#: of the whole time: memory may grow until then, while buffers fill up
WARM_UP: Final = 0.3


@dataclass
class Curve:
    """One value a second. lag: records sent and not applied."""

    rss_mb: list[float] = field(default_factory=list)
    lag: list[int] = field(default_factory=list)

    @property
    def warm_mb(self) -> float:
        """The most at the end of the warm-up."""
        return max(self.rss_mb[: max(2, int(len(self.rss_mb) * WARM_UP))])

    @property
    def most_mb(self) -> float:
        return max(self.rss_mb)


@dataclass(frozen=True)
class Flood:
    """What came of it. per_s: what the worker can do; sent_per_s: what was sent; applied: until the worker ended."""

    seconds: float
    per_s: float
    sent: int
    applied: int
    curve: Curve

    @property
    def sent_per_s(self) -> float:
        return self.sent / self.seconds

    def told(self) -> str:
        curve = self.curve
        return (
            f"flood of {self.seconds:.0f} s: {self.sent} records at {self.sent_per_s:.0f}/s into a worker that does "
            f"{self.per_s:.0f}/s ({self.sent_per_s / self.per_s:.1f} times), {self.applied} applied, "
            f"{curve.lag[-1]} behind; RSS {curve.rss_mb[0]:.0f} MB at first, {curve.warm_mb:.0f} after warm-up, "
            f"at most {curve.most_mb:.0f}; sink == replay"
        )


def rss_mb(worker: WorkerProcess) -> float:
    text = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS"))


class Feed:
    """Numbered records into all partitions, as fast as it is told."""

    def __init__(self, settings: Settings) -> None:
        # as much as the broker takes of one client; what is acknowledged is in the log
        given: dict[str, Any] = {"linger.ms": 5, "compression.type": "lz4", "queue.buffering.max.kbytes": 65_536}
        self._producer = Producer({**client_config(settings, "flood"), **given})
        self._text = "".join(random.Random(2).choices(_LETTERS, k=_LARGE))
        self.sent = 0

    def add(self) -> None:
        number, region = self.sent, REGIONS[self.sent % len(REGIONS)]
        at = number * 37 % 5_000
        text = self._text[at:] if number % _ONE_LARGE_IN == _ONE_LARGE_IN - 1 else self._text[at : at + _PAGE]
        event = an_attack(f"slow{number // 30} somewhere", f"f{number}").model_copy(update={"text": text})
        value, headers = encode(event), headers_of(event, region=region)
        send(self._producer, region, value, headers, partition_of(region, PARTITIONS))
        self.sent += 1

    def flush(self) -> None:
        assert self._producer.flush(120) == 0

    def run(self, per_s: float, seconds: float, is_over: threading.Event) -> None:
        began, before = time.monotonic(), self.sent
        while not is_over.is_set() and (passed := time.monotonic() - began) < seconds:
            while self.sent - before < passed * per_s:
                self.add()
            self._producer.poll(0.01)


def flood(
    settings: Settings, start: Callable[..., WorkerProcess], seconds: float, *, tell: Callable[[str], None]
) -> Flood:
    """Raises AssertionError where the sink is not the replay, or the worker does not go on."""
    worker = start(module=MODULE, environment={"CORE_MS": str(CORE_MS)}, batch_records=BATCH)
    worker.wait_ready()
    feed = Feed(settings)
    for _ in range(_MEASURED):
        feed.add()
    feed.flush()
    wait_until(lambda: worker.applied() > _MEASURED / 10, what="the measurement begun")
    began, at = time.monotonic(), worker.applied()
    wait_until(lambda: worker.applied() == _MEASURED, what="the measurement's end")
    per_s = (_MEASURED - at) / (time.monotonic() - began)

    curve, is_over = Curve(), threading.Event()
    sending = threading.Thread(target=feed.run, args=(per_s * TIMES, seconds, is_over), daemon=True)
    began = time.monotonic()
    sending.start()
    try:
        while sending.is_alive():
            curve.lag.append(feed.sent - worker.applied())  # says why the worker ended, where it has
            curve.rss_mb.append(rss_mb(worker))
            if len(curve.lag) % 10 == 1:
                tell(f"{time.monotonic() - began:5.0f} s  RSS {curve.rss_mb[-1]:6.1f} MB  behind {curve.lag[-1]}")
            sending.join(1.0)
    finally:
        is_over.set()
    took, sent = time.monotonic() - began, feed.sent - _MEASURED
    feed.flush()

    reached = worker.metric("applied_offset")
    wait_until(lambda: _all_further(worker, reached), what="all partitions gone on")
    curve.rss_mb.append(rss_mb(worker))
    curve.lag.append(feed.sent - worker.applied())
    assert worker.end() == 0, worker.tail()
    upto = dict.fromkeys(range(PARTITIONS), -1)
    for fact in worker.facts("committed"):
        upto[fact["partition"]] = max(upto[fact["partition"]], fact["offset"])
    assert_sink_equals_replay(settings, PARTITIONS, is_isolated=True, upto=upto)
    return Flood(took, per_s, sent, sum(offset + 1 for offset in upto.values()), curve)


def _all_further(worker: WorkerProcess, than: dict[str, float]) -> bool:
    now = worker.metric("applied_offset")
    return set(now) == set(than) and all(now[partition] > offset + BATCH for partition, offset in than.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, KafkaServer(nodes=1, data=Path(folder) / "kafka") as server:
        settings = load_settings({}, bootstrap_servers=server.bootstrap_servers, app_id=APP_ID, partitions=PARTITIONS)
        create_topics(new_admin(settings), settings)
        with workers(server.bootstrap_servers, APP_ID, Path(folder)) as start:
            done = flood(settings, start, seconds, tell=lambda line: print(line, flush=True))
    print(done.told())
    return 0


if __name__ == "__main__":
    sys.exit(main())
