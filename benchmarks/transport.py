"""CPU per event of the worker's path on Kafka, with a core that does nothing, against a bare confluent-kafka loop.

    python -m benchmarks.transport [--events 60000] [--rounds 3] [--core-us 25]

Both do the same job on the same broker: records of 1 kB in, for each batch of one partition one transaction with a
record a key (64 keys) and the offset. They run in turns, in processes of their own; the CPU is that of all their
threads (`process_time`) over the second half of the events. The broker is the embedded one, in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from confluent_kafka import Producer

from processors.handover import Handover, Outgoing, RawRecord
from runtime.settings import Settings, load_settings
from schemas.topics import EVENTS, TIMELINES, changelog_topic

APP: Final = "bench"
PARTITIONS: Final = 4
BATCH: Final = 500
_KEYS: Final = 64
_VALUE_BYTES: Final = 1_000


class NoOpRouter:
    """In the place of the core: the newest value of each key is its result."""

    def __init__(self, partition: int, core_us: float) -> None:
        self.partition = partition
        self.offset = -1
        self._core_us = core_us

    def process(self, records: Sequence[RawRecord]) -> Handover:
        think(len(records), self._core_us)
        newest = {record.key: record.value for record in records}
        self.offset = records[-1].offset
        outgoing = tuple(Outgoing(TIMELINES, key, value, ()) for key, value in newest.items())
        state = ((b"_partition/%d" % self.partition, b"%d" % self.offset),)
        return Handover(outgoing, state, self.offset, taken=len(records))


def think(records: int, core_us: float) -> None:
    """Stands for a core: so much CPU a record."""
    end = time.thread_time() + records * core_us / 1e6
    while core_us and time.thread_time() < end:
        pass


class Meter:
    """CPU and wall time from the first half of the events to the end."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._count = 0
        self._batches = 0
        self._begin: tuple[int, int, float, float] | None = None

    def add(self, records: int) -> bool:
        """Whether that was the last batch."""
        self._count += records
        self._batches += 1
        if self._begin is None and self._count >= self._events // 2:
            self._begin = (self._count, self._batches, time.process_time(), time.monotonic())
        return self._count >= self._events

    def result(self) -> dict[str, float]:
        assert self._begin is not None
        count, batches, cpu, wall = self._begin
        events = self._count - count
        return {
            "cpu_us": 1e6 * (time.process_time() - cpu) / events,
            "wall_us": 1e6 * (time.monotonic() - wall) / events,
            "batch": events / max(1, self._batches - batches),
        }


def run_bare(settings: Settings, events: int, core_us: float) -> dict[str, float]:
    """What one would write by hand: a consumer, a transactional producer a partition, no framework."""
    from confluent_kafka import OFFSET_BEGINNING, TopicPartition

    from runtime.clients import new_consumer, new_producer

    consumer = new_consumer(settings, "bare")
    consumer.assign([TopicPartition(EVENTS, number, OFFSET_BEGINNING) for number in range(PARTITIONS)])
    producers = {}
    for number in range(PARTITIONS):
        producers[number] = new_producer(settings, "bare", transactional_id=f"bare-{number}")
        producers[number].init_transactions(30)
    changelog = changelog_topic(APP)
    meter = Meter(events)
    while True:
        first = consumer.poll(0.1)
        if first is None:
            continue
        runs: dict[int, list[Any]] = {}
        for message in [first, *consumer.consume(BATCH - 1, settings.coalesce_ms / 1000)]:
            if message.error() is None:
                runs.setdefault(message.partition(), []).append(message)  # type: ignore[arg-type]  # null in reports only
        for number, messages in runs.items():
            think(len(messages), core_us)
            newest = {message.key(): message.value() for message in messages}
            producer = producers[number]
            producer.begin_transaction()
            for key, value in newest.items():
                producer.produce(TIMELINES, value, key, number)
            producer.produce(changelog, b"%d" % messages[-1].offset(), b"_partition/%d" % number, number)
            producer.commit_transaction(30)
            if meter.add(len(messages)):
                return meter.result()


def run_worker(settings: Settings, events: int, core_us: float) -> dict[str, float]:
    """The worker: Faust on the transport, lanes, transactions; only the router is replaced."""
    import uvloop

    from processors.cores import Cores
    from processors.lane import Done, Lane
    from processors.worker import Worker
    from runtime.logging import set_up_logging
    from runtime.metrics import WorkerMetrics

    set_up_logging(settings)
    meter = Meter(events)

    class BenchWorker(Worker):
        def _restored(self, partition: int, state: Any) -> Any:  # noqa: ARG002 - the worker's signature
            return NoOpRouter(partition, core_us)

        def _on_done(self, lane: Lane, done: Done) -> None:
            super()._on_done(lane, done)
            if meter.add(done.records):
                ended.set()

    async def serve() -> None:
        cores = Cores(_never_asked, "none")
        worker = BenchWorker(settings, cores, partitions=PARTITIONS, metrics=WorkerMetrics())
        keep = asyncio.create_task(worker.app.start())
        await ended.wait()
        print(json.dumps(meter.result()), flush=True)
        del keep
        os._exit(0)

    ended = asyncio.Event()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
    return {}


def _never_asked(region: str) -> Any:
    raise AssertionError(region)


def fill(settings: Settings, events: int) -> None:
    choice = random.Random(1)
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "linger.ms": 20, "compression.type": "zstd"})
    words = ["attack", "protest", "statement", "market", "convoy", "governor", "denied", "wounded", "drone", "square"]
    for number in range(events):
        value = " ".join(choice.choice(words) for _ in range(160))[:_VALUE_BYTES].encode()
        while True:
            try:
                producer.produce(EVENTS, value, b"key-%02d" % (number % _KEYS), number % PARTITIONS)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(60) == 0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core-us", type=float, default=0.0, help="CPU of a stand-in core, microseconds a record")
    parser.add_argument("--side", choices=("bare", "worker"), help=argparse.SUPPRESS)
    parser.add_argument("--servers", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.side:
        settings = load_settings({}, bootstrap_servers=given.servers, app_id=APP, batch_records=BATCH)
        side = run_bare if given.side == "bare" else run_worker
        print(json.dumps(side(settings, given.events, given.core_us)), flush=True)
        os._exit(0)
    results: dict[str, list[dict[str, float]]] = {"bare": [], "worker": []}
    for _ in range(given.rounds):
        for side_name, found in results.items():
            found.append(_one(side_name, given.events, given.core_us))
    cpu = {name: [result["cpu_us"] for result in found] for name, found in results.items()}
    for name, found in results.items():
        each = " ".join(f"{value:.2f}" for value in cpu[name])
        batch = statistics.median(result["batch"] for result in found)
        wall = statistics.median(result["wall_us"] for result in found)
        median = statistics.median(cpu[name])
        print(f"{name:7} CPU us/event {median:6.2f}  ({each})  wall {wall:.1f} us, batch {batch:.0f}")
    ratios = sorted(worker / bare for worker, bare in zip(cpu["worker"], cpu["bare"], strict=True))
    print(f"ratio worker/bare, median of {len(ratios)} rounds: {statistics.median(ratios):.2f}")


def _one(side: str, events: int, core_us: float) -> dict[str, float]:
    """A broker of its own for each measurement: the second reader of a log finds it warm."""
    command = [sys.executable, "-m", "runtime.embedded", str(PARTITIONS), changelog_topic(APP)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as broker:
        try:
            assert broker.stdout is not None
            servers = broker.stdout.readline().strip()
            fill(load_settings({}, bootstrap_servers=servers), events)
            child = [sys.executable, "-m", "benchmarks.transport", "--side", side, "--servers", servers]
            child += ["--events", str(events), "--core-us", str(core_us)]
            done = subprocess.run(child, stdout=subprocess.PIPE, text=True, timeout=180)
            assert done.returncode == 0, f"{side} ended with {done.returncode}"
            result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
            return result
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
