"""`python -m tests.integration.poison.troubled_worker`: the real worker process, with a core and a process in trouble.

What the core does is in the headline: `hang` never comes back, `seize` does not and has the event loop hang, `hog` does
not and holds the interpreter's lock as well,
`exhaust`, `leave` and `recurse` raise what is no ordinary failure; `slow...` takes CORE_MS milliseconds of computing;
everything else is for the core that is named by CORE (tally; real; faulty: see faulty_core.py).
What happens to the process is written into the file named by TROUBLE: one word, when its time has come.
"""

from __future__ import annotations

import faulthandler
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from processors import service, transaction, watch
from processors.cores import Cores, real_cores
from processors.correlation import LogRecord
from processors.worker import Worker
from runtime.logging import set_up_logging
from runtime.settings import load_settings
from schemas.topics import EVENTS
from tests.tally_core import VERSION, TallyCore

#: seconds instead of minutes, so that a test can wait for them
QUICK = {"_POLL_LATE_S": 1.5, "_POLL_DEAD_S": 4.0, "_LOOP_DEAD_S": 3.0, "_IDLE_LATE_S": 3.0, "_IDLE_DEAD_S": 6.0}


def headline(record: LogRecord) -> str:
    return str(getattr(record.message, "headline", ""))


def compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def recurse(depth: int) -> int:
    return recurse(depth + 1)


class TroubledCore:
    """Another core, but for the records whose headline asks for trouble."""

    def __init__(self, core: Any, milliseconds: float) -> None:
        self._core = core
        self._seconds = milliseconds / 1000

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)

    def apply(self, record: LogRecord) -> Any:
        match headline(record).split()[:1]:
            case ["hang" | "seize" as word]:
                if word == "seize":
                    Path(os.environ["TROUBLE"]).write_text("block-loop")
                while True:
                    time.sleep(0.01)
            case ["hog"]:
                re.match(r"(a+)+$", "a" * 60 + "b")
            case ["exhaust"]:
                raise MemoryError
            case ["leave"]:
                raise SystemExit(3)
            case ["recurse"]:
                recurse(0)
            case [word] if word.startswith("slow"):
                compute(self._seconds)
        return self._core.apply(record)


class Mute:
    """A producer whose commits are never answered."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    def commit_transaction(self, timeout: float) -> None:
        time.sleep(min(timeout, 0.1))
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "no answer", False, True, False))


def get_into_trouble(word: str, worker: Worker) -> None:
    consumer: Any = worker.app.consumer
    match word:
        case "pause":  # behind Faust's back: the group is content, heartbeats go on, and nothing is ever fetched again
            places = [TopicPartition(tp.topic, tp.partition) for tp in consumer.assignment() if tp.topic == EVENTS]
            consumer.poller.submit(lambda client: client.pause(places))
        case "block-poll":
            consumer.poller.submit(lambda _: time.sleep(3_600))
        case "mute":  # as librdkafka after a broker's halt: the transaction goes on, and its end is never told
            for lane in worker.lanes.values():
                writer: Any = lane._writer
                writer._writer._producer = Mute(writer._writer._producer)
        case "block-loop":
            worker.app.loop.call_soon_threadsafe(time.sleep, 3_600)
        case other:
            raise ValueError(other)


def wait_for_trouble(file: Path, worker: Worker) -> None:
    while not (file.exists() and file.read_text().strip()):
        time.sleep(0.02)
    get_into_trouble(file.read_text().strip(), worker)
    file.write_text("done")


def cores_named(name: str) -> Cores:
    match name:
        case "real":
            return real_cores()
        case "faulty":
            from tests.integration.poison.faulty_core import FAULTY  # the others start without the real core's rules

            return FAULTY
        case _:
            return Cores(TallyCore, VERSION)


def main() -> int:
    faulthandler.register(signal.SIGUSR1)
    for name, seconds in QUICK.items():
        assert hasattr(service, name)
        if os.environ.get("QUICK"):
            setattr(service, name, seconds)
    if os.environ.get("QUICK"):
        transaction._PATIENCE_S, transaction._MOST_ANSWERS = 1.0, 4
    watch._LOOP_S = float(os.environ.get("LOOP_S", "30"))
    build: Callable[..., Worker] = service.build_worker

    def build_and_watch(*given: Any, **named: Any) -> Worker:
        worker = build(*given, **named)
        if file := os.environ.get("TROUBLE"):
            threading.Thread(target=wait_for_trouble, args=(Path(file), worker), daemon=True).start()
        return worker

    service.build_worker = build_and_watch
    cores = cores_named(os.environ.get("CORE", ""))
    milliseconds = float(os.environ.get("CORE_MS", "0"))
    settings = load_settings()
    set_up_logging(settings)
    return service.run_worker(
        settings, Cores(lambda region: TroubledCore(cores.core_for(region), milliseconds), cores.version)
    )


if __name__ == "__main__":
    sys.exit(main())
