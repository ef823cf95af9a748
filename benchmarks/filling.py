"""A log to measure on: filled at once, or at a steady pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from confluent_kafka import KafkaException, Producer
from confluent_kafka.cimpl import NewTopic

from benchmarks.stand_in import PARTITIONS, Templates
from benchmarks.stored_state import coded_reports
from runtime.clients import new_admin, new_producer
from runtime.kafka_server import KafkaServer
from runtime.settings import Settings, load_settings
from runtime.topic_admin import create_topics
from schemas.codec import encode
from schemas.event import AnyEvent
from schemas.headers import headers_of
from schemas.regions import partition_of, region_of
from schemas.topics import EVENTS

_TICK_S: Final = 0.005


@contextmanager
def a_kafka(java_options: tuple[str, ...] = ()) -> Iterator[KafkaServer]:
    """Apache Kafka of one node on data that are thrown away."""
    with (
        TemporaryDirectory(prefix="bench-kafka-") as folder,
        KafkaServer(nodes=1, data=Path(folder), java_options=java_options) as server,
    ):
        yield server


def settings_for(servers: str, app_id: str, partitions: int = PARTITIONS, **more: Any) -> Settings:
    """Settings of one run; its topics are made where they are missing."""
    settings = load_settings({}, bootstrap_servers=servers, app_id=app_id, partitions=partitions, **more)
    admin = new_admin(settings)
    # the registry's zstd is what stock aiokafka cannot read: on all sides the log is as the producer wrote it
    log = NewTopic(EVENTS, num_partitions=partitions, replication_factor=1, config={"compression.type": "producer"})
    with suppress(KafkaException):  # there it is already
        admin.create_topics([log])[EVENTS].result(30)
    create_topics(admin, settings)
    return settings


def send(producer: Producer, *record: Any, topic: str = EVENTS) -> None:
    """record: key, value, headers, partition; waits where the queue is full."""
    key, value, headers, partition = record
    while True:
        try:
            producer.produce(topic, value, key, partition, headers=headers)
            return
        except BufferError:
            producer.poll(0.1)


def fill(settings: Settings, events: int) -> None:
    """Events of 1 kB, in turn over the partitions."""
    producer, templates = new_producer(settings, "fill", linger_ms=20, compression_type="none"), Templates()
    now = datetime.now(UTC)
    for number in range(events):
        send(producer, *templates.event(number, now))
    assert producer.flush(60) == 0


def real_reports(copies: int) -> Iterable[tuple[AnyEvent, str]]:
    """The coded reports with their regions; a further copy has ids of its own and lies two years later."""
    for copy in range(copies):
        for event in coded_reports():
            later = timedelta(days=730 * copy)
            changed: dict[str, Any] = {"event_id": f"{event.event_id}-{copy}"}
            changed["recorded_at"] = (event.published_at or event.recorded_at) + later
            if event.published_at is not None:
                changed["published_at"] = event.published_at + later
            if event.occurred is not None:
                until = event.occurred.until
                occurred = {"from_": event.occurred.from_ + later, "until": until and until + later}
                changed["occurred"] = event.occurred.model_copy(update=occurred)
            source = event.source
            if source.report_id is not None:
                source = source.model_copy(update={"report_id": f"{source.report_id}-{copy}"})
            yield event.model_copy(update={**changed, "source": source}), region_of(event)


def fill_real(settings: Settings, copies: int) -> int:
    """Answers how many there are."""
    producer = new_producer(settings, "fill")
    number = 0
    for event, region in real_reports(copies):
        headers = headers_of(event, region=region)
        send(producer, region.encode(), encode(event), headers, partition_of(region, settings.partitions))
        number += 1
    assert producer.flush(60) == 0
    return number


class Pacing(threading.Thread):
    """Sends `rate` events a second until `count` are sent or `end` is called. The time of sending is recorded_at."""

    def __init__(self, settings: Settings, rate: float, count: int | None, first: int = 0) -> None:
        super().__init__(daemon=True)
        self._producer = new_producer(settings, "pace", linger_ms=0, compression_type="none")
        self._templates = Templates()
        self._rate = rate
        self._count = count
        self._first = first
        self._is_ending = threading.Event()
        self.sent = 0

    def run(self) -> None:
        began = time.monotonic()
        while not self._is_ending.is_set() and (self._count is None or self.sent < self._count):
            due = int((time.monotonic() - began) * self._rate)
            due = due if self._count is None else min(due, self._count)
            for number in range(self.sent, due):
                send(self._producer, *self._templates.event(self._first + number, datetime.now(UTC)))
            self.sent = due
            self._producer.poll(0)
            time.sleep(_TICK_S)
        self._producer.flush(30)

    def end(self) -> None:
        self._is_ending.set()
        self.join(60)


def until(is_so: Callable[[], bool], within_s: float, what: str, *, every_s: float = 0.01) -> float:
    """Looks again until it is so; answers the seconds it took. Raises TimeoutError.

    every_s: between two looks. A look at a worker is a request, which costs the worker 1.2 ms of CPU
    """
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > within_s:
            raise TimeoutError(f"{what} was not so within {within_s:.0f} s")
        time.sleep(every_s)
    return time.monotonic() - began
